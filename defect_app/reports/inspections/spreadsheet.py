"""The report as a spreadsheet: a summary, every inspection, parts and corrections, a sheet each."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence

from xlsxwriter import Workbook
from xlsxwriter.format import Format

from defect_app.inspections import StoredInspection
from defect_app.reports.inspections.content import InspectionReport

MOST_ROWS = 1_000_000
"""A sheet holds 1,048,576 rows; of more inspections the first are written, and the sheet says so."""
_COLUMNS = (
    "judged_at", "verdict", "p_defect", "label", "file", "part", "batch", "who", "source", "reason", "model",
    "model_sha256", "operating_point", "sha256", "id",
)  # fmt: skip
_WIDTHS = {"judged_at": 26, "file": 32, "reason": 50, "model": 24, "operating_point": 40}


def report_as_spreadsheet(report: InspectionReport, inspections: Iterable[StoredInspection]) -> bytes:
    """Return the report as an XLSX file; no text of it is ever taken for a formula or a link.

    Parameters
    ----------
    report : InspectionReport
        The report.
    inspections : iterable of StoredInspection
        All that it is of, the oldest first; taken one by one.
    """
    buffer = io.BytesIO()
    options = {"in_memory": False, "constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with Workbook(buffer, options) as book:
        bold = book.add_format({"bold": True})
        summary = [(sentence,) for sentence in report.sentences]
        counts = [(one.word, one.count, one.share) for one in report.counts]
        points = [(one.model, one.count, one.model_sha256, one.point) for one in report.points]
        lines = [(report.title,), *summary, (), ("verdict", "photos", "share"), *counts, ()]
        _sheet(book, "Summary", [*lines, ("model", "photos", "digest", "operating point"), *points], bold, [24, 12, 60])
        rows = (tuple(getattr(one.record, name) for name in _COLUMNS) for one in inspections)
        widths = [_WIDTHS.get(name, 14) for name in _COLUMNS]
        _sheet(book, "Inspections", _with_heading(_COLUMNS, rows), bold, widths)
        parts = [(one.part, one.verdict, one.photos, one.worst_file) for one in report.parts]
        said: list[tuple[str, ...]] = [(), (", ".join(report.part_counts),)] if parts else []
        _sheet(book, "Parts", [("part", "verdict", "photos", "worst photo"), *parts, *said], bold, [24, 12, 10, 40])
        corrections = [
            (c.inspection.record.file, c.inspection.record.verdict, str(c.review.answer), c.review.who,
             c.review.created.isoformat(timespec="seconds"), c.review.note)
            for c in report.corrections
        ]  # fmt: skip
        headings = ("file", "verdict", "answer", "who", "when", "note")
        _sheet(book, "Corrections", [headings, *corrections], bold, [32, 12, 12, 20, 26, 50])
    return buffer.getvalue()


def _with_heading(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterable[Sequence[object]]:
    yield headings
    for number, row in enumerate(rows):
        if number == MOST_ROWS:
            yield ("More inspections than a sheet holds: export them as CSV.",)
            return
        yield row


def _sheet(
    book: Workbook, name: str, rows: Iterable[Sequence[object]], heading: Format, widths: Sequence[float]
) -> None:
    sheet = book.add_worksheet(name)
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            form = heading if number == 0 else None
            if isinstance(value, int | float):
                sheet.write_number(number, column, value, form)
            elif value is not None:
                sheet.write_string(number, column, str(value), form)
    sheet.freeze_panes(1, 0)
