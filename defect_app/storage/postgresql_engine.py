"""Connections to a PostgreSQL server, which is asked in time, or not at all: a verdict does not wait for it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import InvalidatePoolError

from defect_app.storage.deadline import SilentServer, ended_after

CONNECT_S = 2
"""How long the driver waits for a server to answer; it takes no less."""
ANSWER_S = 1.2
"""How long we wait for it: a verdict must not wait two seconds for a network that swallows everything."""
WAIT_S = 20
"""How long a writer waits for other writers to finish."""
READ_WAIT_S = 1
"""How long a reader waits: a verdict must not wait for a database that is locked."""
_FRESH = "is_fresh"

_servers: dict[URL, SilentServer] = {}
"""Those that this process was told of: one failure speaks for all who share it."""


def postgresql_engine(address: URL) -> Engine:
    """Return an engine whose connections answer, or fail, within `ANSWER_S` when they are taken."""
    read_ms, write_ms = READ_WAIT_S * 1000, WAIT_S * 1000
    options = f"-c lock_timeout={read_ms} -c statement_timeout={2 * write_ms}"
    arguments = {"connect_timeout": CONNECT_S, "options": options, "tcp_user_timeout": read_ms}
    engine = create_engine(address, connect_args=arguments)
    driver: Any = engine.dialect.loaded_dbapi
    server = _servers.setdefault(address, SilentServer(driver))

    @event.listens_for(engine, "do_connect")
    def connect(_: Any, record: Any, given: Any, named: Any) -> Any:
        record.info[_FRESH] = True
        return server.connect(ANSWER_S, lambda: driver.connect(*given, **named))

    @event.listens_for(engine, "checkout")
    def ping(connection: Any, record: Any, _: Any) -> None:
        # As the pool's own ping, which waits for ever for a server that stands still: its machine takes all we send.
        if record.info.pop(_FRESH, False):
            return
        try:
            server.check()
            with ended_after(ANSWER_S, connection):
                engine.dialect.do_ping(connection)
        except TimeoutError:
            server.note_silence()
            raise
        except (driver.Error, ConnectionError) as error:
            raise InvalidatePoolError from error

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if connection.get_execution_options().get("writing"):
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = {write_ms}")

    return engine
