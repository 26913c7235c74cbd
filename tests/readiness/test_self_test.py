"""The self-test says what is fit to judge: models one by one, records, disk and clock."""

import json
import os
import sqlite3
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from defect_app.catalog import read_spec, write_spec
from defect_app.hosting.local_model_host import LocalModelHost
from defect_app.inspection.release_answers import read_release_answers, save_release_answers
from defect_app.points import open_records
from defect_app.publishing.release import write_release_answers
from defect_app.readiness import MachineCheck, SelfTest
from defect_app.readiness.machine import check_machine, disk_problem
from defect_app.serving.api import create_api
from defect_app.storage.clock import clock_problem, newest_moment, note_moment
from defect_app.storage.database import database_memory
from tests.model_folders import make_model_folder
from tests.operating_points import a_point
from tests.privileges import without_privileges

FINE = (MachineCheck("records"), MachineCheck("disk"), MachineCheck("clock"))
NOW = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)


def released(root: Path, model_id: str) -> Path:
    folder = make_model_folder(root, model_id)
    write_release_answers(folder, read_spec(folder))
    write_spec(folder, read_spec(folder))
    return folder


def answers_changed(folder: Path) -> None:
    stored = read_release_answers(folder)
    photos = tuple(replace(a, probabilities=a.probabilities / 2) for a in stored.photos)
    save_release_answers(folder, replace(stored, photos=photos))
    write_spec(folder, read_spec(folder))


@pytest.fixture
def models(tmp_path: Path) -> Path:
    for model_id in ("one", "two"):
        released(tmp_path / "models", model_id)
    return tmp_path / "models"


def self_test(models: Path) -> SelfTest:
    return SelfTest(LocalModelHost(models), lambda: FINE)


def test_models_that_all_answer_as_at_release_are_ready(models: Path) -> None:
    found = self_test(models).run()
    assert found.ready
    assert found.sentence == "Ready: 2 of 2 models answered as at release."


def test_one_that_does_not_is_out_of_service_and_the_others_go_on(models: Path) -> None:
    answers_changed(models / "one")
    host = LocalModelHost(models)
    found = SelfTest(host, lambda: FINE).run()
    assert not found.ready
    assert found.sentence == "Not ready: 1 of 2 models answered as at release."
    (problem,) = found.problems
    assert problem.startswith("one: it does not answer as at release: photo 1 gets a probability of")
    assert [e.id for e in host.catalog().usable] == ["two"]
    host.close()


def test_a_folder_without_answers_is_counted_as_not_checked(models: Path) -> None:
    make_model_folder(models, "old")
    found = self_test(models).run()
    assert found.ready
    assert found.sentence == ("Ready: 2 of 2 models answered as at release, 1 without release answers is not checked.")


def test_without_a_model_nothing_is_ready(tmp_path: Path) -> None:
    found = self_test(tmp_path / "none").run()
    assert not found.ready
    assert found.sentence == "Not ready: there is no model."


def test_what_happens_after_the_test_is_in_the_latest_outcome(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("defect_app.hosting.local_model_host.LOOK_AGAIN_S", 0.0)
    test = self_test(models)
    assert test.latest is None
    test.run()
    (models / "two" / "model.bin").unlink()
    released(models, "three")
    latest = test.latest
    assert latest is not None
    assert {m.id: m.state for m in latest.models} == {
        "one": "as at release", "two": "out of service", "three": "not checked",
    }  # fmt: skip


def test_the_route_says_503_until_the_test_is_done_and_where_it_found_something(models: Path) -> None:
    host = LocalModelHost(models)
    test = SelfTest(host, lambda: FINE)
    client = TestClient(create_api(host, self_test=test))
    waiting = client.get("/ready")
    assert (waiting.status_code, waiting.json()["problems"]) == (503, ["The self-test is not done yet."])
    answers_changed(models / "one")
    test.run()
    answer = client.get("/ready")
    assert answer.status_code == 503
    assert answer.json()["problems"][0].startswith("one: it does not answer as at release")
    assert client.get("/ready?model=two").status_code == 200
    assert client.get("/ready?model=one").status_code == 503
    assert client.get("/ready?model=none").status_code == 503


def test_records_that_cannot_be_written_are_said(tmp_path: Path) -> None:
    file = tmp_path / "site" / "records.sqlite"
    url = f"sqlite:///{file}"
    records = open_records(url)
    records.save_point(a_point(), activate=True)
    records.close()
    assert [c for c in check_machine(url) if c.problem] == []
    with sqlite3.connect(file) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert "another program keeps it locked" in check_machine(url)[0].problem
    other.close()
    with without_privileges(file.parent):
        file.chmod(0o444)
        file.parent.chmod(0o555)
        problem = check_machine(url)[0].problem
        file.parent.chmod(0o755)
    assert "it may not be written" in problem
    file.unlink()
    assert "were in use and are gone" in check_machine(url)[0].problem


def test_too_little_room_is_said_also_for_a_folder_that_is_not_there_yet(tmp_path: Path) -> None:
    assert disk_problem([tmp_path / "not" / "yet"], 0.001) == ""
    assert "Make room: 1,000,000,000 MB at least." in disk_problem([tmp_path / "not" / "yet"], 1e9)


@pytest.mark.parametrize(
    ("now", "said"),
    [
        (NOW, ""),
        (NOW - timedelta(minutes=1), ""),
        (NOW - timedelta(hours=1), "it was set back, or was ahead"),
        (datetime(1970, 1, 1, tzinfo=UTC), "before this version was made"),
    ],
    ids=["on", "a minute back", "an hour back", "1970"],
)
def test_a_clock_that_lies_before_what_was_written_is_said(tmp_path: Path, now: datetime, said: str) -> None:
    memory = database_memory(f"sqlite:///{tmp_path}/records.sqlite")
    note_moment(NOW, memory)
    assert said in clock_problem(now, memory)
    assert bool(said) == bool(clock_problem(now, memory))
    note_moment(now, memory)
    assert newest_moment(memory) == NOW


def test_a_written_database_notes_the_moment(url: str) -> None:
    records = open_records(url)
    before = datetime.now(UTC)
    records.save_point(a_point())
    noted = newest_moment(database_memory(url))
    assert noted is not None
    assert before - timedelta(minutes=2) <= noted <= datetime.now(UTC)
    records.close()


def test_the_command_prints_the_outcome_and_its_status_says_it(models: Path, tmp_path: Path) -> None:
    make_model_folder(models, "old")

    def run() -> tuple[int, dict[str, object], str]:
        command = [sys.executable, "-m", "defect_app", "selftest", "--json", "--models-folder", str(models)]
        environment = {**os.environ, "DEFECT_APP_DATABASE_URL": f"sqlite:///{tmp_path}/records.sqlite"}
        done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
        return done.returncode, json.loads(done.stdout), done.stderr

    status, found, said = run()
    assert (status, found["ready"]) == (0, True), found
    assert said.splitlines()[-1].startswith("Ready: 2 of 2 models answered as at release")
    answers_changed(models / "two")
    status, found, said = run()
    assert (status, found["ready"]) == (6, False)
    assert said.splitlines()[-1].startswith("Not ready: 1 of 2 models answered as at release")
