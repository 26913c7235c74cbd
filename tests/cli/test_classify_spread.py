"""``classify --checkpoint``, on addresses, and as Parquet; by Ray in tests/distributed."""

from pathlib import Path

import pytest
from pyarrow import parquet

from tests.cli.commands import Classify
from tests.model_folders import part_photo
from tests.photo_files import jpeg_bytes


def test_the_same_command_with_a_checkpoint_goes_on_and_gives_all_records(
    classify: Classify, photos: Path, tmp_path: Path
) -> None:
    options = ("--checkpoint", tmp_path / "kept")
    assert classify(photos, "--limit", 2, *options)[1] == classify(photos, "--limit", 2)[1]
    status, records, errors = classify(photos, *options)
    assert (status, records) == classify(photos)[:2]
    assert "2 photos judged by earlier runs" in errors


def test_heat_maps_are_drawn_of_what_this_run_judges(classify: Classify, photos: Path, tmp_path: Path) -> None:
    options = ("--checkpoint", tmp_path / "kept", "--heatmaps", tmp_path / "maps")
    classify(photos, "--limit", 1, *options)
    classify(photos, *options)
    assert sorted(path.name[:4] for path in (tmp_path / "maps").iterdir()) == ["0001", "0002", "0003"]


def test_a_checkpoint_that_cannot_be_made_is_status_4_before_anything_is_judged(
    classify: Classify, photos: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way")
    status, records, errors = classify(photos, "--checkpoint", tmp_path / "file")
    assert (status, records) == (4, [])
    assert "The checkpoint" in errors


def test_an_address_is_judged_like_a_folder(classify: Classify, photos: Path) -> None:
    status, records, _ = classify(photos.as_uri())
    assert status == 0
    assert [{**r, "file": ""} for r in records] == [{**r, "file": ""} for r in classify(photos)[1]]
    assert records[0]["file"] == f"file://{photos}/a red.jpg"


def test_parquet_holds_the_same_as_the_lines(classify: Classify, photos: Path, tmp_path: Path) -> None:
    (photos / "empty.jpg").write_bytes(b"")
    (photos / "copy.jpg").write_bytes((photos / "a red.jpg").read_bytes())
    status, records, _ = classify(photos, "--parquet", tmp_path / "out.parquet")
    assert status == 3
    rows = parquet.read_table(tmp_path / "out.parquet").to_pylist()
    keys = ("file", "sha256", "verdict", "label", "p_defect", "familiar", "reason", "operating_point", "duplicate_of")
    assert [[row[k] for k in keys] for row in rows] == [[r[k] for k in keys] for r in records]
    assert [row["frame"] for row in rows] == [r["frame"] for r in records]
    assert [row["class_def_front"] for row in rows] == [r["p"].get("def_front") for r in records]
    assert [path.name for path in tmp_path.glob("*out*")] == ["out.parquet"], "no part of it is left"


def test_parquet_takes_names_that_are_no_unicode(classify: Classify, tmp_path: Path) -> None:
    folder = bytes(tmp_path) + b"/in"
    Path(tmp_path / "in").mkdir()
    with open(folder + b"/\xff.jpg", "wb") as file:
        file.write(jpeg_bytes(part_photo(1.0)))
    assert classify(tmp_path / "in", "--parquet", tmp_path / "out.parquet")[0] == 0
    assert parquet.read_table(tmp_path / "out.parquet")["file"].to_pylist() == [f"{tmp_path}/in/\\udcff.jpg"]


def test_parquet_that_cannot_be_written_is_status_4(classify: Classify, photos: Path, tmp_path: Path) -> None:
    status, records, errors = classify(photos, "--parquet", tmp_path / "absent" / "out.parquet")
    assert (status, records) == (4, [])
    assert "cannot be written" in errors


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--address", "here:6379"], "Add --engine ray"),
        (["--engine", "ray", "--heatmaps", "maps"], "--heatmaps needs the photos' pixels"),
        (["--engine", "ray", "--part-codes"], "--part-codes needs the photos' pixels"),
    ],
)
def test_options_that_do_not_go_together_are_status_2(
    classify: Classify, photos: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, options: list[str], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    status, records, errors = classify(photos, *options)
    assert (status, records) == (2, [])
    assert said in errors
