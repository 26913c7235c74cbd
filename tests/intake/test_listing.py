"""Finding the files that may be photos."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from defect_app.errors import DefectLensError
from defect_app.intake import PhotoFile, PhotoListing, Rejection, UnreadableFolder, list_photos, read_file
from tests.privileges import without_privileges


def put(*paths: Path) -> None:
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")


def test_files_and_folders_are_listed_once_and_sorted(tmp_path: Path) -> None:
    second, first = tmp_path / "b" / "2.jpg", tmp_path / "a.jpg"
    put(second, first)
    assert list_photos([second, tmp_path, first]) == PhotoListing((first, second))


def test_files_are_listed_whatever_their_ending(tmp_path: Path) -> None:
    put(tmp_path / "notes.txt", tmp_path / "photo")
    assert list_photos([tmp_path]) == PhotoListing((tmp_path / "notes.txt", tmp_path / "photo"))


def test_hidden_files_are_counted_and_a_hidden_folder_counts_once(tmp_path: Path) -> None:
    put(tmp_path / ".hidden.jpg", tmp_path / ".git" / "a", tmp_path / ".git" / "b", tmp_path / "__MACOSX" / "._a.jpg")
    assert list_photos([tmp_path]) == PhotoListing((), 3)


def test_a_pipe_is_skipped_because_reading_it_would_never_end(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jpg")
    assert list_photos([tmp_path, tmp_path / "pipe.jpg"]) == PhotoListing((), 1)


def test_a_link_that_leads_back_is_not_followed(tmp_path: Path) -> None:
    put(tmp_path / "a.jpg")
    (tmp_path / "again").symlink_to(tmp_path, target_is_directory=True)
    assert list_photos([tmp_path]) == PhotoListing((tmp_path / "a.jpg",))


def test_nothing_given_is_nothing_found() -> None:
    assert list_photos([]) == PhotoListing(())


def test_a_path_that_does_not_exist_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(DefectLensError, match=r"missing\.jpg"):
        list_photos([tmp_path / "missing.jpg"])


@pytest.fixture
def closed_folder(tmp_path: Path) -> Iterator[Path]:
    """Give a folder with a photo in it that this process may not list."""
    closed = tmp_path / "closed"
    put(tmp_path / "a.jpg", closed / "b.jpg", tmp_path / "z.jpg")
    with without_privileges(tmp_path):
        closed.chmod(0)
        yield closed
        closed.chmod(0o700)


def test_hostile_46_a_folder_that_may_not_be_listed_is_named_and_the_others_are_listed(closed_folder: Path) -> None:
    root = closed_folder.parent
    assert list_photos([root]) == PhotoListing(
        (root / "a.jpg", root / "z.jpg"), 0, (UnreadableFolder(closed_folder, "Permission denied"),)
    )


def test_hostile_46_files_of_a_folder_that_may_not_be_entered_are_left_for_reading_to_refuse(
    closed_folder: Path,
) -> None:
    closed_folder.chmod(0o400)
    listing = list_photos([closed_folder.parent])
    assert closed_folder / "b.jpg" in listing.files
    refused = read_file(PhotoFile.at(closed_folder / "b.jpg"))
    assert isinstance(refused, Rejection)
    assert refused.reason == "the file cannot be read: Permission denied"


def test_a_path_in_a_folder_that_may_not_be_entered_is_an_error_that_says_so(closed_folder: Path) -> None:
    with pytest.raises(DefectLensError, match=r"b\.jpg cannot be read: Permission denied"):
        list_photos([closed_folder / "b.jpg"])
