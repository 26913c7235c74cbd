"""Why a database cannot be used, and what to do: from error codes and the state of the disk, never in a driver's words.

Drivers' own words may hold parts of the address, so only the sentences of this module are ever shown.
"""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from defect_app.settings import DATABASE_VARIABLE

_LEAST_FREE_BYTES = 1_000_000
"""With less than this left on its disk, a database that cannot be used is said to lack room."""
_MAKE_ROOM = "Make room on its disk; what is stored is safe."
_RESTORE = "Restore it from a copy, or move it away to start a new one."
_CORRECT = f"Start the server, or correct {DATABASE_VARIABLE}."


@dataclass(frozen=True)
class Failure:
    """Why a database cannot be used, as the end of a sentence, and what to do about it."""

    reason: str
    remedy: str


_SQLITE = {
    sqlite3.SQLITE_FULL: Failure("the disk is full", _MAKE_ROOM),
    sqlite3.SQLITE_BUSY: Failure("another program keeps it locked", "Wait until that program is done, or end it."),
    sqlite3.SQLITE_LOCKED: Failure("another program keeps it locked", "Wait until that program is done, or end it."),
    sqlite3.SQLITE_READONLY: Failure("it may not be written", "Allow the program to write the file and its folder."),
    sqlite3.SQLITE_PERM: Failure("it may not be used", "Allow the program to write the file and its folder."),
    sqlite3.SQLITE_NOTADB: Failure("the file is no SQLite database, or damaged", _RESTORE),
    sqlite3.SQLITE_CORRUPT: Failure("the file is damaged", _RESTORE),
    sqlite3.SQLITE_ERROR: Failure("it lacks tables that belong to it", _RESTORE),
    sqlite3.SQLITE_IOERR: Failure("its disk fails", "Check the disk, and restore the file from a copy if need be."),
    sqlite3.SQLITE_NOMEM: Failure("there is not enough memory", "Close other programs."),
}
_POSTGRESQL = {  # by SQLSTATE, or the class that it begins with
    "28": Failure("the server refused the user or the password", f"Correct {DATABASE_VARIABLE}."),
    "3D": Failure("there is no such database on the server", f"Create it, or correct {DATABASE_VARIABLE}."),
    "42501": Failure("the user may not use it", "Grant the user the rights on its schema."),
    "42P01": Failure("it lacks tables that belong to it", "Restore the database from a copy, or name an empty one."),
    "3F": Failure("it lacks the schema that belongs to it", "Restore the database from a copy, or name an empty one."),
    "53100": Failure("the server's disk is full", "Make room on the server's disk; what is stored is safe."),
    "53300": Failure("the server has no connection left", "Allow more connections, or end other programs."),
    "55P03": Failure("another program keeps it locked", "Wait until that program is done, or end it."),
    "57014": Failure("it did not answer in time", "Wait until the server has less to do."),
    "25006": Failure("it may not be written", f"Let {DATABASE_VARIABLE} name the server that takes writes."),
    "57P": Failure("the server closed the connection", _CORRECT),
    "08": Failure("the server closed the connection", _CORRECT),
}
_WORDS = {  # where the server said nothing itself, the driver's words tell what kind of failure it is
    "password": _POSTGRESQL["28"],
    "role ": Failure("the server does not know the user", f"Correct {DATABASE_VARIABLE}."),
    "does not exist": _POSTGRESQL["3D"],
    "refused": Failure("no server answers there", _CORRECT),
    "timeout": Failure("it did not answer in time", _CORRECT),
    "timed out": Failure("it did not answer in time", _CORRECT),
    "resolve": Failure("the server's name is not known", _CORRECT),
    "terminat": _POSTGRESQL["08"],
    "closed": _POSTGRESQL["08"],
    "lost": _POSTGRESQL["08"],
    "invalid": Failure("a part of its address is not valid", f"Correct {DATABASE_VARIABLE}."),
}


def sqlite_failure(error: BaseException, file: Path) -> Failure:
    """Say why a SQLite file cannot be used.

    Parameters
    ----------
    error : BaseException
        What the driver, or the file system, raised.
    file : Path
        The database.
    """
    if isinstance(error, OSError):
        return _of_file_system(error, file.parent)
    code = getattr(error, "sqlite_errorcode", None)
    kind = None if code is None else code & 0xFF  # the lower byte of an extended code is its kind
    if kind in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR):
        found = _found_on_disk(file)
        if found is not None:
            return found
    if kind == sqlite3.SQLITE_CANTOPEN:
        return Failure("the file cannot be opened", _RESTORE)
    return _SQLITE.get(kind, _unexpected(error)) if kind is not None else _unexpected(error)


def postgresql_failure(error: BaseException) -> Failure:
    """Say why a PostgreSQL database cannot be used.

    Parameters
    ----------
    error : BaseException
        What the driver raised.
    """
    state = getattr(error, "sqlstate", None) or ""
    for length in (5, 3, 2):
        if state[:length] in _POSTGRESQL:
            return _POSTGRESQL[state[:length]]
    words = str(error).lower()
    return next((failure for sign, failure in _WORDS.items() if sign in words), _unexpected(error))


def _found_on_disk(file: Path) -> Failure | None:
    """Say what is wrong with a file's place; None where nothing is to be seen."""
    if not file.parent.is_dir():
        return Failure(f"its folder {file.parent} is missing", "Bring the folder back, or mount its disk.")
    if file.is_dir():
        return Failure("there is a folder of that name", "Move the folder away.")
    if shutil.disk_usage(file.parent).free < _LEAST_FREE_BYTES:
        return _SQLITE[sqlite3.SQLITE_FULL]
    if not os.access(file.parent, os.W_OK) or (file.exists() and not os.access(file, os.R_OK | os.W_OK)):
        return _SQLITE[sqlite3.SQLITE_READONLY]
    return None


def _of_file_system(error: OSError, folder: Path) -> Failure:
    if error.errno == errno.ENOSPC:
        return _SQLITE[sqlite3.SQLITE_FULL]
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return Failure(f"its folder {folder} may not be made", "Allow the program to write there.")
    return Failure(
        f"its folder {folder} cannot be made", f"Move away what is in its place, or correct {DATABASE_VARIABLE}."
    )


def _unexpected(error: BaseException) -> Failure:
    return Failure(f"an unexpected {type(error).__name__}", "See the log, and try again.")
