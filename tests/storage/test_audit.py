"""The audit trail: deeds are written with what they did, and any change behind the app's back shows."""

import json
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta, tzinfo

import pytest
from sqlalchemy import text

from defect_app.points import Records, open_records
from defect_app.storage.audit import AuditTrail
from defect_app.storage.database import Database
from tests.operating_points import a_point


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    opened = Database(url)
    yield opened
    opened.close()


def test_saving_and_activating_a_point_is_in_the_trail_with_who_and_what(records: Records) -> None:
    records.save_point(a_point("night", 0.2, 0.6), who="Ada", note="new camera", activate=True)
    records.deactivate("tiny", who="Bo")
    entries = list(AuditTrail(records._database).entries())
    assert [(e.action, e.who, e.subject) for e in entries] == [
        ("point saved", "Ada", "tiny"),
        ("point activated", "Ada", "tiny"),
        ("point switched off", "Bo", "tiny"),
    ]
    assert '"reject_at": 0.6' in entries[0].details
    assert '"note": "new camera"' in entries[0].details
    assert AuditTrail(records._database).verify().entries == 3


def test_an_empty_trail_is_whole(database: Database) -> None:
    assert AuditTrail(database).verify().problem == ""


CHANGES = {
    "a word": ("UPDATE audit_entries SET who = 'Eve' WHERE id = 2", "Entry 2 was changed"),
    "a detail": ("UPDATE audit_entries SET details = '{}' WHERE id = 3", "Entry 3 was changed"),
    "a row less": ("DELETE FROM audit_entries WHERE id = 2", "Entry 2 is missing"),
    "the end": ("DELETE FROM audit_entries WHERE id > 3", "Entries after 3 are missing"),
    "all": ("DELETE FROM audit_entries", "Entries after 0 are missing"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_behind_the_apps_back_shows(database: Database, name: str) -> None:
    change, said = CHANGES[name]
    trail = AuditTrail(database)
    for number in range(1, 6):
        trail.add("photo deleted", who="Ada", subject=f"photo {number}", details={"n": number})
    assert trail.verify().entries == 5
    with database.writing() as connection:
        connection.execute(text(change))
    assert said in trail.verify().problem


def test_a_chain_that_was_calculated_anew_is_not_the_one_that_was_written(database: Database) -> None:
    trail = AuditTrail(database)
    trail.add("point saved", who="Ada", subject="tiny")
    with database.writing() as connection:
        connection.execute(text("DELETE FROM audit_entries"))
    head = database.memory.read("audit-head.json")
    assert head is not None
    database.memory.forget()  # as on a machine that has seen nothing of it
    trail.add("point saved", who="Eve", subject="tiny")
    database.memory.write("audit-head.json", head)
    assert "not the one that this machine wrote" in trail.verify().problem


def test_a_deed_that_fails_leaves_no_entry(database: Database) -> None:
    from defect_app.storage.audit import add_entry

    def fail() -> None:
        with database.writing() as connection:
            add_entry(connection, "point saved", who="Ada", subject="tiny")
            raise RuntimeError("the power went")

    with pytest.raises(RuntimeError):
        fail()
    assert list(AuditTrail(database).entries()) == []
    assert AuditTrail(database).verify().problem == ""


def test_those_who_write_at_once_make_one_chain(url: str) -> None:
    opened = [open_records(url) for _ in range(4)]

    def save(records: Records) -> None:
        for _ in range(5):
            records.save_point(a_point(), who="w")

    threads = [threading.Thread(target=save, args=(records,)) for records in opened]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    check = AuditTrail(opened[0]._database).verify()
    assert (check.entries, check.problem) == (20, "")
    for records in opened:
        records.close()


def test_a_clock_that_was_set_back_stands_in_the_chain_and_is_counted(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    trail = AuditTrail(database)

    class Ahead(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return datetime.now(tz) + timedelta(hours=1)

    with monkeypatch.context() as patch:
        patch.setattr("defect_app.storage.audit.datetime", Ahead)
        trail.add("looked", who="Ada", subject="x")
    trail.add("looked", who="Bo", subject="x", details={"why": "again"})
    trail.add("looked", who="Cy", subject="x")
    ada, bo, cy = trail.entries()
    assert json.loads(ada.details) == {}
    assert json.loads(bo.details)["why"] == "again"
    assert 3500 < json.loads(bo.details)["clock_set_back_s"] <= 3600
    assert json.loads(cy.details) == {}
    assert (trail.verify().problem, trail.verify().clock_set_back) == ("", 1)
