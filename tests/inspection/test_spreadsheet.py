"""The workbook: numbers are numbers, text is text and never a formula or a link, whatever a file is called."""

import io
import re
import zipfile
from dataclasses import replace

import pandas as pd
import pytest

from defect_app.inspection.spreadsheet import records_as_xlsx
from defect_app.inspection.writing import CsvForm, CsvTable, table_columns
from defect_app.intake import spreadsheet_safe
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


@pytest.mark.parametrize(("separator", "decimal"), [(",", "."), (";", ","), ("\t", ".")])
def test_pandas_reads_the_very_values_back_from_workbook_and_table(separator: str, decimal: str) -> None:
    third = 1 / 3
    records = [
        replace(a_record(), file="=1+2.jpg", judged_at="2026-11-26T10:00:00+00:00"),
        replace(
            a_record(), file='Gehäuse "Größe"; 0,5 №7.jpg', p_defect=third, p={"scratch": third, "good": 1 - third}
        ),
    ]
    names = ["scratch", "good"]
    form = CsvForm(separator, decimal)
    table = CsvTable(names, form)
    lines = table.header() + b"".join(table.line(number, record) for number, record in enumerate(records, start=1))
    of_csv = pd.read_csv(io.BytesIO(lines), sep=separator, decimal=decimal, encoding="utf-8-sig")
    of_xlsx = pd.read_excel(io.BytesIO(records_as_xlsx(enumerate(records, start=1), names)))
    assert list(of_csv.columns) == list(of_xlsx.columns) == table_columns(names)
    for read in (of_csv, of_xlsx):
        assert read["number"].tolist() == [1, 2]
        # To the sixteen digits that a workbook holds.
        assert read["p_defect"].tolist() == pytest.approx([0.25, third], rel=1e-14)
        assert read["class_scratch"].tolist()[1] == pytest.approx(third, rel=1e-14)
        assert read["verdict"].tolist() == [record.verdict for record in records]
        assert read["model_sha256"].tolist() == [record.model_sha256 for record in records]
    # A workbook keeps a name as it is; in a table it must not begin like a formula.
    assert of_xlsx["file"].tolist() == [record.file for record in records]
    assert of_csv["file"].tolist() == [spreadsheet_safe(record.file) for record in records]


def test_columns_differ_also_where_upper_and_lower_case_count_alike() -> None:
    columns = [column.casefold() for column in table_columns(["Defect", "defect", "defect_2"])]
    assert len(set(columns)) == len(columns)
