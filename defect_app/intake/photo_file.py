"""A file that may be a photo, not read yet; it is read once, hashed once, and never held above the ceiling."""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from defect_app.intake.failures import not_enough_memory
from defect_app.intake.opening import MAX_BYTES, file_too_large
from defect_app.intake.photo import Rejection, UnusableFile, content_hash
from defect_app.intake.pixel_budget import PIXELS_IN_USE


@dataclass(frozen=True)
class PhotoFile:
    """A file that waits to be read.

    Attributes
    ----------
    name : str
        As the user gave it: data, never a path.
    open : callable
        Opens it for reading, from its beginning; closed by whoever opens it.
    size : int or None
        Its size in bytes where that is known before it is opened; a file above the ceiling is then refused unopened.
    """

    name: str
    open: Callable[[], BinaryIO]
    size: int | None = None

    @classmethod
    def at(cls, path: Path) -> PhotoFile:
        """Return the file at a path, named by it."""
        return cls(str(path), lambda: path.open("rb"))

    @classmethod
    def of_bytes(cls, name: str, read: Callable[[], bytes]) -> PhotoFile:
        """Return a file whose content a function gives."""
        return cls(name, lambda: io.BytesIO(read()))

    @classmethod
    def not_sent(cls, name: str, size: int) -> PhotoFile:
        """Return a file that a browser kept back for its size in bytes: it is listed with its reason."""
        return cls(name, io.BytesIO, size)


@dataclass(frozen=True)
class FileContent:
    """What a file holds: its bytes and their hexadecimal SHA-256."""

    data: bytes
    sha256: str


def read_file(file: PhotoFile) -> FileContent | Rejection:
    """Read a file; one above the ceiling is hashed in pieces and refused.

    No exception leaves it but those that end a program.
    """
    if file.size is not None and file.size > MAX_BYTES:
        refused = file_too_large(file.size)
        return Rejection(file.name, "", str(refused), refused.remedy)
    try:
        with file.open() as stream:
            size = stream.seek(0, os.SEEK_END)
            stream.seek(0)
            if size > MAX_BYTES:
                refused = file_too_large(size)
                return Rejection(file.name, _hash_in_pieces(stream), str(refused), refused.remedy)
            data = _read_whole(stream)
    except MemoryError:
        return not_enough_memory(file.name, "")
    except UnusableFile as error:  # whoever holds the file knows already
        return Rejection(file.name, error.sha256, str(error), error.remedy)
    except Exception as error:  # whatever a door's reader fails by, the other files are judged
        said = getattr(error, "strerror", None) or str(error) or type(error).__name__
        remedy = "Check that it exists and that you may read it, and try again."
        return Rejection(file.name, "", f"the file cannot be read: {said}", remedy)
    return FileContent(data, content_hash(data))


def _read_whole(stream: BinaryIO) -> bytes:
    try:
        return stream.read(MAX_BYTES + 1)
    except MemoryError:
        with PIXELS_IN_USE.reserve_all():
            stream.seek(0)
            return stream.read(MAX_BYTES + 1)


def _hash_in_pieces(stream: BinaryIO) -> str:
    # What claims to be a photo may be a disk image.
    digest = hashlib.sha256()
    while piece := stream.read(1 << 20):
        digest.update(piece)
    return digest.hexdigest()
