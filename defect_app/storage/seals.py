"""Seals over rows: a digest of what was added, kept in the audit trail, so that a row changed later shows.

A row itself holds no digest: whoever changes the row would calculate that anew. A seal stands in the chain, which
cannot be calculated anew without the head that is remembered outside the database.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Column, Table, func, select

from defect_app.storage.audit import AuditTrail, Detail, add_entry
from defect_app.storage.database import Database
from defect_app.storage.tables import audit_entries, inspections, photo_events, point_events, reviews, saved_points

SEALED = "rows sealed"
SETTLED_AFTER = timedelta(minutes=10)
"""Rows are sealed when they are so old: a slow writer may add one that lies before others already there."""
ROWS_A_SEAL = 20_000
"""A seal covers at most so many rows, so that a changed one is searched for among few."""
_AT_ONCE = 1000


@dataclass(frozen=True)
class _Sealed:
    """A table, the column that orders its rows, and the one that says when they were added."""

    table: Table
    order: Column[Any]
    moment: Column[Any]


_TABLES = (
    _Sealed(saved_points, saved_points.c.id, saved_points.c.created),
    _Sealed(point_events, point_events.c.id, point_events.c.created),
    _Sealed(inspections, inspections.c.key, inspections.c.judged_at),
    _Sealed(photo_events, photo_events.c.id, photo_events.c.created),
    _Sealed(reviews, reviews.c.id, reviews.c.created),
)


@dataclass(frozen=True)
class Seal:
    """A digest over the rows of a table.

    Attributes
    ----------
    table : str
        Its name.
    columns : tuple of str
        What of each row counts, in this order.
    after, to : int
        The rows above the first number, up to the second.
    rows : int
        How many there were.
    sha256 : str
        Over all of them.
    created : datetime
        When it was made.
    """

    table: str
    columns: tuple[str, ...]
    after: int
    to: int
    rows: int
    sha256: str
    created: datetime


@dataclass(frozen=True)
class SealCheck:
    """What a look at all seals found: how many rows are as they were, how many no seal covers, and the first fault."""

    sealed: int
    not_sealed: int
    problem: str = ""


def seal_rows(database: Database, now: datetime, stopped: Callable[[], bool] = lambda: False) -> int:
    """Seal the rows that were added since the last seals, and return how many.

    Parameters
    ----------
    database : Database
        An open one.
    now : datetime
        The moment from which rows are old enough, or not yet.
    stopped : callable, optional
        Asked between two seals: whether to leave the rest for later.

    Raises
    ------
    RecordsUnavailable
        If the database fails; what was sealed before stays so.
    """
    count = 0
    for sealed in _TABLES:
        while not stopped():
            # Alone: another program that seals at the same moment would cover the same rows.
            with database.writing(alone_in=audit_entries) as connection:
                last = _last_of(sealed.table.name, connection)
                columns = tuple(column.name for column in sealed.table.columns)
                seal = _digest(connection, sealed, columns, last, now=now)
                if not seal.rows:
                    break
                details: dict[str, Detail] = {
                    "after": seal.after, "to": seal.to, "rows": seal.rows, "sha256": seal.sha256,
                    "columns": " ".join(columns),
                }  # fmt: skip
                add_entry(connection, SEALED, who="", subject=sealed.table.name, details=details)
            count += seal.rows
    return count


def verify_seals(database: Database) -> SealCheck:
    """Compare every seal with the rows that it covers; the audit trail itself is verified first, by `AuditTrail`."""
    count = 0
    ends = dict.fromkeys((sealed.table.name for sealed in _TABLES), -1)
    for seal in _seals(database):
        sealed = next(one for one in _TABLES if one.table.name == seal.table)
        if seal.after != ends[seal.table]:
            return SealCheck(count, 0, f"A seal over {seal.table} does not begin where the one before ends.")
        with database.reading() as connection:
            found = _digest(connection, sealed, seal.columns, seal.after, to=seal.to)
        if (found.rows, found.sha256) != (seal.rows, seal.sha256):
            return SealCheck(
                count,
                0,
                f"Rows of {seal.table} from {seal.after + 1} to {seal.to} are not those that were sealed on "
                f"{seal.created:%d %b %Y, %H:%M} UTC: {seal.rows:,} then, {found.rows:,} now"
                f"{', and at least one was changed' if found.rows == seal.rows else ''}.",
            )
        ends[seal.table] = seal.to
        count += seal.rows
    not_sealed = 0
    with database.reading() as connection:
        for sealed in _TABLES:
            beyond = select(func.count()).select_from(sealed.table).where(sealed.order > ends[sealed.table.name])
            not_sealed += int(connection.execute(beyond).scalar() or 0)
    return SealCheck(count, not_sealed)


def _seals(database: Database) -> Iterator[Seal]:
    for entry in AuditTrail(database).entries():
        if entry.action == SEALED:
            told = json.loads(entry.details)
            yield Seal(
                entry.subject,
                tuple(str(told["columns"]).split()),
                int(told["after"]),
                int(told["to"]),
                int(told["rows"]),
                str(told["sha256"]),
                entry.created,
            )


def _last_of(table: str, connection: Any) -> int:
    query = (
        select(audit_entries.c.details)
        .where(audit_entries.c.action == SEALED, audit_entries.c.subject == table)
        .order_by(audit_entries.c.id.desc())
        .limit(1)
    )
    details = connection.execute(query).scalar()
    return -1 if details is None else int(json.loads(details)["to"])


def _digest(
    connection: Any,
    sealed: _Sealed,
    columns: tuple[str, ...],
    after: int,
    *,
    to: int | None = None,
    now: datetime | None = None,
) -> Seal:
    """Digest the rows above a number: up to another one, else at most `ROWS_A_SEAL` that have settled."""
    digest, rows, last = hashlib.sha256(), 0, after
    wanted = [sealed.table.c[name] for name in columns]
    most = ROWS_A_SEAL if to is None else None
    while most is None or rows < most:
        query = select(sealed.order, sealed.moment, *wanted).where(sealed.order > last).order_by(sealed.order)
        if to is not None:
            query = query.where(sealed.order <= to)
        chunk = connection.execute(query.limit(_AT_ONCE if most is None else min(_AT_ONCE, most - rows))).all()
        for row in chunk:
            if now is not None and row[1] > now - SETTLED_AFTER:
                chunk = []
                break
            digest.update(json.dumps([_plain(value) for value in row[2:]]).encode() + b"\n")
            rows, last = rows + 1, int(row[0])
        if not chunk:
            break
    return Seal(sealed.table.name, columns, after, last, rows, digest.hexdigest(), now or datetime.now(UTC))


def _plain(value: object) -> object:
    return value.astimezone(UTC).isoformat(timespec="microseconds") if isinstance(value, datetime) else value
