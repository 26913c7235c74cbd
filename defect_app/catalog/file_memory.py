"""What was computed of a file, remembered for as long as the file stays as it is."""

from __future__ import annotations

import stat
import time
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Generic, NamedTuple, TypeVar

T = TypeVar("T")

SETTLED_NS = 100_000_000
"""A file changed less than this ago is not remembered: another change in the same tick of the clock looks alike."""


class FileState(NamedTuple):
    """What changes with a file's content: whoever writes a file can set its time back, but not the time of change."""

    size: int
    modified_ns: int
    changed_ns: int
    inode: int
    device: int


class FileMemory(Generic[T]):
    """Remembers one result a file, without a bound on their number; safe to share between threads.

    Parameters
    ----------
    compute : callable
        From the path of a regular file to what is remembered. What it raises is not remembered.
    """

    def __init__(self, compute: Callable[[Path], T]) -> None:
        self._compute = compute
        self._known: dict[Path, tuple[FileState, T]] = {}

    def of(self, path: Path) -> T:
        """Return the result for a file, computed anew when the file has changed.

        Raises
        ------
        OSError
            If there is no such file, it may not be read, or is no regular file: opening a pipe would wait for ever,
            and a device may never end. Its `strerror` says which.
        """
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise OSError(0, "it is no regular file")
        state = FileState(status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino, status.st_dev)
        known = self._known.get(path)
        if known is not None and known[0] == state:
            return known[1]
        result = self._compute(path)
        if time.time_ns() - state.changed_ns > SETTLED_NS:
            self._known[path] = state, result
        return result

    def forget_other_folders(self, folders: Collection[Path], parent: Path) -> None:
        """Forget the files of folders below `parent` that are not among `folders`: they are no more."""
        kept = set(folders)
        for path in list(self._known):
            if path.parent.parent == parent and path.parent not in kept:
                self._known.pop(path, None)
