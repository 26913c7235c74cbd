"""``classify``: hostile names, tables, heat maps, limits, operating points and models."""

import csv
import io
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from defect_app.cli import main
from tests.cli.commands import Classify
from tests.model_folders import part_photo
from tests.photo_files import png_bytes


@pytest.mark.parametrize(
    "name",
    [
        "=cmd().png",
        "-1+1.png",
        "@sum.png",
        "+1.png",
        "<script>.png",
        "🔩 部品.png",
        "\u202egnp.exe",
        "a\nb.png",
        "ü" * 120,
    ],
)
def test_hostile_21_names_are_data_in_json_and_harmless_in_a_table(
    classify: Classify, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / name).write_bytes(png_bytes(part_photo(1.0)))
    monkeypatch.chdir(folder)
    status, (record,), _ = classify(Path("..") / "in" / name, "--heatmaps", tmp_path / "heat")
    assert (status, record["verdict"]) == (0, "REJECT")
    assert record["file"] == f"../in/{name}"
    (written,) = (tmp_path / "heat").iterdir()
    assert set(written.name) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.")

    monkeypatch.chdir(folder)
    assert classify("./" + name, "--csv", tmp_path / "out.csv")[0] == 0
    assert main(["classify", "--csv", str(tmp_path / "bare.csv"), "--model", "absent", "--", name]) == 2
    (row,) = csv.DictReader(io.StringIO((tmp_path / "out.csv").read_bytes().decode("utf-8-sig"), newline=""))
    assert row["file"].lstrip("'") == name
    assert row["file"][0] not in "=+-@"


def test_hostile_21_a_name_that_is_no_unicode_is_judged(classify: Classify, tmp_path: Path) -> None:
    raw = os.fsencode(tmp_path) + b"/\xff\xfe.png"
    with open(raw, "wb") as file:
        file.write(png_bytes(part_photo(1.0)))
    status, (record,), _ = classify(tmp_path)
    assert (status, record["verdict"]) == (0, "REJECT")
    assert os.fsencode(record["file"]) == raw
    status, _, _ = classify(tmp_path, "--csv", tmp_path / "out.csv")
    assert status == 0
    assert (tmp_path / "out.csv").read_text(encoding="utf-8").count("\n") == 2


def test_a_table_holds_the_same_as_the_lines(classify: Classify, photos: Path, tmp_path: Path) -> None:
    (photos / "empty.jpg").write_bytes(b"")
    _, records, _ = classify(photos)
    status, printed, errors = classify(photos, "--csv", tmp_path / "out.csv")
    assert (status, printed) == (3, [])
    assert "4 files" in errors
    rows = list(csv.DictReader(io.StringIO((tmp_path / "out.csv").read_bytes().decode("utf-8-sig"), newline="")))
    assert [r["file"] for r in rows] == [r["file"] for r in records]
    assert [r["verdict"] for r in rows] == [r["verdict"] for r in records]
    assert float(rows[0]["class_def_front"]) == records[0]["p"]["def_front"]
    assert next(r for r in rows if r["verdict"] == "REJECTED_FILE")["p_defect"] == ""


def test_a_table_that_cannot_be_written_is_status_2(classify: Classify, photos: Path, tmp_path: Path) -> None:
    status, records, errors = classify(photos, "--csv", tmp_path / "absent" / "out.csv")
    assert (status, records) == (2, [])
    assert "cannot be written" in errors


def test_limit_judges_the_first_files_only(classify: Classify, photos: Path) -> None:
    _, records, _ = classify(photos, "--limit", 2)
    assert [Path(r["file"]).name for r in records] == ["a red.jpg", "b green.png"]


def test_heat_maps_are_one_jpeg_a_content_named_after_its_number_and_its_hash(
    classify: Classify, photos: Path, tmp_path: Path
) -> None:
    (photos / "copy.jpg").write_bytes((photos / "a red.jpg").read_bytes())
    (photos / "empty.jpg").write_bytes(b"")
    _, records, _ = classify(photos, "--heatmaps", tmp_path / "new" / "heat")
    written = sorted(p.name for p in (tmp_path / "new" / "heat").iterdir())
    contents = {r["sha256"][:16] for r in records if r["verdict"] != "REJECTED_FILE"}
    assert len(written) == 3
    assert {name.split("-")[1] for name in written} == contents
    rows = {f"{n:04d}": r for n, r in enumerate(records, start=1)}
    assert all(rows[name.split("-")[0]]["sha256"].startswith(name.split("-")[1]) for name in written)
    red = next(p for p in (tmp_path / "new" / "heat").iterdir() if p.name.endswith("-a_red.jpg"))
    with Image.open(red) as drawn:
        assert (drawn.format, drawn.size) == ("JPEG", (96, 96))
        assert np.abs(np.asarray(drawn).astype(int) - part_photo(1.0, 1)).mean() > 20, "the map is drawn over the photo"


def test_heat_maps_that_cannot_be_written_are_status_2(classify: Classify, photos: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    status, _, errors = classify(photos, "--heatmaps", tmp_path / "file")
    assert status == 2
    assert "Heat maps cannot be written" in errors


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--operating-point", "strict"], "no operating point called 'strict'"),
        (["--operating-point", ""], "no operating point called ''"),
    ],
)
def test_an_unknown_operating_point_is_status_2_and_names_those_that_exist(
    classify: Classify, photos: Path, arguments: list[str], said: str
) -> None:
    status, records, errors = classify(photos, *arguments)
    assert (status, records) == (2, [])
    assert said in errors
    assert "default" in errors


def test_the_default_operating_point_can_be_named(classify: Classify, photos: Path) -> None:
    assert classify(photos, "--operating-point", "default") == classify(photos)


def test_an_unknown_or_disabled_model_is_status_2(classify: Classify, photos: Path) -> None:
    status, records, errors = classify(photos, model="absent")
    assert (status, records) == (2, [])
    assert "no model 'absent'" in errors
    assert "colours, tiny" in errors


def test_an_empty_folder_is_no_error(classify: Classify, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    status, records, errors = classify(tmp_path / "empty")
    assert (status, records) == (0, [])
    assert "No files" in errors


def test_a_recognition_model_names_its_label_without_a_defect_score(classify: Classify, photos: Path) -> None:
    _, records, _ = classify(photos, model="colours")
    assert [(r["verdict"], r["label"], r["p_defect"]) for r in records[:2]] == [
        ("ACCEPT", "red", None),
        ("ACCEPT", "green", None),
    ]
