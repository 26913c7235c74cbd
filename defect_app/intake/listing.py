"""Finds the files that may be photos in files and folders named by the user."""

import os
from collections.abc import Sequence
from pathlib import Path

from defect_app.errors import DefectLensError
from defect_app.intake.names import is_system_file


def list_photos(paths: Sequence[Path]) -> tuple[list[Path], int]:
    """List files, and the files in folders and their sub-folders, in sorted order, each once.

    Left out and counted: files of the operating system (.DS_Store, Thumbs.db, desktop.ini), hidden files, and what is
    no regular file. A hidden folder is not entered and counts as one. Links to folders are not followed.
    Whether a file is a photo is for `read_photo` to say.

    Parameters
    ----------
    paths : sequence of pathlib.Path
        Files and folders.

    Returns
    -------
    files : list of pathlib.Path
        Sorted.
    skipped : int
        How many were left out.

    Raises
    ------
    DefectLensError
        A path does not exist.
    """
    files: set[Path] = set()
    skipped: set[Path] = set()
    for path in map(Path, paths):
        if not path.exists():
            raise DefectLensError(f"there is no file or folder {path}", "Check the path.")
        if path.is_dir():
            _walk(path, files, skipped)
        else:
            (files if path.is_file() and not is_system_file(path.name) else skipped).add(path)
    return sorted(files), len(skipped)


def _walk(folder: Path, files: set[Path], skipped: set[Path]) -> None:
    """Add the files of a folder and its sub-folders."""
    for parent, folders, names in os.walk(folder):
        hidden = {name for name in folders if name.startswith(".") or name == "__MACOSX"}
        folders[:] = [name for name in folders if name not in hidden]
        skipped.update(Path(parent, name) for name in hidden)
        for name in names:
            path = Path(parent, name)
            (files if path.is_file() and not is_system_file(name) else skipped).add(path)
