"""The self-test where something comes between: it is stopped, a fault nobody thought of, a machine gone wrong."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from defect_app.hosting.local_model_host import LocalModelHost
from defect_app.inspection import Inspector, release_answers
from defect_app.readiness import SelfTest, self_test
from defect_app.readiness.machine import check_machine, disk_problem
from tests.readiness.test_self_test import FINE, released


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root: Path = tmp_path_factory.mktemp("models")
    for model_id in ("one", "two"):
        released(root, model_id)
    return root


@pytest.fixture
def host(models: Path) -> Iterator[LocalModelHost]:
    made = LocalModelHost(models)
    yield made
    made.close()


def test_whoever_asks_before_the_first_run_is_to_wait_once_it_is_announced(host: LocalModelHost) -> None:
    test = SelfTest(host, lambda: FINE)
    assert not test.is_first_awaited
    test.announce()
    assert test.is_first_awaited
    test.run()
    assert not test.is_first_awaited


def test_a_stopped_run_asks_no_further_model_and_is_not_what_was_found_last(host: LocalModelHost) -> None:
    stop, seen = threading.Event(), []

    def progress(done: int, models: int) -> None:
        seen.append((done, models))
        if done == 0:
            stop.set()

    test = SelfTest(host, lambda: FINE)
    found = test.run(stop, progress)
    assert sorted(m.state for m in found.models) == ["as at release", "not checked"]
    assert seen == [(0, 2), (1, 2)]
    assert test.latest is None


def test_a_fault_that_nobody_thought_of_puts_one_model_out_of_service_and_no_other(
    host: LocalModelHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    check = host.check

    def failing(model_id: str) -> release_answers.ReleaseCheck:
        if model_id == "one":
            raise ZeroDivisionError
        return check(model_id)

    monkeypatch.setattr(host, "check", failing)
    found = SelfTest(host, lambda: FINE).run()
    assert {m.id: m.state for m in found.models} == {"one": "out of service", "two": "as at release"}
    assert found.problems == ("one: it does not work (ZeroDivisionError).",)


def test_a_loaded_model_that_begins_to_compute_otherwise_is_out_of_service(
    host: LocalModelHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    test = SelfTest(host, lambda: FINE)
    assert test.run().ready
    right = release_answers.answer

    def otherwise(inspector: Inspector, photo: bytes) -> release_answers.ReleaseAnswer | None:
        found = right(inspector, photo)
        return found and replace(found, probabilities=found.probabilities / 2)

    monkeypatch.setattr(release_answers, "answer", otherwise)
    found = test.run()
    assert {m.state for m in found.models} == {"out of service"}
    assert found.problems[0].startswith("one: it does not answer as at release: photo 1 gets a probability of")
    assert not host.catalog().usable


def test_the_machine_is_looked_at_unless_somebody_else_does(
    host: LocalModelHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("defect_app.readiness.machine.LEAST_FREE_MB", 0)
    found = SelfTest(host).run()
    assert [check.name for check in found.machine] == ["records", "disk", "clock"]
    assert found.machine[0].problem == ""


def test_of_an_address_that_is_none_records_are_said_to_be_wrong_and_disk_and_clock_are_looked_at_all_the_same() -> (
    None
):
    records, disk, clock = check_machine("no address")
    assert "DEFECT_APP_DATABASE_URL" in records.problem
    assert (disk.name, clock.name) == ("disk", "clock")
    assert clock.problem == ""


def test_a_disk_that_cannot_be_looked_at_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(_: Path) -> object:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("shutil.disk_usage", failing)
    assert disk_problem([tmp_path]) == f"The disk of {tmp_path} cannot be looked at: Input/output error."


def test_the_log_holds_how_a_model_failed(host: LocalModelHost, monkeypatch: pytest.MonkeyPatch) -> None:
    logged: list[str] = []
    monkeypatch.setattr(self_test._log, "exception", lambda event, **said: logged.append(f"{event} {said['model']}"))
    monkeypatch.setattr(host, "check", lambda _: 1 / 0)
    SelfTest(host, lambda: FINE).run()
    assert logged == ["self_test_failed one", "self_test_failed two"]
