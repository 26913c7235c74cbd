"""The migrations run once for each kind of database; the next empty ones get the very statements that they sent."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Connection, event

from defect_app.storage import migrating

Statement = tuple[str, Any]
"""As the driver got it, with its parameters."""
_ASKS = ("SELECT", "PRAGMA", "SHOW")


_REALLY = migrating._migrate


class MigratedOnce:
    """Stands in for `migrating._migrate`: Alembic takes twenty times as long to say the same again.

    Attributes
    ----------
    really : callable
        What it stands in for.
    """

    def __init__(self) -> None:
        self.really: Callable[[Connection], None] = _REALLY
        self._statements: dict[tuple[str, str | None], Sequence[Statement]] = {}

    def __call__(self, connection: Connection) -> None:
        """Bring a database to the newest schema; one that is not empty by the migrations themselves."""
        # What a user of the server may not do differs from user to user.
        kind = connection.dialect.name, connection.engine.url.username
        if migrating.schema_version(connection) is not None:
            self.really(connection)
        elif kind in self._statements:
            for statement, parameters in self._statements[kind]:
                connection.exec_driver_sql(statement, parameters or None)
        else:
            self._statements[kind] = self._heard(connection)

    def _heard(self, connection: Connection) -> Sequence[Statement]:
        """Run the migrations, and return what they sent and the database took, but for questions."""
        heard: list[Statement] = []

        def hear(_: Any, __: Any, statement: str, parameters: Any, *___: Any) -> None:
            if not statement.lstrip().upper().startswith(_ASKS):
                heard.append((statement, parameters))

        event.listen(connection, "after_cursor_execute", hear)
        try:
            self.really(connection)
        finally:
            event.remove(connection, "after_cursor_execute", hear)
        return heard


MIGRATED_ONCE = MigratedOnce()
