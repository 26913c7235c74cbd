"""Bring a database to the newest schema with Alembic, whoever else opens it at the same time."""

from __future__ import annotations

import time
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import OperationalError

from defect_app.errors import RecordsUnavailable
from defect_app.storage.tables import SCHEMA_VERSION

SCRIPTS = Path(__file__).parent / "migrations"
"""Where the migrations are."""
_LOCK = 0x44454645  # any number, the same in every process
_TRIES, _REST_S = 100, 0.1


def bring_up_to_date(engine: Engine) -> None:
    """Create the tables or migrate them, in one transaction.

    Raises
    ------
    RecordsUnavailable
        If the database was written by a newer version of the project.
    """
    if engine.dialect.name == "sqlite":
        _keep_a_write_ahead_log(engine)
    with engine.connect() as connection:
        if schema_version(connection) == SCHEMA_VERSION:
            return
    # Imported here, since a database is nearly always up to date, and not later, since others then wait for the lock.
    from alembic import command  # noqa: F401

    with engine.connect().execution_options(writing=True) as connection, connection.begin():
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        if schema_version(connection) != SCHEMA_VERSION:
            _migrate(connection)


def schema_version(connection: Connection) -> str | None:
    """Return the version that the database is at; None for an empty one."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _migrate(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise RecordsUnavailable(
            "The records were written by a newer version of Defect Lens.", "Update this copy of Defect Lens."
        ) from error


def _keep_a_write_ahead_log(engine: Engine) -> None:
    # Readers then never wait for a writer. SQLite refuses the switch at once, without waiting, while another process
    # makes it, so it is tried again.
    for attempt in range(_TRIES):
        connection = engine.raw_connection()
        try:
            cursor = connection.cursor()
            if cursor.execute("PRAGMA journal_mode").fetchone()[0] == "wal":
                return
            cursor.execute("PRAGMA journal_mode = WAL")
            return
        except Exception as error:
            if "locked" not in str(error) or attempt == _TRIES - 1:
                raise OperationalError("PRAGMA journal_mode", None, error) from error
        finally:
            connection.close()
        time.sleep(_REST_S)
