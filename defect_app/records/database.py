"""One database, SQLite or PostgreSQL: opened, brought up to date, and its failures told without its secrets."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import NullPool

from defect_app.errors import RecordsUnavailable
from defect_app.records.migrating import bring_up_to_date

DATABASE_VARIABLE = "DEFECT_APP_DATABASE_URL"
"""Environment variable that names another database than the project's own SQLite file."""
DEFAULT_FILE = Path(__file__).resolve().parents[2] / "var" / "records.sqlite"
CONNECT_S = 5
"""How long to wait for a server to answer."""
WAIT_S = 20
"""How long to wait for other writers to finish."""
_SAID = {
    "password": "the server refused the user or the password",
    "role ": "the server does not know the user",
    "does not exist": "there is no such database on the server",
    "refused": "no server answers there",
    "timeout": "it did not answer in time",
    "timed out": "it did not answer in time",
    "resolve": "the server's name is not known",
    "terminat": "the server closed the connection",
    "closed": "the server closed the connection",
    "lost": "the server closed the connection",
    "locked": "another program keeps it locked",
    "readonly": "it may not be written",
    "read-only": "it may not be written",
    "permission": "the user may not use it",
    "unable to open": "the file cannot be opened",
    "not a database": "the file is no SQLite database, or damaged",
    "malformed": "the file is damaged",
    "no such": "its tables are missing",
    "full": "the disk is full",
    "invalid": "a part of its address is not valid",
}
# Drivers' own words may hold parts of the address, so only these sentences are ever shown.


class Database:
    """A database that is up to date; safe to share between threads.

    Parameters
    ----------
    url : str, optional
        ``sqlite:///FILE`` or ``postgresql+psycopg://USER:PASSWORD@HOST/NAME``. Default: what
        ``DEFECT_APP_DATABASE_URL`` names, else the project's ``var/records.sqlite``.

    Raises
    ------
    RecordsUnavailable
        If it cannot be opened or brought up to date. No part of the address but a file's path is told.
    """

    def __init__(self, url: str | None = None) -> None:
        address = _address(url or os.environ.get(DATABASE_VARIABLE) or f"sqlite:///{DEFAULT_FILE}")
        self.is_sqlite = address.get_backend_name() == "sqlite"
        self.title = f"the file {address.database}" if self.is_sqlite else "the PostgreSQL database"
        with self._explained("opened"):
            self._engine = _sqlite_engine(address) if self.is_sqlite else _postgresql_engine(address)
            bring_up_to_date(self._engine)

    def close(self) -> None:
        """Close the connections that wait to be used again."""
        self._engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a transaction that reads."""
        with self._explained("read"), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Open the one transaction that may write: others wait, and it is written whole or not at all."""
        with self._explained("written"), self._engine.connect() as connection:
            connection = connection.execution_options(writing=True)
            with connection.begin():
                if not self.is_sqlite:
                    connection.execute(text("LOCK TABLE point_events IN SHARE ROW EXCLUSIVE MODE"))
                yield connection

    @contextmanager
    def _explained(self, done: str) -> Iterator[None]:
        try:
            yield
        except (DBAPIError, PoolTimeout, sqlite3.Error, OSError) as error:
            # "from None": the driver's words, with parts of the address in them, stay out of every traceback.
            raise RecordsUnavailable(
                f"The records in {self.title} cannot be {done}: {_said(error)}.",
                "Restore the file from a copy, or move it away to start a new one."
                if self.is_sqlite
                else f"Start the server, or correct {DATABASE_VARIABLE}.",
            ) from None


def _address(url: str) -> URL:
    expected = "Expected sqlite:///FILE or postgresql+psycopg://USER:PASSWORD@HOST/NAME."
    try:
        address = make_url(url)
    except (ArgumentError, ValueError):
        raise RecordsUnavailable(f"{DATABASE_VARIABLE} is not the address of a database.", expected) from None
    if address.drivername in ("postgres", "postgresql"):
        address = address.set(drivername="postgresql+psycopg")
    if address.drivername not in ("sqlite", "sqlite+pysqlite", "postgresql+psycopg"):
        raise RecordsUnavailable(f"{DATABASE_VARIABLE} names a kind of database that is not supported.", expected)
    if address.get_backend_name() == "sqlite" and (address.database or ":memory:") == ":memory:":
        raise RecordsUnavailable(f"{DATABASE_VARIABLE} names no file; records must outlive the app.", expected)
    return address


def _sqlite_engine(address: URL) -> Engine:
    Path(address.database or "").parent.mkdir(parents=True, exist_ok=True)
    # No pool: a file that was restored or moved away is noticed at once.
    engine = create_engine(address, poolclass=NullPool, connect_args={"timeout": WAIT_S})

    @event.listens_for(engine, "connect")
    def set_up(connection: sqlite3.Connection, _: Any) -> None:
        connection.isolation_level = None  # transactions are begun below, not by the driver
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = FULL")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A writer takes its place at once: one that read first could find its state outdated when it writes.
        writing = connection.get_execution_options().get("writing")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine


def _postgresql_engine(address: URL) -> Engine:
    limit_ms = WAIT_S * 1000
    options = f"-c lock_timeout={limit_ms} -c statement_timeout={2 * limit_ms}"
    return create_engine(address, pool_pre_ping=True, connect_args={"connect_timeout": CONNECT_S, "options": options})


def _said(error: BaseException) -> str:
    words = str(getattr(error, "orig", None) or error).lower()
    return next((said for sign, said in _SAID.items() if sign in words), f"an unexpected {type(error).__name__}")
