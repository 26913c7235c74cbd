"""Seals over rows: what was added is covered once it has settled, and any later change of it shows."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from defect_app.inspections import InspectionStore
from defect_app.points import Records, open_records
from defect_app.storage.audit import AuditTrail
from defect_app.storage.database import Database
from defect_app.storage.seals import SealCheck, seal_rows, verify_seals
from tests.inspections.records import NOON, a_new_inspection
from tests.operating_points import a_point

LATER = datetime.now(UTC) + timedelta(hours=1)


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    """Give records with five inspections and a point, of which nothing is sealed."""
    records: Records = open_records(url)
    records.save_point(a_point("night", 0.2, 0.6), who="Ada", activate=True)
    records.close()
    opened = Database(url)
    InspectionStore(opened).append([a_new_inspection(n, familiar=n != 2) for n in range(1, 6)])
    yield opened
    opened.close()


def test_rows_are_sealed_once_and_found_as_they_were(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("defect_app.storage.seals.ROWS_A_SEAL", 2)
    assert verify_seals(database) == SealCheck(0, 8)
    assert seal_rows(database, LATER) == 8
    assert seal_rows(database, LATER) == 0
    assert verify_seals(database) == SealCheck(8, 0)
    InspectionStore(database).append([a_new_inspection(9)])
    assert verify_seals(database) == SealCheck(8, 1)
    assert seal_rows(database, LATER) == 1
    assert AuditTrail(database).verify().problem == ""


def test_rows_that_a_slow_writer_may_still_come_before_wait(database: Database) -> None:
    assert seal_rows(database, NOON + timedelta(seconds=3, minutes=10)) == 3
    assert verify_seals(database).not_sealed == 5


CHANGES = {
    "a verdict": "UPDATE inspections SET verdict = 'PASS', p_defect = 0.1 WHERE file = 'part-0003.jpg'",
    "a row less": "DELETE FROM inspections WHERE file = 'part-0001.jpg'",
    "a threshold": "UPDATE saved_points SET reject_at = 0.99",
    "who made a point active": "UPDATE point_events SET who = 'Eve'",
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_row_that_was_changed_behind_the_apps_back_shows(database: Database, name: str) -> None:
    seal_rows(database, LATER)
    with database.writing() as connection:
        connection.execute(text(CHANGES[name]))
    assert AuditTrail(database).verify().problem == ""
    problem = verify_seals(database).problem
    assert "are not those that were sealed" in problem
    assert ("at least one was changed" in problem) == (name != "a row less")


def test_seals_that_were_cut_out_show(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("defect_app.storage.seals.ROWS_A_SEAL", 2)
    seal_rows(database, LATER)
    with database.writing() as connection:
        connection.execute(text("DELETE FROM audit_entries WHERE subject = 'inspections' AND id = 6"))
    assert AuditTrail(database).verify().problem
    assert "does not begin where the one before ends" in verify_seals(database).problem
