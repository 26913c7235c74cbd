"""The audit trail: who did what to what, when; each entry carries the digest of the one before.

Whoever changes, removes or inserts an entry behind the app's back breaks the chain. What is cut off at its end breaks
no link, so the last entry's digest is remembered outside the database as well.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeAlias

from sqlalchemy import Connection, Row, insert, select, text

from defect_app.storage.clock import SLACK
from defect_app.storage.database import AUDIT_HEAD, Database
from defect_app.storage.tables import audit_entries
from defect_app.storage.texts import storable

Detail: TypeAlias = str | int | float | bool | None
FIRST_PREVIOUS = "0" * 64
"""Stands where an entry has none before it."""
_AT_ONCE = 1000


@dataclass(frozen=True)
class AuditEntry:
    """One deed.

    Attributes
    ----------
    id : int
        Its number, from 1, without gaps.
    created : datetime
        When, in UTC.
    action : str
        What was done, in words: "point activated".
    who : str
        Who did it; empty where nobody is known.
    subject : str
        What it was done to: a model, a point, a person.
    details : str
        A JSON object: what a later reader needs to know of it.
    previous_sha256, sha256 : str
        The digests of the entry before and of this one.
    """

    id: int
    created: datetime
    action: str
    who: str
    subject: str
    details: str
    previous_sha256: str
    sha256: str

    @property
    def digest(self) -> str:
        """What `sha256` must be, hexadecimal: over all else."""
        moment = self.created.astimezone(UTC).isoformat(timespec="microseconds")
        content = [self.id, moment, self.action, self.who, self.subject, self.details, self.previous_sha256]
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()


@dataclass(frozen=True)
class AuditCheck:
    """What a look through the whole trail found: how many entries are whole, and what is wrong after them, if anything.

    Attributes
    ----------
    entries : int
        How many follow each other without a fault from the first on.
    problem : str
        The first fault, in words; empty where there is none.
    clock_set_back : int
        How many entries were written by a clock that lay before the entry before.
    """

    entries: int
    problem: str = ""
    clock_set_back: int = 0


def add_entry(
    connection: Connection, action: str, *, who: str, subject: str, details: Mapping[str, Detail] | None = None
) -> None:
    """Add an entry within a transaction of `Database.writing`: it is written if and only if the deed itself is.

    Parameters
    ----------
    connection : Connection
        Of the transaction.
    action, who, subject : str
        See `AuditEntry`.
    details : mapping, optional
        What a later reader needs to know.
    """
    if connection.dialect.name == "postgresql":
        # One after the other, or two would follow the same entry. SQLite has one writer anyway.
        connection.execute(text("LOCK TABLE audit_entries IN SHARE ROW EXCLUSIVE MODE"))
    last = connection.execute(select(audit_entries).order_by(audit_entries.c.id.desc()).limit(1)).first()
    now, told = datetime.now(UTC), dict(details or {})
    if last is not None and now < last.created - SLACK:
        # In the chain itself, so that nobody can pass over it later.
        told["clock_set_back_s"] = round((last.created - now).total_seconds())
    unsigned = AuditEntry(
        id=last.id + 1 if last else 1,
        created=now,
        action=storable(action),
        who=storable(who),
        subject=storable(subject),
        details=json.dumps(told, sort_keys=True),
        previous_sha256=last.sha256 if last else FIRST_PREVIOUS,
        sha256="",
    )
    digest = unsigned.digest
    connection.execute(insert(audit_entries).values(**(vars(unsigned) | {"sha256": digest})))
    connection.info[AUDIT_HEAD] = {"id": unsigned.id, "sha256": digest}


class AuditTrail:
    """The audit trail of a database.

    Every method raises `RecordsUnavailable` when the database fails.

    Parameters
    ----------
    database : Database
        An open one.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, action: str, *, who: str, subject: str, details: Mapping[str, Detail] | None = None) -> None:
        """Add an entry for a deed that changes nothing in the database itself; see `add_entry`."""
        with self._database.writing() as connection:
            add_entry(connection, action, who=who, subject=subject, details=details)

    def entries(self) -> Iterator[AuditEntry]:
        """Yield every entry, oldest first."""
        after = 0
        while True:
            query = select(audit_entries).where(audit_entries.c.id > after).order_by(audit_entries.c.id)
            with self._database.reading() as connection:
                rows = connection.execute(query.limit(_AT_ONCE)).all()
            yield from map(_entry_from, rows)
            if len(rows) < _AT_ONCE:
                return
            after = rows[-1].id

    def verify(self) -> AuditCheck:
        """Follow the chain from its first entry to the last that this machine remembers."""
        remembered = self._database.memory.read(AUDIT_HEAD) or {"id": 0, "sha256": FIRST_PREVIOUS}
        count, previous, set_back, newest = 0, FIRST_PREVIOUS, 0, None
        for entry in self.entries():
            if entry.id != count + 1:
                return AuditCheck(count, f"Entry {count + 1} is missing.")
            if entry.previous_sha256 != previous:
                return AuditCheck(count, f"Entry {entry.id} does not follow the one before: one was changed.")
            if entry.sha256 != entry.digest:
                return AuditCheck(count, f"Entry {entry.id} was changed after it was written.")
            if entry.id == remembered["id"] and entry.sha256 != remembered["sha256"]:
                return AuditCheck(count, f"Entry {entry.id} is not the one that this machine wrote.")
            set_back += newest is not None and entry.created < newest - SLACK
            count, previous, newest = entry.id, entry.sha256, entry.created
        if count < int(str(remembered["id"])):
            return AuditCheck(count, f"Entries after {count} are missing: this machine has seen {remembered['id']}.")
        return AuditCheck(count, clock_set_back=set_back)


def _entry_from(row: Row[Any]) -> AuditEntry:
    return AuditEntry(**row._mapping)
