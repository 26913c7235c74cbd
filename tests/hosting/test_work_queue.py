"""The queue of photos: order, turns, places, refusals, and what becomes of work whose owner goes away."""

import gc
import threading
import weakref
from collections.abc import Iterator
from concurrent.futures import CancelledError, Future

import pytest

from defect_app.errors import Busy
from defect_app.hosting.work_queue import LONG_JOBS_TURN, QUICK_PHOTOS, Job, WorkQueue
from tests.waiting import wait_until


@pytest.fixture
def queue() -> Iterator[WorkQueue]:
    made = WorkQueue(threads=1, most_photos=100)
    yield made
    made.close()


class Held:
    """Keeps the queue's only thread at work until released, so that the order of what waits is known."""

    def __init__(self, queue: WorkQueue) -> None:
        self._gate, begun = threading.Event(), threading.Event()
        self._job = queue.open_job(1)

        def hold(_: object) -> None:
            begun.set()
            self._gate.wait(300)

        self._job.submit(hold, None)
        begun.wait(300)

    def release(self) -> None:
        self._gate.set()
        self._job.close()


def submit_all(job: Job, names: list[str], done: list[str]) -> list[Future[None]]:
    return [job.submit(done.append, name) for name in names]


def names(of: str, n: int) -> list[str]:
    return [f"{of}{i}" for i in range(n)]


def wait_for(futures: list[Future[None]]) -> None:
    for future in futures:
        future.result(30)


def test_a_job_is_worked_off_in_its_order_and_gives_results_and_errors_back(queue: WorkQueue) -> None:
    with queue.open_job(3) as job:
        assert [job.submit(lambda n: 10 // n, n).result(30) for n in (2, 5)] == [5, 2]
        with pytest.raises(ZeroDivisionError):
            job.submit(lambda n: 10 // n, 0).result(30)
    assert queue.photos == 0


def test_a_single_photo_overtakes_a_long_batch(queue: WorkQueue) -> None:
    done: list[str] = []
    with queue.open_job(50) as batch:
        wait_for(submit_all(batch, names("early", QUICK_PHOTOS), []))
        held = Held(queue)
        waiting = submit_all(batch, names("batch", 20), done)
        with queue.open_job(1) as single:
            futures = submit_all(single, ["single"], done)
            held.release()
            wait_for([*waiting, *futures])
    assert done[0] == "single"
    assert done[1:] == names("batch", 20)


def test_batches_take_turns_photo_by_photo(queue: WorkQueue) -> None:
    done: list[str] = []
    held = Held(queue)
    with queue.open_job(5) as one, queue.open_job(5) as other:
        futures = submit_all(one, names("a", 5), done) + submit_all(other, names("b", 5), done)
        held.release()
        wait_for(futures)
    assert done == ["a0", "b0", "a1", "b1", "a2", "b2", "a3", "b3", "a4", "b4"]


def test_steady_single_photos_do_not_starve_a_batch(queue: WorkQueue) -> None:
    done: list[str] = []
    with queue.open_job(40) as batch:
        wait_for(submit_all(batch, names("early", QUICK_PHOTOS), []))
        held = Held(queue)
        futures = submit_all(batch, names("batch", 10), done)
        singles = [queue.open_job(1) for _ in range(40)]
        for number, single in enumerate(singles):
            futures += submit_all(single, [f"single{number}"], done)
        held.release()
        wait_for(futures)
        for single in singles:
            single.close()
    first_half = done[: 5 * LONG_JOBS_TURN]
    assert sum(name.startswith("batch") for name in first_half) == 5


def test_more_threads_than_one_work_at_the_same_time() -> None:
    queue = WorkQueue(threads=3, most_photos=100)
    together = threading.Barrier(3, timeout=300)
    with queue.open_job(3) as job:
        futures = [job.submit(lambda _: together.wait(), n) for n in range(3)]
        assert sorted(future.result(30) for future in futures) == [0, 1, 2]
    queue.close()


def test_a_closed_job_s_waiting_photos_are_dropped_and_the_one_in_hand_is_finished(queue: WorkQueue) -> None:
    begun, gate = threading.Event(), threading.Event()

    def slow(_: int) -> str:
        begun.set()
        gate.wait(300)
        return "done"

    job = queue.open_job(10)
    futures = [job.submit(slow, n) for n in range(10)]
    begun.wait(300)
    job.close()
    gate.set()
    assert futures[0].result(30) == "done"
    for future in futures[1:]:
        with pytest.raises(CancelledError):
            future.result(30)
    assert queue.photos == 0
    with pytest.raises(RuntimeError, match="closed"):
        job.submit(slow, 11)


def test_a_full_queue_refuses_and_says_how_many_wait(queue: WorkQueue) -> None:
    with queue.open_job(70):
        with pytest.raises(Busy, match="70 photos wait to be judged already: 20 more do not fit") as caught:
            queue.open_job(20)
        assert caught.value.remedy
    queue.open_job(20).close()


def test_batches_leave_room_for_single_photos(queue: WorkQueue) -> None:
    jobs = [queue.open_job(75)]
    with pytest.raises(Busy):
        queue.open_job(QUICK_PHOTOS + 1)
    jobs += [queue.open_job(1) for _ in range(25)]
    with pytest.raises(Busy):
        queue.open_job(1)
    for job in jobs:
        job.close()


def test_a_job_larger_than_the_queue_is_let_in_when_nothing_waits(queue: WorkQueue) -> None:
    with queue.open_job(10_000), pytest.raises(Busy):
        queue.open_job(1)


def test_places_are_free_again_as_photos_are_judged(queue: WorkQueue) -> None:
    with queue.open_job(75) as batch:
        wait_for(submit_all(batch, names("a", 30), []))
        assert queue.photos == 45
        queue.open_job(30).close()


def test_who_may_wait_is_let_in_when_there_is_room(queue: WorkQueue) -> None:
    first = queue.open_job(75)
    opened: list[Job] = []
    waiting = threading.Thread(target=lambda: opened.append(queue.open_job(75, wait=True)))
    waiting.start()
    waiting.join(0.2)
    assert opened == []
    first.close()
    waiting.join(30)
    opened[0].close()


def test_the_more_jobs_the_fewer_photos_each_sends_ahead() -> None:
    queue = WorkQueue(threads=3, most_photos=1000)
    jobs = [queue.open_job(20)]
    assert jobs[0].ahead == 6
    jobs += [queue.open_job(20) for _ in range(3)]
    assert jobs[0].ahead == 3
    jobs += [queue.open_job(1) for _ in range(20)]
    assert jobs[0].ahead == 1
    queue.close()


def test_a_photo_is_not_held_after_it_was_judged(queue: WorkQueue) -> None:
    class Photo:
        pass

    with queue.open_job(1) as job:
        photo = Photo()
        gone = weakref.ref(photo)
        job.submit(lambda _: None, photo).result(30)
        del photo
        wait_until(lambda: gc.collect() >= 0 and gone() is None, "nobody holds the photo")


def test_a_closed_queue_ends_its_threads_and_lets_nobody_in() -> None:
    before = set(threading.enumerate())
    queue = WorkQueue(threads=2, most_photos=100)
    job = queue.open_job(4)
    for future in [job.submit(lambda n: n, n) for n in range(4)]:
        future.result(30)
    queue.close()
    assert set(threading.enumerate()) <= before
    with pytest.raises(Busy):
        queue.open_job(1)
