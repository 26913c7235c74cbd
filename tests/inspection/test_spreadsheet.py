"""The workbook: numbers are numbers, text is text and never a formula or a link, whatever a file is called."""

import io
import re
import zipfile
from dataclasses import replace

import pytest

from defect_app.inspection.spreadsheet import records_as_xlsx
from defect_app.inspection.writing import CsvTable, table_columns
from tests.inspection.test_record import a_record


def parts(workbook: bytes) -> tuple[str, str]:
    """Return the sheet and the strings of a workbook, as XML."""
    with zipfile.ZipFile(io.BytesIO(workbook)) as archive:
        return archive.read("xl/worksheets/sheet1.xml").decode(), archive.read("xl/sharedStrings.xml").decode()


@pytest.mark.parametrize("name", ["=1+2.jpg", "@SUM(A1).jpg", "https://evil.example/a.jpg", "mailto:a@b.c", "0123.jpg"])
def test_a_name_is_text_whatever_it_says(name: str) -> None:
    sheet, strings = parts(records_as_xlsx([(1, replace(a_record(), file=name))], ["scratch", "good"]))
    assert f">{name}</t>" in strings
    assert "<f>" not in sheet
    assert "<hyperlink" not in sheet


def test_rows_bear_the_numbers_of_their_files_and_scores_are_numbers() -> None:
    sheet, strings = parts(records_as_xlsx([(7, a_record()), (9, replace(a_record(), file="b.jpg"))], ["scratch"]))
    assert re.findall(r'<c r="A[23]"><v>(\d+)</v>', sheet) == ["7", "9"]
    place = table_columns(["scratch"]).index("p_defect")
    assert f'<c r="{chr(ord("A") + place)}2"><v>0.25</v>' in sheet
    assert "class_scratch" in strings
    assert "class_good" not in strings


def test_the_best_probability_and_the_time_stand_in_the_table_without_a_column_a_class() -> None:
    record = replace(a_record(), judged_at="2026-11-26T10:00:00+00:00")
    header, line = (row.split(b",") for row in (CsvTable([]).header(), CsvTable([]).line(1, record)))
    assert line[header.index(b"p_best")] == b"0.75"
    assert record.judged_at is not None
    assert record.judged_at.encode() in line[-1]
    assert not [name for name in header if name.startswith(b"class_")]
