"""Finds the files that may be photos in files and folders named by the user."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from defect_app.errors import DefectLensError
from defect_app.intake.names import is_system_file


@dataclass(frozen=True)
class UnreadableFolder:
    """A folder whose files cannot be listed, and the system's reason."""

    path: Path
    reason: str


@dataclass(frozen=True)
class PhotoListing:
    """What was found.

    Attributes
    ----------
    files : tuple of pathlib.Path
        Sorted, each once.
    skipped : int
        How many were left out, see `list_photos`.
    unreadable : tuple of UnreadableFolder
        Sorted; nobody knows how many photos are in them.
    """

    files: tuple[Path, ...]
    skipped: int = 0
    unreadable: tuple[UnreadableFolder, ...] = ()


def list_photos(paths: Sequence[Path]) -> PhotoListing:
    """List files, and the files in folders and their sub-folders, in sorted order, each once.

    Left out and counted: files of the operating system (.DS_Store, Thumbs.db, desktop.ini), hidden files, and what is
    no regular file. A hidden folder is not entered and counts as one. Links to folders are not followed.
    Whether a file is a photo is for `read_photo` to say, and whether it can be read for `read_file`.

    Parameters
    ----------
    paths : sequence of pathlib.Path
        Files and folders.

    Raises
    ------
    DefectLensError
        A path does not exist, or the folder that it is in may not be entered.
    """
    files: set[Path] = set()
    skipped: set[Path] = set()
    unreadable: dict[Path, str] = {}
    for path in map(Path, paths):
        try:
            path.stat()
        except (FileNotFoundError, NotADirectoryError):
            raise DefectLensError(f"there is no file or folder {path}", "Check the path.") from None
        except OSError as error:
            raise DefectLensError(f"{path} cannot be read: {error.strerror}", "Check that you may read it.") from error
        if path.is_dir():
            _walk(path, files, skipped, unreadable)
        else:
            (files if _may_be_photo(path) else skipped).add(path)
    folders = tuple(UnreadableFolder(path, reason) for path, reason in sorted(unreadable.items()))
    return PhotoListing(tuple(sorted(files)), len(skipped), folders)


def _walk(folder: Path, files: set[Path], skipped: set[Path], unreadable: dict[Path, str]) -> None:
    """Add the files of a folder and its sub-folders."""

    def note(error: OSError) -> None:
        unreadable[Path(error.filename or folder)] = error.strerror or str(error)

    for parent, folders, names in os.walk(folder, onerror=note):
        hidden = {name for name in folders if name.startswith(".") or name == "__MACOSX"}
        folders[:] = [name for name in folders if name not in hidden]
        skipped.update(Path(parent, name) for name in hidden)
        for name in names:
            path = Path(parent, name)
            (files if _may_be_photo(path) else skipped).add(path)


def _may_be_photo(path: Path) -> bool:
    if is_system_file(path.name):
        return False
    try:
        return path.is_file()
    except OSError:  # in a folder that can be listed and not entered: reading the file says why it cannot be read
        return True
