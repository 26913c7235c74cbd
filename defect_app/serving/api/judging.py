"""Judges what a request brings while it arrives: between the event loop, which reads, and the threads, which judge."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator, Iterator
from contextlib import asynccontextmanager, closing, suppress
from typing import Final, TypeVar

from anyio import CapacityLimiter, to_thread
from anyio.lowlevel import RunVar

from defect_app.decision import OperatingPoint
from defect_app.hosting.model_host import ModelHost, PhotoJob
from defect_app.inspection import Inspector
from defect_app.inspection.batch import JudgedFile, judge_batch
from defect_app.inspection.file_judge import Extract, Extractor
from defect_app.intake import PhotoFile
from defect_app.intake.photo import UnusableFile
from defect_app.serving.api.request_body import RequestBody

MOST_THREADS: Final = 200
"""So many requests are judged, or wait for more of their photos, at once; further ones wait."""

Result = TypeVar("Result")
_threads: RunVar[CapacityLimiter] = RunVar("threads of requests with photos")


class ArrivingBatch:
    """The files of one request, judged in a thread while the event loop reads them.

    Parameters
    ----------
    files : async generator of PhotoFile
        What the request brings.
    stop : threading.Event
        Set when nobody waits for the answer any more.
    """

    def __init__(self, files: AsyncGenerator[PhotoFile, None], stop: threading.Event) -> None:
        self.files = files
        self.stop = stop
        self._loop = asyncio.get_running_loop()
        self._first: PhotoFile | None = None
        self._has_first = False

    async def wait_for_first(self) -> None:
        """Wait until the first file is there: a sender who takes long shall not hold a thread meanwhile.

        Raises
        ------
        RefusedRequest, ClientDisconnect
            As `arriving_files` raises them.
        """
        self._first, self._has_first = await self._next(), True

    def let_go_of_first(self) -> None:
        """Close the first file where it was waited for and nobody took it."""
        if self._first is not None:
            with suppress(UnusableFile, OSError):
                self._first.open().close()
            self._first = None

    def judged(
        self,
        host: ModelHost,
        inspector: Inspector,
        point: OperatingPoint,
        extractor: Extractor[Extract] | None = None,
    ) -> Generator[JudgedFile[Extract], None, None]:
        """Judge the files; called from a thread. See `judge_batch`.

        Yields
        ------
        JudgedFile
            One a file, in the order of the files.

        Raises
        ------
        Busy
            If so much waits already that the first photo does not fit; further ones wait for their place.
        RefusedRequest, ClientDisconnect
            As `arriving_files` raises them.
        """
        with host.open_job(1) as job:
            files = self._pulled(job)
            judged = judge_batch(inspector, files, point, extractor=extractor, stop=self.stop, workers=job)
            with closing(judged):
                yield from judged

    def _pulled(self, job: PhotoJob) -> Iterator[PhotoFile]:
        first = True
        if self._has_first:
            if self._first is None:
                return
            taken, self._first = self._first, None
            yield taken
            first = False
        while (file := asyncio.run_coroutine_threadsafe(self._next(), self._loop).result()) is not None:
            if not first:
                job.announce(1)
            first = False
            yield file

    async def _next(self) -> PhotoFile | None:
        return await anext(self.files, None)


async def in_thread(work: Callable[[], Result]) -> Result:
    """Run what waits for a client in a thread of its own kind: those of everything else stay free, whoever is slow."""
    try:
        threads = _threads.get()
    except LookupError:
        threads = CapacityLimiter(MOST_THREADS)
        _threads.set(threads)
    return await to_thread.run_sync(work, limiter=threads)


@asynccontextmanager
async def stopped_when_gone(body: RequestBody, stop: threading.Event) -> AsyncIterator[None]:
    """Set `stop` when the client goes away: nobody waits for the answer any more."""

    async def watch() -> None:
        await body.until_gone()
        stop.set()

    watching = asyncio.create_task(watch())
    try:
        yield
    finally:
        watching.cancel()
