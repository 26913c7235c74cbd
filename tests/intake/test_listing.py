"""Finding the files that may be photos."""

import os
from pathlib import Path

import pytest

from defect_app.errors import DefectLensError
from defect_app.intake import list_photos


def put(*paths: Path) -> None:
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")


def test_files_and_folders_are_listed_once_and_sorted(tmp_path: Path) -> None:
    second, first = tmp_path / "b" / "2.jpg", tmp_path / "a.jpg"
    put(second, first)
    assert list_photos([second, tmp_path, first]) == ([first, second], 0)


def test_files_are_listed_whatever_their_ending(tmp_path: Path) -> None:
    put(tmp_path / "notes.txt", tmp_path / "photo")
    assert list_photos([tmp_path]) == ([tmp_path / "notes.txt", tmp_path / "photo"], 0)


def test_hidden_files_are_counted_and_a_hidden_folder_counts_once(tmp_path: Path) -> None:
    put(tmp_path / ".hidden.jpg", tmp_path / ".git" / "a", tmp_path / ".git" / "b", tmp_path / "__MACOSX" / "._a.jpg")
    assert list_photos([tmp_path]) == ([], 3)


def test_a_pipe_is_skipped_because_reading_it_would_never_end(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jpg")
    assert list_photos([tmp_path, tmp_path / "pipe.jpg"]) == ([], 1)


def test_a_link_that_leads_back_is_not_followed(tmp_path: Path) -> None:
    put(tmp_path / "a.jpg")
    (tmp_path / "again").symlink_to(tmp_path, target_is_directory=True)
    assert list_photos([tmp_path]) == ([tmp_path / "a.jpg"], 0)


def test_nothing_given_is_nothing_found() -> None:
    assert list_photos([]) == ([], 0)


def test_a_path_that_does_not_exist_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(DefectLensError, match=r"missing\.jpg"):
        list_photos([tmp_path / "missing.jpg"])
