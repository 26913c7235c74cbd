"""The process that saves is killed in the middle: nothing is lost, nothing is half written, one point is active."""

import os
import random
import signal
import time
from multiprocessing.connection import Connection

import pytest

from defect_app.decision import InspectionThresholds
from defect_app.points import PointAction, Records, open_records
from tests.fresh_processes import FRESH
from tests.operating_points import a_point

KILLS = int(os.environ.get("KILLS", "10"))


def thresholds(version: int) -> tuple[float, float]:
    """Return two thresholds that belong to one version, so that a mixture of two is seen."""
    return version / 1_000_000, 1 - version / 1_000_000


def save_for_ever(url: str, told: Connection, version: int) -> None:
    records = open_records(url)
    while True:
        review_at, reject_at = thresholds(version)
        saved = records.save_point(a_point("night", review_at, reject_at), note=str(version), activate=True)
        told.send(saved.version)
        version += 1


def killed_while_saving(url: str, version: int, seconds: float) -> int:
    """Let a process save from `version` on, kill it, and return the last version that it was sure of."""
    mine, its = FRESH.Pipe(duplex=False)
    process = FRESH.Process(target=save_for_ever, args=(url, its, version))
    process.start()
    its.close()
    assert mine.poll(300), "the process never saved"
    time.sleep(seconds)
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    process.join(300)
    sure = version - 1
    try:
        while mine.poll():
            sure = mine.recv()
    except (EOFError, OSError):
        pass  # the last message was cut off
    return sure


def check_all_whole(records: Records) -> int:
    history = records.history("tiny")
    versions = [e.saved for e in reversed(history) if e.action is PointAction.SAVED]
    for number, saved in enumerate(versions, start=1):
        assert saved is not None
        assert (saved.version, saved.note) == (number, str(number))
        assert saved.point.thresholds == InspectionThresholds(*thresholds(number))
    assert len(history) == 2 * len(versions)
    active = records.active_point("tiny")
    assert active is not None
    assert active == records.find_point("tiny", "night")
    assert active.version == len(versions)
    return len(versions)


@pytest.mark.timeout(600 + 12 * KILLS)
def test_kill_9_in_the_middle_of_saves_loses_nothing(url: str) -> None:
    chance = random.Random(7)
    kept = 0
    for _ in range(KILLS):
        sure = killed_while_saving(url, kept + 1, chance.uniform(0, 0.03))
        kept = check_all_whole(open_records(url))
        # What was confirmed is there; of the save that was cut off, all or nothing is.
        assert sure <= kept <= sure + 1
    assert kept >= KILLS
