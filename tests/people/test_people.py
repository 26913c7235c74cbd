"""People and keys, on both databases: what is kept of them, what they may do, and that nobody is locked out."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from defect_app.errors import InvalidPerson
from defect_app.people.api_keys import ApiKeys
from defect_app.people.roles import Permission, Role
from defect_app.people.store import People
from defect_app.storage.audit import AuditTrail
from defect_app.storage.database import Database
from defect_app.storage.tables import api_keys
from defect_app.storage.tables import people as people_table

PASSWORD = "a long enough password"


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    opened = Database(url)
    yield opened
    opened.close()


@pytest.fixture
def people(database: Database) -> People:
    return People(database)


def test_a_person_enters_with_their_password_alone(people: People) -> None:
    people.add("Ada", Role.ANALYST, PASSWORD)
    entered = people.check("ada", PASSWORD)
    assert entered is not None
    assert (entered.name, entered.role) == ("Ada", Role.ANALYST)
    for name, password in (("Ada", PASSWORD + "x"), ("Ada", ""), ("Bob", PASSWORD), ("", "")):
        assert people.check(name, password) is None


def test_of_passwords_and_keys_nothing_readable_is_kept(people: People, database: Database) -> None:
    people.add("Ada", Role.ANALYST, PASSWORD)
    key = ApiKeys(database).add("press 4", Role.OPERATOR)
    with database.reading() as connection:
        rows = [*connection.execute(select(people_table)), *connection.execute(select(api_keys))]
    assert rows[0].password_hash.startswith("$argon2id$")
    assert not [row for row in rows if PASSWORD in str(row) or key in str(row) or key[3:] in str(row)]


def test_changes_are_rows_and_stand_in_the_audit_trail(people: People, database: Database) -> None:
    people.add("Ada", Role.OPERATOR, PASSWORD, who="root")
    before = people.find("Ada")
    people.set_role("ADA", Role.TRAINER, who="root")
    people.set_password("Ada", "quite another one")
    people.disable("Ada", who="root")
    assert people.check("Ada", "quite another one") is None
    (now,) = people.all()
    assert (now.name, now.role, now.disabled) == ("Ada", Role.TRAINER, True)
    assert before is not None
    assert now.version != before.version
    people.enable("Ada")
    assert people.check("Ada", "quite another one") is not None
    actions = [(entry.action, entry.subject) for entry in AuditTrail(database).entries()]
    assert actions == [
        ("person added", "Ada"),
        ("person's role changed", "Ada"),
        ("person's password changed", "Ada"),
        ("person disabled", "Ada"),
        ("person enabled", "Ada"),
    ]


def test_a_name_is_one_persons_for_ever_and_the_last_admin_stays(people: People) -> None:
    people.add("Ada", Role.ADMIN, PASSWORD)
    with pytest.raises(InvalidPerson, match="already"):
        people.add("ADA", Role.OPERATOR, PASSWORD)
    with pytest.raises(InvalidPerson, match="only admin"):
        people.disable("Ada")
    with pytest.raises(InvalidPerson, match="only admin"):
        people.set_role("Ada", Role.OPERATOR)
    people.add("Bob", Role.ADMIN, PASSWORD)
    assert people.set_role("Ada", Role.OPERATOR).role == Role.OPERATOR
    with pytest.raises(InvalidPerson, match="only admin"):
        people.disable("Bob")


@pytest.mark.parametrize(
    "name", ["", "  ", "a" * 81, "a\nb", "a\u200bb"], ids=["none", "blank", "long", "lines", "unseen"]
)
def test_a_name_is_short_and_visible(people: People, name: str) -> None:
    with pytest.raises(InvalidPerson):
        people.add(name, Role.OPERATOR, PASSWORD)


def test_a_short_password_is_refused(people: People) -> None:
    with pytest.raises(InvalidPerson, match="9 characters"):
        people.add("Ada", Role.OPERATOR, "too short")
    assert people.all() == []


def test_a_key_is_taken_until_it_is_revoked(database: Database) -> None:
    keys = ApiKeys(database)
    key = keys.add("press 4", Role.OPERATOR)
    other = keys.add("press 5", Role.ANALYST)
    found = keys.find(key)
    assert found is not None
    assert (found.name, found.role) == ("press 4", Role.OPERATOR)
    assert keys.find(key + "x") is None
    keys.revoke("Press 4")
    assert keys.find(key) is None
    assert keys.find(other) is not None
    assert [(k.name, k.revoked) for k in keys.all()] == [("press 4", True), ("press 5", False)]
    with pytest.raises(InvalidPerson, match="already"):
        keys.add("press 4", Role.OPERATOR)


def test_what_roles_may_do() -> None:
    assert Permission.POINTS in Role.ANALYST.permissions
    assert Permission.POINTS not in Role.OPERATOR.permissions | Role.TRAINER.permissions
    assert Permission.TEACH not in Role.ANALYST.permissions
    assert Role.ADMIN.permissions == set(Permission)
