"""Connections to a SQLite file: how they open it, wait for each other, and begin their transactions."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import NullPool

from defect_app.storage.postgresql_engine import READ_WAIT_S, WAIT_S

Mode = Literal["rwc", "rw", "ro", "immutable"]


def sqlite_engine(file: str, mode: Mode) -> Engine:
    """Return an engine for a file; with "rw" a file that is missing is not made anew."""
    opened = "mode=ro&immutable=1" if mode == "immutable" else f"mode={mode}"
    address = f"file:{quote(str(Path(file).absolute()))}?{opened}"

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(address, uri=True, timeout=READ_WAIT_S, check_same_thread=False)

    # No pool: a file that was restored or moved away is noticed at once.
    engine = create_engine("sqlite://", creator=connect, poolclass=NullPool)

    @event.listens_for(engine, "connect")
    def set_up(connection: sqlite3.Connection, _: Any) -> None:
        connection.isolation_level = None  # transactions are begun below, not by the driver
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = FULL")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A writer takes its place at once: one that read first could find its state outdated when it writes.
        writing = connection.get_execution_options().get("writing")
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {1000 * (WAIT_S if writing else READ_WAIT_S)}")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine
