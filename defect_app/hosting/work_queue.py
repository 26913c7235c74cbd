"""One queue of photos for the whole process: a bounded number of threads, shared fairly by everybody who has work."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from types import TracebackType
from typing import Any, NamedTuple, Self, TypeVar

from defect_app.errors import Busy

QUICK_PHOTOS = 8
"""The first photos of every job go before the later ones of longer jobs: a single photo overtakes a batch of 500."""
LONG_JOBS_TURN = 4
"""While both wait, one photo in this many is a long job's: steady single photos do not starve it."""
LONG_JOBS_SHARE = 0.75
"""How much of the queue jobs of more than `QUICK_PHOTOS` may fill: single photos still find a place."""

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


class _Task(NamedTuple):
    work: Callable[[Any], Any]
    item: Any
    future: Future[Any]


class WorkQueue:
    """Threads that judge photos, and the jobs that wait for them; safe to use from many threads.

    Jobs take turns, photo by photo. Which photo is judged next never changes what its answer is.

    Parameters
    ----------
    threads : int
        How many photos are in hand at once.
    most_photos : int
        How many photos of all jobs may wait; a job that does not fit is refused, or waits to be let in.
    """

    def __init__(self, threads: int, most_photos: int) -> None:
        self.threads = threads
        self.most_photos = most_photos
        self._changed = threading.Condition()
        self._quick: deque[Job] = deque()  # the jobs with a photo to judge, in turn
        self._long: deque[Job] = deque()
        self._jobs: set[Job] = set()
        self._turn = 0
        self._running: list[threading.Thread] = []
        self._closed = False

    @property
    def photos(self) -> int:
        """How many photos of open jobs are not judged yet."""
        with self._changed:
            return self._waiting()

    def open_job(self, photos: int, *, wait: bool = False) -> Job:
        """Let a job in; it holds its place until it is closed.

        Parameters
        ----------
        photos : int
            How many it brings.
        wait : bool
            Wait for a place instead of being refused: for work that may take its time.

        Raises
        ------
        Busy
            If so many photos wait already that these do not fit.
        """
        with self._changed:
            if wait:
                self._changed.wait_for(lambda: self._closed or self._fits(photos))
            if self._closed or not self._fits(photos):
                raise self._busy(photos)
            job = Job(self, photos)
            self._jobs.add(job)
            return job

    def close(self) -> None:
        """Drop what waits, finish what is in hand, and end the threads."""
        with self._changed:
            self._closed = True
            jobs = list(self._jobs)
            self._changed.notify_all()
        for job in jobs:
            job.close()
        for thread in self._running:
            thread.join()

    def _waiting(self) -> int:
        return sum(job.remaining for job in self._jobs)

    def _fits(self, photos: int, of: Job | None = None) -> bool:
        # A job that is larger than the queue is let in when nothing else waits.
        waiting = self._waiting()
        size = photos if of is None else of.begun + of.remaining + photos
        most = self.most_photos * (1.0 if size <= QUICK_PHOTOS else LONG_JOBS_SHARE)
        return waiting == 0 or waiting + photos <= most

    def _busy(self, photos: int) -> Busy:
        return Busy(
            f"{self._waiting():,} photos wait to be judged already: {photos:,} more do not fit.",
            "Try again in a while.",
        )

    def _announce(self, job: Job, photos: int) -> None:
        with self._changed:
            self._changed.wait_for(lambda: job not in self._jobs or self._fits(photos, of=job))
            if job not in self._jobs:
                raise self._busy(photos)
            job.remaining += photos

    def _ahead(self) -> int:
        with self._changed:
            return max(1, min(2 * self.threads, 4 * self.threads // max(1, len(self._jobs))))

    def _add(self, job: Job, task: _Task) -> None:
        with self._changed:
            if job not in self._jobs:
                raise RuntimeError("expected an open job, got one that is closed")
            job.tasks.append(task)
            if len(job.tasks) == 1:
                self._turns_of(job).append(job)
            if len(self._running) < self.threads:
                name = f"judge-{len(self._running)}"
                self._running.append(threading.Thread(target=self._run, name=name, daemon=True))
                self._running[-1].start()
            self._changed.notify_all()

    def _remove(self, job: Job) -> list[_Task]:
        with self._changed:
            self._jobs.discard(job)
            for jobs in (self._quick, self._long):
                if job in jobs:
                    jobs.remove(job)
            dropped, job.tasks = list(job.tasks), deque()
            self._changed.notify_all()
        return dropped

    def _turns_of(self, job: Job) -> deque[Job]:
        return self._quick if job.begun < QUICK_PHOTOS else self._long

    def _take(self) -> _Task | None:
        """Wait for the next photo; None at the end."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._quick or self._long)
            if not self._quick and not self._long:
                return None
            long_first = False
            if self._quick and self._long:
                self._turn = (self._turn + 1) % LONG_JOBS_TURN
                long_first = self._turn == 0
            jobs = self._long if long_first or not self._quick else self._quick
            job = jobs.popleft()
            task = job.tasks.popleft()
            job.begun += 1
            if job.tasks:
                self._turns_of(job).append(job)
            return task

    def _run(self) -> None:
        while (task := self._take()) is not None:
            if not task.future.set_running_or_notify_cancel():
                continue
            try:
                result = task.work(task.item)
            except BaseException as error:
                task.future.set_exception(error)
            else:
                task.future.set_result(result)
                del result
            del task  # a photo is let go before the next is waited for


class Job:
    """Somebody's photos in a `WorkQueue`; the `Workers` of one batch. Close it, or use it in ``with``.

    Attributes
    ----------
    remaining : int
        Photos that it announced and that are not judged yet.
    begun : int
        Photos that a thread has taken.
    tasks : deque
        Photos that wait; the queue's to take, under its lock.
    """

    def __init__(self, queue: WorkQueue, photos: int) -> None:
        self._queue = queue
        self.remaining = photos
        self.begun = 0
        self.tasks: deque[_Task] = deque()

    @property
    def ahead(self) -> int:
        """How many photos to have submitted and not taken back: fewer, the more jobs share the threads."""
        return self._queue._ahead()

    def submit(self, work: Callable[[_Item], _Result], item: _Item, /) -> Future[_Result]:
        """Have `work(item)` called by one of the queue's threads when it is this job's turn."""
        future: Future[_Result] = Future()
        future.add_done_callback(self._count_down)
        self._queue._add(self, _Task(work, item, future))
        return future

    def announce(self, photos: int) -> None:
        """Bring more photos than it was opened with; waits until they fit.

        Raises
        ------
        Busy
            If the job, or its queue, is closed meanwhile.
        """
        self._queue._announce(self, photos)

    def close(self) -> None:
        """Drop what is not begun; what is in hand is finished."""
        for task in self._queue._remove(self):
            task.future.cancel()
            task.future.set_running_or_notify_cancel()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _count_down(self, _: Future[Any]) -> None:
        with self._queue._changed:
            self.remaining = max(0, self.remaining - 1)
            self._queue._changed.notify_all()
