"""The record of an inspection and the two forms in which every door writes it."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import FrozenInstanceError, replace
from pathlib import Path
from typing import Any

import pytest

from defect_app.catalog import ClassSpec
from defect_app.inspection import Inspector
from defect_app.inspection.framing import Frame
from defect_app.inspection.record import InspectionRecord, Repeat, record_of
from defect_app.inspection.writing import CsvForm, record_as_json, records_as_csv, records_as_json
from tests.model_folders import make_model_folder, part_photo
from tests.photo_files import png_bytes

KEYS = [
    "file", "sha256", "verdict", "label", "p", "p_defect", "familiar", "reason", "operating_point", "duplicate_of",
    "frame", "model", "model_sha256",
]  # fmt: skip
STORED: dict[str, Any] = {
    "id": "0198f0a0-0000-7000-8000-000000000000",
    "judged_at": "2026-03-01T12:00:00Z",
    "source": "cli",
    "batch": "monday",
    "part": None,
    "who": None,
}


def a_record() -> InspectionRecord:
    return InspectionRecord(
        file="a.jpg", sha256="ab" * 32, verdict="REVIEW", label="scratch", p={"scratch": 0.25, "good": 0.75},
        p_defect=0.25, familiar=True, reason="Defect score 0.250 lies between.", operating_point="default: words.",
        duplicate_of=None, frame=Frame(0, 0, 640, 480), model="tiny", model_sha256="cd" * 32,
    )  # fmt: skip


def test_a_record_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        a_record().verdict = "PASS"  # type: ignore[misc]


def test_the_json_has_the_promised_keys_in_order_and_the_frame_as_a_list() -> None:
    written = json.loads(record_as_json(a_record()))
    assert list(written) == KEYS
    assert written["frame"] == [0, 0, 640, 480]
    assert written["duplicate_of"] is None
    assert written["p"] == {"scratch": 0.25, "good": 0.75}


def test_only_a_stored_record_has_the_keys_of_stored_ones() -> None:
    stored = replace(a_record(), **STORED)
    assert list(stored.as_dict()) == [*KEYS, *STORED]
    assert {key: stored.as_dict()[key] for key in STORED} == STORED


def test_many_records_are_an_array_with_one_record_a_line() -> None:
    text = records_as_json([a_record(), a_record()])
    assert json.loads(text) == [a_record().as_dict()] * 2
    assert text.count("\n") == 4


def test_the_reason_of_a_repeat_names_the_first_file() -> None:
    assert Repeat("a.jpg").sentence == "Duplicate: the same content as a.jpg, judged once."
    assert Repeat("a.jpg", "pixels").sentence == ("Duplicate: the same pixels as a.jpg in another file, judged alike.")


def rows(table: bytes, form: CsvForm | None = None) -> list[dict[str, str]]:
    text = table.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=(form or CsvForm()).separator))


def test_the_table_begins_with_the_mark_by_which_excel_knows_utf8() -> None:
    table = records_as_csv([replace(a_record(), file="Prüfstück.jpg")], ["scratch", "good"])
    assert table.startswith(b"\xef\xbb\xbfnumber,file,")
    assert rows(table)[0]["file"] == "Prüfstück.jpg"


def test_the_table_numbers_its_rows_and_holds_the_whole_record() -> None:
    second = replace(a_record(), file="b.jpg", duplicate_of="a.jpg")
    first_row, second_row = rows(records_as_csv([a_record(), second], ["scratch", "good"]))
    assert (first_row["number"], second_row["number"]) == ("1", "2")
    assert second_row["duplicate_of"] == "a.jpg"
    assert first_row["frame"] == "0 0 640 480"
    assert (first_row["p_defect"], first_row["class_scratch"], first_row["class_good"]) == ("0.25", "0.25", "0.75")
    assert set(KEYS) - {"p"} < set(first_row)


def test_a_class_called_defect_has_a_column_of_its_own_beside_the_sum(tmp_path: Path) -> None:
    classes = (ClassSpec("defect", "Crack", "defect"), ClassSpec("dent", "Dent", "defect"), ClassSpec("ok", "", "ok"))
    make_model_folder(tmp_path, "named", classes=classes, familiarity=False)
    inspector = Inspector.from_id("named", tmp_path)
    result = inspector.inspect_bytes(png_bytes(part_photo(0.3)), "a.png")
    record = record_of(result, inspector.spec, inspector.model_sha256)
    table = records_as_csv([record], inspector.spec.class_names)
    header = table.decode("utf-8-sig").splitlines()[0].split(",")
    assert len(header) == len(set(header))
    (row,) = rows(table)
    assert float(row["p_defect"]) == pytest.approx(float(row["class_defect"]) + float(row["class_dent"]))
    assert float(row["class_defect"]) == record.p["defect"]


@pytest.mark.parametrize(
    ("form", "written"),
    [(CsvForm(), "0.25"), (CsvForm(";", ","), "0,25"), (CsvForm(";"), "0.25"), (CsvForm("\t", ","), "0,25")],
)
def test_separator_and_decimal_sign_are_those_of_the_reader(form: CsvForm, written: str) -> None:
    record = replace(a_record(), reason="one; two, three\tfour")
    (row,) = rows(records_as_csv([record], ["scratch", "good"], form), form)
    assert (row["p_defect"], row["class_scratch"]) == (written, written)
    assert row["reason"] == "one; two, three\tfour"


@pytest.mark.parametrize(("separator", "decimal"), [(",", ","), ("|", "."), (";", ";"), ("", ".")])
def test_a_form_that_cannot_be_read_back_is_refused(separator: str, decimal: str) -> None:
    with pytest.raises(ValueError, match=r"expected|cannot both"):
        CsvForm(separator, decimal)


@pytest.mark.parametrize("name", ["=1+2.jpg", "+1", "-1", "@x", "\t=1"])
def test_text_that_a_spreadsheet_would_run_is_defused_in_every_column(name: str) -> None:
    record = replace(a_record(), file=name, reason=name, duplicate_of=name, label=name)
    (row,) = rows(records_as_csv([record], ["scratch"]))
    assert {row[column] for column in ("file", "reason", "duplicate_of", "label")} == {f"'{name}"}


def test_a_name_that_is_no_unicode_is_written_escaped() -> None:
    assert b"\\udcff.jpg" in records_as_csv([replace(a_record(), file="\udcff.jpg")], [])
    assert json.loads(record_as_json(replace(a_record(), file="\udcff.jpg"), ascii_only=True))["file"] == "\udcff.jpg"
