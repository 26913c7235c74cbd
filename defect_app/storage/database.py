"""One database, SQLite or PostgreSQL: opened, brought up to date, and its failures told without its secrets."""

from __future__ import annotations

import os
import sqlite3
import threading
import weakref
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext, suppress
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, Table, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from defect_app.errors import RecordsUnavailable
from defect_app.logs import logger
from defect_app.storage.address import database_address, title_of
from defect_app.storage.clock import note_moment
from defect_app.storage.deadline import ended_after
from defect_app.storage.failures import postgresql_failure, sqlite_failure
from defect_app.storage.memory import DatabaseMemory
from defect_app.storage.migrating import bring_up_to_date, schema_version
from defect_app.storage.postgresql_engine import ANSWER_S, postgresql_engine
from defect_app.storage.sqlite_engine import Mode, sqlite_engine
from defect_app.storage.tables import SCHEMA_VERSION, audit_entries

LONGEST_S = 120.0
"""A transaction on a server that has not ended after so long is given up."""
AUDIT_HEAD = "audit-head.json"
"""What is remembered of the audit trail's last entry."""
ADOPT = "Bring the records back, or start anew on purpose: defect-lens records adopt."

_NEEDS_TO_WRITE = (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL)

_log = logger(__name__)


def database_memory(url: str | None = None) -> DatabaseMemory:
    """Return what this machine remembers of a database, by its address; it need not be there.

    Raises
    ------
    RecordsUnavailable
        If the address is none of a database.
    """
    return DatabaseMemory.of(database_address(url))


class Database:
    """A database that is up to date; safe to share between threads.

    Parameters
    ----------
    url : str, optional
        ``sqlite:///FILE`` or ``postgresql+psycopg://USER:PASSWORD@HOST/NAME``. Default: what
        ``DEFECT_APP_DATABASE_URL`` names, else the project's ``var/records.sqlite``.
    as_it_is : bool
        Take it as it is, also where it was in use and is missing or empty now: a person said so.

    Raises
    ------
    RecordsUnavailable
        If it cannot be opened or brought up to date. No part of the address but a file's path is told.
    """

    def __init__(self, url: str | None = None, *, as_it_is: bool = False) -> None:
        address = database_address(url)
        self.is_sqlite = address.get_backend_name() == "sqlite"
        self._file = address.database or ""
        self.title = title_of(address)
        self.memory = DatabaseMemory.of(address)
        """What this machine remembers of it."""
        self._address = address
        self._as_it_is = as_it_is
        self._is_missed = self.memory.in_use and not as_it_is
        if self.is_sqlite and self._is_missed and not _has_content(Path(self._file)):
            raise RecordsUnavailable(f"The records in {self.title} were in use and are gone.", ADOPT)
        with self._explained("opened"):
            self._engine = self._opened()
        if self.is_sqlite:
            # From now on a file that disappears is missed, not made anew.
            self._engine.dispose()
            self._engine = sqlite_engine(self._file, "rw")
        self._held = threading.local()
        # A database that nobody holds any more leaves no connection open, also where it was never closed.
        weakref.finalize(self, self._engine.dispose)

    def close(self) -> None:
        """Close the connections that wait to be used again."""
        self._engine.dispose()

    @contextmanager
    def reading(self, *, within_s: float = LONGEST_S) -> Iterator[Connection]:
        """Open a transaction that reads; a SQLite file is read even where nothing can be written any more.

        Parameters
        ----------
        within_s : float
            How long a server may take in all; a verdict does not wait for one that stands still.
        """
        with self._explained("read"), self._readable() as connection, _in_time(connection, within_s):
            yield connection

    @contextmanager
    def writing(self, *, alone_in: Table | None = None) -> Iterator[Connection]:
        """Open a transaction that writes; it is written whole or not at all.

        Parameters
        ----------
        alone_in : Table, optional
            Other writers of this table wait until the transaction ends: what is read of it holds. SQLite has one writer
            at a time, whatever the table.
        """
        with self._explained("written"), self._writing_connection() as opened:
            connection = opened.execution_options(writing=True)
            connection.info.pop(AUDIT_HEAD, None)
            with _in_time(connection, LONGEST_S), connection.begin():
                if alone_in is not None and not self.is_sqlite:
                    connection.execute(text(f"LOCK TABLE {alone_in.name} IN SHARE ROW EXCLUSIVE MODE"))
                if not self._as_it_is:
                    # What is written to counts as ours from then on.
                    self.check_is_the_one_in_use(connection)
                yield connection
            audit_head = connection.info.pop(AUDIT_HEAD, None)
        if audit_head is not None:
            self.memory.write(AUDIT_HEAD, audit_head)
        self.memory.note_use(self.title)
        note_moment(datetime.now(UTC), self.memory)

    @contextmanager
    def held_open(self) -> Iterator[None]:
        """Let the transactions of this thread that write follow each other on one connection.

        SQLite reads its schema when a connection opens, and copies its whole log into the file when the last one
        closes, which takes longer than a short transaction. Held only for as long as something is being written: a file
        that was exchanged must not meet the log of another.
        """
        with self._explained("opened"), ExitStack() as ending:
            if self.is_sqlite:
                connection = ending.enter_context(self._engine.connect())
                self._held.connection = connection
                self._held.file = _identity(self._file)
                ending.callback(self._held.__dict__.clear)
            yield

    @contextmanager
    def _writing_connection(self) -> Iterator[Connection]:
        held = self._held.__dict__
        if held and held["file"] == _identity(self._file):
            yield held["connection"]
            return
        with self._engine.connect() as connection:
            yield connection

    def check_is_the_one_in_use(self, connection: Connection) -> None:
        """Look for the last entry of the audit trail that this machine wrote: another's has it not, nor an older copy.

        Raises
        ------
        RecordsUnavailable
            If it is not there.
        """
        head = self.memory.read(AUDIT_HEAD)
        if head is None:
            return
        query = select(audit_entries.c.sha256).where(audit_entries.c.id == head.get("id"))
        if connection.execute(query).scalar() != head.get("sha256"):
            said = f"The records in {self.title} are older than what this machine has seen of them, or another's."
            raise RecordsUnavailable(said, ADOPT)

    def try_to_write(self) -> None:
        """Find out whether anything could be written, and change nothing; waits no longer than a reader does.

        Raises
        ------
        RecordsUnavailable
            If nothing can be written.
        """
        with self._explained("written"), self._engine.connect() as connection, _in_time(connection, ANSWER_S):
            transaction = connection.begin()
            try:
                connection.execute(text("UPDATE alembic_version SET version_num = version_num"))
            finally:
                transaction.rollback()

    def _opened(self) -> Engine:
        """Return the engine of a database that is up to date or empty; of one that can only be read, as it is."""
        engine = sqlite_engine(self._file, "rwc") if self.is_sqlite else postgresql_engine(self._address)
        try:
            self._bring_up_to_date(engine)
        except BaseException:
            engine.dispose()
            raise
        return engine

    def _bring_up_to_date(self, engine: Engine) -> None:
        try:
            if self.is_sqlite:
                Path(self._file).parent.mkdir(parents=True, exist_ok=True)
            with engine.connect() as connection:
                version = schema_version(connection)
            if version is None and self._is_missed:
                raise RecordsUnavailable(f"The records in {self.title} were in use and are empty now.", ADOPT)
            if version != SCHEMA_VERSION:
                bring_up_to_date(engine)
        except DBAPIError as error:
            if not self.is_sqlite or not _needs_to_write(error) or not _has_content(Path(self._file)):
                raise
            with self._readable() as connection:
                if schema_version(connection) != SCHEMA_VERSION:
                    raise

    @contextmanager
    def _readable(self) -> Iterator[Connection]:
        connection = self._reading_connection()
        try:
            yield connection
        finally:
            connection.close()

    def _reading_connection(self) -> Connection:
        """Connect to read: as always, else without any write, else to the bare file where no log lies beside it.

        SQLite keeps a shared index beside a file with a write-ahead log, which it must write even to read: where the
        folder is read-only or the disk full, it says that the file is immutable instead.
        """
        engine = getattr(self, "_engine", None) or sqlite_engine(self._file, "rw")
        try:
            return _reader(engine)
        except DBAPIError as error:
            if not self.is_sqlite or not _needs_to_write(error) or not _has_content(Path(self._file)):
                raise
            log = Path(f"{self._file}-wal")
            modes: list[Mode] = ["ro"] if log.exists() and log.stat().st_size else ["ro", "immutable"]
            for mode in modes:
                with suppress(DBAPIError):
                    return _reader(sqlite_engine(self._file, mode))
            raise

    @contextmanager
    def _explained(self, done: str) -> Iterator[None]:
        try:
            yield
        except IntegrityError:
            raise  # the database works: what was to be written does not fit
        except (DBAPIError, PoolTimeout, sqlite3.Error, OSError) as error:
            cause = getattr(error, "orig", None) or error
            failure = sqlite_failure(cause, Path(self._file)) if self.is_sqlite else postgresql_failure(cause)
            # Neither here nor in a traceback, hence "from None": the driver's words hold parts of the address.
            # The caller says it too: a command would else tell it twice.
            _log.info("database_failed", sqlite=self.is_sqlite, reason=failure.reason, error=type(cause).__name__)
            raise RecordsUnavailable(
                f"The records in {self.title} cannot be {done}: {failure.reason}.", failure.remedy
            ) from None


def _identity(file: str) -> tuple[int, int] | None:
    """Return what tells a file from another that was moved to its place; None where there is none."""
    try:
        found = os.stat(file)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _reader(engine: Engine) -> Connection:
    connection = engine.connect()
    try:
        with _in_time(connection, ANSWER_S):
            connection.execute(text("SELECT version_num FROM alembic_version"))
    except BaseException:
        connection.close()
        raise
    return connection


def _in_time(connection: Connection, seconds: float) -> AbstractContextManager[None]:
    """Return what ends the connection to a server that has not answered in time; SQLite has time limits of its own."""
    if connection.dialect.name == "sqlite":
        return nullcontext()
    return ended_after(seconds, connection.connection.dbapi_connection)


def _needs_to_write(error: DBAPIError) -> bool:
    """Return whether SQLite failed because it could not write, which it wants to do even to read."""
    code = getattr(error.orig, "sqlite_errorcode", None)
    return code is not None and code & 0xFF in _NEEDS_TO_WRITE


def _has_content(file: Path) -> bool:
    try:
        return file.stat().st_size > 0
    except OSError:
        return False
