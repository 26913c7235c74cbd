"""A file is read once and hashed once; whatever its reader fails by becomes a rejection with a remedy."""

import hashlib
import io
from pathlib import Path
from typing import BinaryIO

import pytest

from defect_app.intake import PhotoFile, Rejection
from defect_app.intake.opening import MAX_BYTES
from defect_app.intake.photo import UnusableFile
from defect_app.intake.photo_file import FileContent, read_file


class ShortOfMemory(io.BytesIO):
    """A file that does not fit into memory at the first attempts to read it."""

    def __init__(self, data: bytes, attempts: int) -> None:
        super().__init__(data)
        self.attempts = attempts

    def read(self, size: int | None = -1, /) -> bytes:
        if self.attempts:
            self.attempts -= 1
            raise MemoryError
        return super().read(size)


def raising(error: Exception) -> PhotoFile:
    def fail() -> BinaryIO:
        raise error

    return PhotoFile("part.jpg", fail)


def test_a_file_at_a_path_is_named_by_it_and_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "part.jpg"
    path.write_bytes(b"a part")
    file = PhotoFile.at(path)
    assert file.name == str(path)
    assert read_file(file) == FileContent(b"a part", hashlib.sha256(b"a part").hexdigest())


def test_a_file_above_the_ceiling_is_refused_by_its_size_and_still_has_its_hash(tmp_path: Path) -> None:
    path = tmp_path / "disk.img"
    with path.open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    refused = read_file(PhotoFile.at(path))
    assert isinstance(refused, Rejection)
    assert "too large a file" in refused.reason
    assert refused.sha256 == hashlib.sha256(bytes(MAX_BYTES + 1)).hexdigest()


def test_a_file_for_which_memory_was_short_is_read_when_no_other_photo_is_in_use() -> None:
    assert read_file(PhotoFile("part.jpg", lambda: ShortOfMemory(b"a part", 1))) == FileContent(
        b"a part", hashlib.sha256(b"a part").hexdigest()
    )


def test_a_file_for_which_memory_stays_short_may_be_tried_again() -> None:
    refused = read_file(PhotoFile("part.jpg", lambda: ShortOfMemory(b"a part", 2)))
    assert isinstance(refused, Rejection)
    assert refused.try_again
    assert "not enough memory" in refused.reason


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (PermissionError(13, "Permission denied"), "Permission denied"),
        (ValueError("the stick is gone"), "the stick is gone"),
        (RuntimeError(), "RuntimeError"),
    ],
    ids=["the system's words", "the reader's words", "no words"],
)
def test_what_a_reader_fails_by_is_said_with_what_to_do(error: Exception, said: str) -> None:
    refused = read_file(raising(error))
    assert isinstance(refused, Rejection)
    assert refused.reason == f"the file cannot be read: {said}"
    assert refused.remedy.startswith("Check that it exists")
    assert refused.sha256 == ""


def test_a_reader_that_knows_why_the_file_is_unusable_is_believed() -> None:
    known = UnusableFile("too large a file: 99.0 MB", "Make it smaller.")
    known.sha256 = "ab" * 32
    assert read_file(raising(known)) == Rejection(
        "part.jpg", "ab" * 32, "too large a file: 99.0 MB", "Make it smaller."
    )
