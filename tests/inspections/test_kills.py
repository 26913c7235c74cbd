"""The process that stores a batch is killed in the middle: no confirmed row is lost, and a rerun doubles none."""

import os
import random
import signal
import time
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from functools import partial
from itertools import count
from multiprocessing.connection import Connection
from pathlib import Path

import pytest
from sqlalchemy import func, select

from defect_app.inspections import InspectionStore, KeptPhoto, StoredInspection
from defect_app.inspections import recorder as recorder_module
from defect_app.inspections.photo_store import PhotoStore
from defect_app.inspections.recorder import Recorder
from defect_app.intake import content_hash
from defect_app.storage.database import Database
from defect_app.storage.tables import inspections
from tests.fresh_processes import FRESH
from tests.inspections.records import a_new_inspection

KILLS = int(os.environ.get("KILLS", "3"))
AGAIN = 30
"""So many files of those that were stored are brought once more by each run."""


def photo(number: int) -> bytes:
    return f"photo {number}".encode() * 300


def confirm(confirmed: Connection, number: int, done: Future[StoredInspection]) -> None:
    confirmed.send((number, done.result().id))


def store_for_ever(url: str, folder: Path, confirmed: Connection, first: int) -> None:
    recorder_module.MOST_REST_S = 0.02  # many small transactions, so that most kills meet one
    database, photos = Database(url), PhotoStore(folder)
    store = InspectionStore(database)
    with Recorder(lambda: store) as recorder:
        for number in count(first):
            data = photo(number)
            photos.keep_photo(content_hash(data), data)
            new = a_new_inspection(number, sha256=content_hash(data), photo=KeptPhoto.FULL)
            recorder.submit(new).add_done_callback(partial(confirm, confirmed, number))
            time.sleep(0.001)


def confirmed_until_killed(url: str, folder: Path, first: int, seconds: float) -> dict[int, str]:
    """Let a process store from `first` on, kill it, and return the ids that it was sure of."""
    mine, its = FRESH.Pipe(duplex=False)
    process = FRESH.Process(target=store_for_ever, args=(url, folder, its, first))
    process.start()
    its.close()
    assert mine.poll(300), "the process never stored"
    time.sleep(seconds)
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    process.join(300)
    sure: dict[int, str] = {}
    try:
        while mine.poll():
            number, stored_id = mine.recv()
            sure[number] = stored_id
    except (EOFError, OSError):
        pass  # the last message was cut off
    return sure


@contextmanager
def opened(url: str) -> Iterator[InspectionStore]:
    database = Database(url)
    yield InspectionStore(database)
    database.close()


@pytest.mark.timeout(600 + 12 * KILLS)
def test_kill_9_in_the_middle_of_a_batch_loses_no_finished_row_and_stores_none_twice(url: str, tmp_path: Path) -> None:
    chance = random.Random(18)
    photos, stored, not_told = PhotoStore(tmp_path / "photos"), 0, 0
    for _ in range(KILLS):
        sure = confirmed_until_killed(url, photos.folder, max(1, stored + 1 - AGAIN), chance.uniform(0, 0.5))
        with opened(url) as store:
            with store.database.reading() as connection:
                rows, files = connection.execute(
                    select(func.count(), func.count(inspections.c.sha256.distinct())).select_from(inspections)
                ).one()
            newest = {one.id: one for one in store.page(size=max(len(sure), 1)).inspections}
            for number, stored_id in sure.items():
                found = newest.get(stored_id) or store.find(stored_id)
                assert found is not None, f"file {number} was confirmed, and is lost"
                assert photos.photo(found.record.sha256) == photo(number)
        # They were brought in order: what is there is the first so many, each once.
        assert rows == files >= max(sure)
        not_told += rows - max(sure)
        stored = rows
    print(f"{KILLS} kills: {stored:,} rows, none lost, none twice; {not_told:,} were stored before they were confirmed")
    assert stored >= KILLS
