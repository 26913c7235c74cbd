"""Photos in a ZIP file with a folder for each class; whatever the archive claims, little of it is in memory at once."""

from __future__ import annotations

import io
import lzma
import zipfile
import zlib
from pathlib import PurePosixPath
from typing import BinaryIO

from defect_app.intake import MAX_BYTES, PhotoFile, is_system_file
from defect_app.teaching.request import CannotTeach, TeachingFile

MOST_ENTRIES = 20_000
DAMAGED = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError, OSError, RuntimeError, ValueError,
)  # fmt: skip
"""What `zipfile` and the decoders behind it raise of an archive that is damaged, encrypted or packed otherwise."""


def files_in_zip(data: bytes) -> list[TeachingFile]:
    """Return the files of a ZIP archive, each with its folder's name as its label, in the archive's order.

    Folders that hold the classes' folders do not matter; hidden and system files are left out. A file is unpacked
    when it is read, and never beyond what a photo may have.

    Raises
    ------
    CannotTeach
        If it is no ZIP archive, holds too many files, or files that are in no folder.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    except DAMAGED as error:
        raise CannotTeach("The file is no ZIP archive that can be read.", "Pack the folders anew.") from error
    if len(entries) > MOST_ENTRIES:
        raise CannotTeach(f"The archive holds {len(entries):,} files.", f"Pack {MOST_ENTRIES:,} at most.")
    found = []
    for entry in entries:
        path = PurePosixPath(entry.filename.replace("\\", "/"))
        if any(part.startswith(".") or part == "__MACOSX" for part in path.parts) or is_system_file(path.name):
            continue
        if len(path.parts) < 2:
            raise CannotTeach(f"{path.name} is in no folder.", "Pack a folder for each class, with its photos in it.")
        found.append(TeachingFile(_member(archive, entry, str(path)), path.parts[-2]))
    return found


def _member(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str) -> PhotoFile:
    def unpacked() -> BinaryIO:
        if entry.flag_bits & 1:
            raise OSError(0, "it is encrypted")
        try:
            with archive.open(entry) as stream:
                # One byte more than a photo may have: intake refuses it by its size, whatever it would unpack to.
                return io.BytesIO(stream.read(MAX_BYTES + 1))
        except DAMAGED as error:
            raise OSError(0, "it is damaged in the archive") from error

    return PhotoFile(name, unpacked)
