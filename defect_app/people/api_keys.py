"""Keys by which programs use the API: shown once, kept as a digest, each with a role, revoked by a further row."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, func, insert, select

from defect_app.errors import InvalidPerson
from defect_app.people.names import checked_name
from defect_app.people.roles import Role
from defect_app.storage.audit import add_entry
from defect_app.storage.database import Database
from defect_app.storage.tables import api_keys

PREFIX: Final = "dl_"
"""Begins every key, so that one that was published by mistake is found."""
_SECRET_BYTES: Final = 32


@dataclass(frozen=True)
class ApiKey:
    """A program's key, without its secret.

    Attributes
    ----------
    name : str
        Which program uses it.
    role : Role
        What it may do.
    revoked : bool
        Whether it is no longer taken.
    changed : datetime
        When it was made or revoked, in UTC.
    """

    name: str
    role: Role
    revoked: bool
    changed: datetime


class ApiKeys:
    """The keys of a database; safe to share between threads.

    Every method raises `RecordsUnavailable` when the database fails, and `InvalidPerson` for what cannot be.

    Parameters
    ----------
    database : Database
        An open one.
    """

    def __init__(self, database: Database) -> None:
        self.database = database

    def add(self, name: str, role: Role, *, who: str = "") -> str:
        """Make a key under a name that none has or had, and return it; it is not to be had again."""
        name, key = checked_name(name), PREFIX + secrets.token_urlsafe(_SECRET_BYTES)
        values = {"name": name, "role": role.value, "secret_sha256": _digest(key), "revoked": False}
        with self.database.writing(alone_in=api_keys) as connection:
            if _newest(connection, name) is not None:
                raise InvalidPerson(f"There is a key {name!r} already.", "Choose another name.")
            _insert(connection, values, "API key made", who)
        return key

    def revoke(self, name: str, *, who: str = "") -> None:
        """Take a key no longer."""
        with self.database.writing(alone_in=api_keys) as connection:
            row = _newest(connection, name)
            if row is None:
                raise InvalidPerson(f"There is no key {name!r}.", "defect-lens keys list says which there are.")
            values = {column: getattr(row, column) for column in ("name", "role", "secret_sha256")}
            _insert(connection, values | {"revoked": True}, "API key revoked", who)

    def all(self) -> list[ApiKey]:
        """Return every key, by name."""
        with self.database.reading() as connection:
            rows = connection.execute(_newest_of_all()).all()
        return sorted((_key(row) for row in rows), key=lambda key: key.name.lower())

    def find(self, key: str) -> ApiKey | None:
        """Return what a key stands for, None where it is none or revoked."""
        digest, found = _digest(key), None
        with self.database.reading() as connection:
            rows = connection.execute(_newest_of_all()).all()
        for row in rows:  # all of them: how long it takes tells nothing
            if hmac.compare_digest(row.secret_sha256, digest) and not row.revoked:
                found = _key(row)
        return found


def _digest(key: str) -> str:
    # The secret is random and long: nothing is gained by hashing it slowly.
    return hashlib.sha256(key.encode()).hexdigest()


def _newest_of_all() -> Any:
    newest = select(func.max(api_keys.c.id)).group_by(func.lower(api_keys.c.name))
    return select(api_keys).where(api_keys.c.id.in_(newest))


def _newest(connection: Connection, name: str) -> Row[Any] | None:
    of_name = func.lower(api_keys.c.name) == name.lower()
    return connection.execute(select(api_keys).where(of_name).order_by(api_keys.c.id.desc()).limit(1)).first()


def _insert(connection: Connection, values: dict[str, Any], action: str, who: str) -> None:
    connection.execute(insert(api_keys).values(**values, who=who, created=datetime.now(UTC)))
    add_entry(connection, action, who=who, subject=str(values["name"]), details={"role": str(values["role"])})


def _key(row: Row[Any]) -> ApiKey:
    return ApiKey(row.name, Role.called(row.role), row.revoked, row.created)
