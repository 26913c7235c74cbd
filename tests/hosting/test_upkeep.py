"""Upkeep of the records: what changed about the model folders is in the audit trail, rows are sealed, failures wait."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from defect_app.catalog import load_catalog
from defect_app.errors import RecordsUnavailable
from defect_app.hosting.upkeep import Upkeep
from defect_app.inspections import InspectionStore
from defect_app.storage.audit import AuditTrail
from defect_app.storage.database import Database
from defect_app.storage.seals import verify_seals
from tests.inspections.records import a_new_inspection
from tests.model_folders import make_model_folder


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    monkeypatch.setenv("DEFECT_APP_PHOTOS", str(tmp_path / "photos"))
    opened = Database(f"sqlite:///{tmp_path / 'records.sqlite'}")
    yield opened
    opened.close()


def said(database: Database) -> list[tuple[str, str]]:
    return [(e.action, e.subject) for e in AuditTrail(database).entries() if e.action.startswith("model")]


def test_models_that_came_changed_and_went_are_in_the_trail_once(database: Database, tmp_path: Path) -> None:
    folder = tmp_path / "models"
    folder.mkdir()
    made = make_model_folder(folder, "tiny")
    upkeep = Upkeep(lambda: database, lambda: load_catalog(folder))
    upkeep.look()
    upkeep.look()
    Upkeep(lambda: database, lambda: load_catalog(folder)).look()
    assert said(database) == [("model came", "tiny")]
    (made / "model.bin").write_bytes(b"another network")
    upkeep.look()
    shutil.rmtree(made)
    upkeep.look()
    assert said(database) == [("model came", "tiny"), ("model changed", "tiny"), ("model gone", "tiny")]
    changed = [json.loads(e.details) for e in AuditTrail(database).entries() if e.action == "model changed"]
    assert changed == [{"sha256": "", "usable": False}]
    assert AuditTrail(database).verify().problem == ""


def test_rows_are_sealed_at_the_first_look(database: Database, tmp_path: Path) -> None:
    InspectionStore(database).append([a_new_inspection(1)])
    Upkeep(lambda: database, lambda: load_catalog(tmp_path)).look()
    assert verify_seals(database).sealed == 1


def test_a_database_that_fails_is_tried_again(database: Database, tmp_path: Path) -> None:
    failures = [RecordsUnavailable("The disk is full.", "Make room.")]
    (tmp_path / "models").mkdir()
    make_model_folder(tmp_path / "models", "tiny")

    def opened() -> Database:
        if failures:
            raise failures.pop()
        return database

    upkeep = Upkeep(opened, lambda: load_catalog(tmp_path / "models"))
    upkeep.look()
    assert said(database) == []
    upkeep.look()
    assert said(database) == [("model came", "tiny")]
