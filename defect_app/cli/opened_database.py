"""The database of what is kept, open for as long as a command needs it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from defect_app.storage.database import Database


@contextmanager
def opened_database() -> Iterator[Database]:
    """Open the database that the settings name, and close it at the end; its libraries are loaded by that alone.

    Raises
    ------
    RecordsUnavailable
        If it cannot be opened.
    """
    from defect_app.storage.database import Database

    with closing(Database()) as database:
        yield database
