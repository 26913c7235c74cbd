"""HOSTILE 46: a disk that is full and folders that may not be read, met by ``classify``."""

from __future__ import annotations

import csv
import io
import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.model_folders import part_photo
from tests.photo_files import png_bytes

OUTPUT_FAILED = 4
Classify = Callable[..., tuple[int, list[dict[str, Any]], str]]


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("many")
    for n in range(60):
        (folder / f"{n:02d}.png").write_bytes(png_bytes(part_photo(1.0, n, size=64)))
    return folder


def classified_on_a_small_disk(
    models: Path, *arguments: object, limit: int = 20_000, stdout: Any = subprocess.PIPE
) -> subprocess.CompletedProcess[str]:
    """Run the command where no file may grow beyond `limit` bytes: writing then fails as on a full disk."""
    command = [sys.executable, "-m", "defect_app", "classify", *map(str, arguments), "--model", "tiny"]
    return subprocess.run(
        [*command, "--models-folder", str(models)],
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
    )


def assert_one_plain_line(errors: str, words: str) -> None:
    assert "Traceback" not in errors
    said = [line for line in errors.splitlines() if words in line]
    assert len(said) == 1, errors
    assert "Make room, or choose another" in said[0]


def test_hostile_46_a_table_on_a_full_disk_keeps_whole_rows_and_says_one_line(
    many: Path, tiny_models: Path, tmp_path: Path
) -> None:
    table = tmp_path / "out.csv"
    outcome = classified_on_a_small_disk(tiny_models, many, "--csv", table)
    assert outcome.returncode == OUTPUT_FAILED
    assert_one_plain_line(outcome.stderr, f"cannot be written to {table}")
    assert table.read_bytes().endswith(b"\r\n")
    rows = list(csv.DictReader(io.StringIO(table.read_bytes().decode("utf-8-sig"), newline="")))
    assert 10 < len(rows) < 60
    assert all(row["model_sha256"] and row["class_ok_front"] for row in rows), "each row is whole"


def test_hostile_46_lines_into_a_file_on_a_full_disk_stay_whole_and_what_was_there_before_stays(
    many: Path, tiny_models: Path, tmp_path: Path
) -> None:
    target = tmp_path / "out.jsonl"
    target.write_text('{"file": "of yesterday"}\n')
    with target.open("a") as appended:
        outcome = classified_on_a_small_disk(tiny_models, many, stdout=appended)
    assert outcome.returncode == OUTPUT_FAILED
    assert_one_plain_line(outcome.stderr, "cannot be written to standard output")
    first, *records = [json.loads(line) for line in target.read_text().splitlines()]
    assert first == {"file": "of yesterday"}
    assert 10 < len(records) < 60


def test_hostile_46_a_device_without_room_is_said_at_the_first_line(many: Path, tiny_models: Path) -> None:
    with open("/dev/full", "w") as full:
        outcome = classified_on_a_small_disk(tiny_models, many, stdout=full)
    assert outcome.returncode == OUTPUT_FAILED
    assert_one_plain_line(outcome.stderr, "standard output: No space left on device")


def test_hostile_46_heat_maps_on_a_full_disk_leave_no_part_of_one(
    many: Path, tiny_models: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "heat"
    outcome = classified_on_a_small_disk(tiny_models, many, "--heatmaps", folder, limit=1000)
    assert outcome.returncode == OUTPUT_FAILED
    assert_one_plain_line(outcome.stderr, f"The heat map {folder}")
    assert list(folder.iterdir()) == []


@pytest.fixture
def with_a_closed_folder(photos: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a folder of photos in which the system refuses to list one sub-folder."""
    listed = os.scandir

    def refuse(path: Any = ".") -> Any:
        if Path(os.fspath(path)).name == "inner":
            raise PermissionError(13, "Permission denied", os.fspath(path))
        return listed(path)

    monkeypatch.setattr(os, "scandir", refuse)
    return photos


def test_hostile_46_a_folder_that_may_not_be_read_is_named_counted_and_another_status(
    classify: Classify, with_a_closed_folder: Path
) -> None:
    status, records, errors = classify(with_a_closed_folder)
    assert status == 3
    assert [Path(record["file"]).name for record in records] == ["a red.jpg", "b green.png"]
    assert f"The folder {with_a_closed_folder / 'inner'} cannot be read: Permission denied." in errors
    assert "1 folder left out that cannot be read." in errors


@pytest.mark.parametrize(
    ("options", "separator", "score"),
    [([], ",", "."), (["--csv-separator", "semicolon", "--csv-decimal", "comma"], ";", ",")],
)
def test_a_table_is_written_in_the_form_of_the_readers_spreadsheet(
    classify: Classify, photos: Path, tmp_path: Path, options: list[str], separator: str, score: str
) -> None:
    status, _, _ = classify(photos, "--csv", tmp_path / "out.csv", *options)
    assert status == 0
    rows = list(
        csv.DictReader(
            io.StringIO((tmp_path / "out.csv").read_bytes().decode("utf-8-sig"), newline=""), delimiter=separator
        )
    )
    assert [row["number"] for row in rows] == ["1", "2", "3"]
    assert score in rows[0]["p_defect"]


def test_a_form_in_which_columns_and_decimals_are_the_same_is_wrong_usage(
    classify: Classify, photos: Path, tmp_path: Path
) -> None:
    status, _, errors = classify(photos, "--csv", tmp_path / "out.csv", "--csv-decimal", "comma")
    assert status == 2
    assert "cannot both stand between columns and be the decimal sign" in errors
    assert not (tmp_path / "out.csv").exists()
