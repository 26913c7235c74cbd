"""Writes records as a workbook that Excel and LibreOffice open as it is, in any language."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence

from defect_app.inspection.record import InspectionRecord
from defect_app.inspection.writing import table_columns, table_values
from defect_app.intake import visible_text

_WIDTHS = {"file": 28, "reason": 60, "operating_point": 40, "judged_at": 22, "verdict": 14}


def records_as_xlsx(numbered: Iterable[tuple[int, InspectionRecord]], class_names: Sequence[str]) -> bytes:
    """Return records as one sheet with filters and a heading that stays in view.

    Text is written as text: none is run as a formula or becomes a link, whatever a file is called.

    Parameters
    ----------
    numbered : iterable of (int, InspectionRecord)
        Each with its number in the batch.
    class_names : sequence of str
        The classes that get a column each.
    """
    import xlsxwriter

    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(buffer, options) as workbook:
        sheet = workbook.add_worksheet("Inspections")
        heading = workbook.add_format({"bold": True, "bottom": 1})
        columns = table_columns(class_names)
        row = 0
        for place, name in enumerate(columns):
            sheet.write_string(0, place, visible_text(name), heading)
            sheet.set_column(place, place, _WIDTHS.get(name, 12))
        for row, (number, record) in enumerate(numbered, start=1):
            for place, value in enumerate(table_values(number, record, class_names)):
                if isinstance(value, bool):
                    sheet.write_boolean(row, place, value)
                elif isinstance(value, int | float):
                    sheet.write_number(row, place, value)
                elif value is not None:
                    sheet.write_string(row, place, visible_text(str(value)))
        sheet.freeze_panes(1, 2)
        sheet.autofilter(0, 0, row, len(columns) - 1)
    return buffer.getvalue()
