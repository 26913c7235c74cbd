"""Storing in the background: in order and once, also by many at once; a database that fails keeps nobody waiting."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from defect_app.errors import RecordsUnavailable
from defect_app.inspections import InspectionStore
from defect_app.inspections.recorder import Recorder
from defect_app.storage.database import Database
from tests.inspections.records import a_new_inspection
from tests.waiting import wait_until


@pytest.fixture
def store(url: str) -> Iterator[InspectionStore]:
    database = Database(url)
    yield InspectionStore(database)
    database.close()


def test_what_is_submitted_is_stored_when_its_future_is_done(store: InspectionStore) -> None:
    with Recorder(lambda: store) as recorder:
        futures = [recorder.submit(a_new_inspection(n)) for n in range(1, 301)]
        first = futures[0].result(30)
        assert store.find(first.id) == first
    assert all(future.done() for future in futures)
    assert len(list(store.oldest_first())) == 300


def test_twenty_writers_at_once_lose_nothing_and_store_nothing_twice(url: str) -> None:
    databases = [Database(url) for _ in range(20)]

    def write(number: int) -> None:
        store = InspectionStore(databases[number])
        with Recorder(lambda: store) as recorder:
            # Half of what each brings is brought by another as well.
            for n in range(10 * number, 10 * number + 20):
                recorder.submit(a_new_inspection(n + 1))

    threads = [threading.Thread(target=write, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    stored = list(InspectionStore(databases[0]).oldest_first())
    assert sorted(int(one.record.sha256, 16) for one in stored) == list(range(1, 211))
    for database in databases:
        database.close()


def test_a_database_that_fails_is_said_at_once_and_left_alone_for_a_while(store: InspectionStore) -> None:
    asked = []

    def opened() -> InspectionStore:
        asked.append(time.monotonic())
        raise RecordsUnavailable("The records cannot be written: the disk is full.", "Make room.")

    with Recorder(opened) as recorder:
        with pytest.raises(RecordsUnavailable, match="the disk is full"):
            recorder.submit(a_new_inspection(1)).result(30)
        for n in range(2, 50):
            assert recorder.submit(a_new_inspection(n)).exception(30) is not None
    assert len(asked) == 1


def test_what_goes_wrong_inside_is_an_error_of_ours(store: InspectionStore) -> None:
    def opened() -> InspectionStore:
        raise ZeroDivisionError

    with Recorder(opened) as recorder, pytest.raises(RecordsUnavailable, match="ZeroDivisionError"):
        recorder.submit(a_new_inspection(1)).result(30)


def test_the_held_database_is_let_go_when_nothing_comes_any_more(
    store: InspectionStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("defect_app.inspections.recorder.HELD_S", 0.05)
    held: list[bool] = []

    @contextmanager
    def held_open() -> Iterator[None]:
        held.append(True)
        yield
        held.append(False)

    monkeypatch.setattr(store.database, "held_open", held_open)
    with Recorder(lambda: store) as recorder:
        recorder.submit(a_new_inspection(1)).result(30)
        wait_until(lambda: held == [True, False], "the database is let go")
        recorder.submit(a_new_inspection(2)).result(30)
        assert held[:3] == [True, False, True]
    assert len(list(store.oldest_first())) == 2


def test_a_file_that_was_exchanged_while_it_was_held_is_not_written_through_the_old_one(tmp_path: Path) -> None:
    file = tmp_path / "records.sqlite"
    database, other = Database(f"sqlite:///{file}"), Database(f"sqlite:///{tmp_path / 'other.sqlite'}")
    store = InspectionStore(database)
    with database.held_open():
        store.append([a_new_inspection(1)])
        file.rename(tmp_path / "away.sqlite")
        for ending in ("-wal", "-shm"):
            Path(f"{file}{ending}").unlink()
        (tmp_path / "other.sqlite").rename(file)
        store.append([a_new_inspection(2)])
        assert [int(one.record.sha256, 16) for one in store.oldest_first()] == [2]
    database.close()
    other.close()
