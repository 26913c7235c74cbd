"""The people of a database: added, changed by further rows, never removed, so that a name stays what it was."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select

from defect_app.errors import InvalidPerson
from defect_app.people.names import checked_name
from defect_app.people.passwords import is_password, password_hash
from defect_app.people.roles import Role
from defect_app.storage.audit import add_entry
from defect_app.storage.database import Database
from defect_app.storage.tables import people


@dataclass(frozen=True)
class Person:
    """Somebody who can sign in.

    Attributes
    ----------
    name : str
        Unique, whatever the case of its letters.
    role : Role
        What they may do.
    disabled : bool
        Whether they may no longer sign in.
    changed : datetime
        When any of it last changed, in UTC.
    version : str
        Another one after each change of the password: what was signed in before is no longer.
    """

    name: str
    role: Role
    disabled: bool
    changed: datetime
    version: str


class People:
    """The people of a database; safe to share between threads.

    Every method raises `RecordsUnavailable` when the database fails, and `InvalidPerson` for what cannot be.

    Parameters
    ----------
    database : Database
        An open one.
    """

    def __init__(self, database: Database) -> None:
        self.database = database

    def add(self, name: str, role: Role, password: str, *, who: str = "") -> Person:
        """Add somebody under a name that nobody has or had."""
        values = {"name": checked_name(name), "role": role.value, "disabled": False}
        kept = password_hash(password)
        with self.database.writing(alone_in=people) as connection:
            if _newest(connection, name) is not None:
                raise InvalidPerson(f"There is a person {name!r} already.", "Choose another name.")
            return self._insert(connection, values | {"password_hash": kept}, "person added", who)

    def set_role(self, name: str, role: Role, *, who: str = "") -> Person:
        """Give somebody another role."""
        return self._change(name, "person's role changed", who, role=role.value)

    def set_password(self, name: str, password: str, *, who: str = "") -> Person:
        """Give somebody another password; they are signed out everywhere."""
        return self._change(name, "person's password changed", who, password_hash=password_hash(password))

    def disable(self, name: str, *, who: str = "") -> Person:
        """Let somebody no longer sign in; what they did stays under their name."""
        return self._change(name, "person disabled", who, disabled=True)

    def enable(self, name: str, *, who: str = "") -> Person:
        """Let somebody sign in again."""
        return self._change(name, "person enabled", who, disabled=False)

    def all(self) -> list[Person]:
        """Return everybody, by name."""
        newest = select(func.max(people.c.id)).group_by(func.lower(people.c.name))
        with self.database.reading() as connection:
            rows = connection.execute(select(people).where(people.c.id.in_(newest))).all()
        return sorted(map(_person, rows), key=lambda person: person.name.lower())

    def find(self, name: str) -> Person | None:
        """Return somebody by name, None where there is nobody."""
        with self.database.reading() as connection:
            row = _newest(connection, name)
        return _person(row) if row else None

    def check(self, name: str, password: str) -> Person | None:
        """Return whoever has this name and password and may sign in; None tells nothing about which was wrong."""
        with self.database.reading() as connection:
            row = _newest(connection, name)
        matches = is_password(row.password_hash if row else None, password)
        return _person(row) if row and matches and not row.disabled else None

    def _change(self, name: str, action: str, who: str, **changes: Any) -> Person:
        with self.database.writing(alone_in=people) as connection:
            row = _newest(connection, name)
            if row is None:
                raise InvalidPerson(f"There is no person {name!r}.", "defect-lens people list says who there is.")
            known = {column: getattr(row, column) for column in ("name", "role", "password_hash", "disabled")}
            values = known | changes
            if (
                row.role == Role.ADMIN
                and not row.disabled
                and _no_longer_admin(values)
                and not _others(connection, row)
            ):
                raise InvalidPerson(
                    f"{row.name} is the only admin: nobody could manage people any more.", "Add another admin first."
                )
            return self._insert(connection, values, action, who)

    def _insert(self, connection: Connection, values: dict[str, Any], action: str, who: str) -> Person:
        row = connection.execute(
            insert(people).values(**values, who=who, created=datetime.now(UTC)).returning(people)
        ).one()
        add_entry(connection, action, who=who, subject=row.name, details={"role": row.role, "disabled": row.disabled})
        return _person(row)


def _newest(connection: Connection, name: str) -> Row[Any] | None:
    of_name = func.lower(people.c.name) == name.lower()
    return connection.execute(select(people).where(of_name).order_by(people.c.id.desc()).limit(1)).first()


def _no_longer_admin(values: dict[str, Any]) -> bool:
    return bool(values["disabled"]) or values["role"] != Role.ADMIN


def _others(connection: Connection, admin: Row[Any]) -> bool:
    """Return whether somebody else is an admin who may sign in."""
    newest = select(func.max(people.c.id)).group_by(func.lower(people.c.name))
    admins = select(people.c.id).where(
        people.c.id.in_(newest), people.c.id != admin.id, people.c.role == Role.ADMIN.value, ~people.c.disabled
    )
    return connection.execute(admins).first() is not None


def _person(row: Row[Any]) -> Person:
    version = hashlib.sha256(row.password_hash.encode()).hexdigest()[:16]
    return Person(row.name, Role.called(row.role), row.disabled, row.created, version)
