"""Whether a database may have changed since it was read, told from its files alone."""

from __future__ import annotations

import os
import time
from collections.abc import Hashable
from contextlib import suppress
from functools import lru_cache
from typing import Final

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

_SAME_TIME_NS: Final = 20_000_000
"""Changes within it may bear the same time: the kernel's clock of files ticks every 1 to 10 ms."""
_SERVER: Final = "a server"


def change_mark(url: str) -> Hashable:
    """Return what differs once a SQLite file was written to, damaged, moved or replaced, by whomever.

    Parameters
    ----------
    url : str
        The database's address.

    Returns
    -------
    hashable or None
        None where it cannot be told: the file is not there, or was changed so short a time ago that a further change
        could bear the same time. Of a server always the same: its changes do not show here.
    """
    file = _sqlite_file(url)
    if file is None:
        return _SERVER
    try:
        found = [os.stat(file)]
        with suppress(FileNotFoundError):
            log = os.stat(f"{file}-wal")
            if log.st_size:  # each reader makes an empty one for a moment
                found.append(log)
    except OSError:
        return None
    newest_ns = max(max(status.st_mtime_ns, status.st_ctime_ns) for status in found)
    if abs(time.time_ns() - newest_ns) < _SAME_TIME_NS:
        return None
    return tuple((s.st_dev, s.st_ino, s.st_size, s.st_mtime_ns, s.st_ctime_ns) for s in found)


@lru_cache(maxsize=4)
def _sqlite_file(url: str) -> str | None:
    try:
        address = make_url(url)
    except (ArgumentError, ValueError):
        return None  # who opens it says so
    return address.database if address.get_backend_name() == "sqlite" else None
