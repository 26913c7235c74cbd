"""A batch of photos judged in the background: progress, stop, and results that outlive the page that started it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace

from defect_app.decision import OperatingPoint, Verdict
from defect_app.hosting.batch_entry import SHOWN_SIDE, BatchEntry, SmallPictures, entry_at, entry_of, small_pictures
from defect_app.hosting.batch_progress import BatchProgress, PointChange
from defect_app.hosting.batch_queue import MOST_FILES, BatchQueue
from defect_app.hosting.batch_storing import BatchStoring
from defect_app.hosting.framed_entries import framed_entries
from defect_app.hosting.keeping import Keeping
from defect_app.hosting.model_host import ModelHost
from defect_app.hosting.original_files import ORIGINALS
from defect_app.inspection import Inspected, Inspector
from defect_app.inspection.batch import SeenFiles, judge_batch
from defect_app.inspection.file_judge import Extractor
from defect_app.inspection.framing import FixedFrame
from defect_app.inspection.workers import Workers
from defect_app.inspections import StoredInspection
from defect_app.intake import PhotoFile, Rejection
from defect_app.logs import logger

__all__ = ["MOST_FILES", "SHOWN_SIDE", "Batch", "BatchEntry", "BatchProgress", "PointChange"]

_log = logger(__name__)


class Batch:
    """Photos judged by one model; files can be added while it runs, and what was stopped can go on.

    All verdicts are those of one operating point, the batch's own: see `apply`. What is added is judged in the batch's
    `frames`, each of which gives a photo a verdict of its own; without any the whole photo is judged.

    Parameters
    ----------
    inspector : Inspector
        The model.
    point : OperatingPoint, optional
        Default: the one the model was delivered with.
    host : ModelHost, optional
        Whose threads judge, shared with everybody else's work. Default: threads of its own.
    keeping : Keeping, optional
        Stores what is judged, in the background. Default: nothing is stored.
    """

    def __init__(
        self,
        inspector: Inspector,
        point: OperatingPoint | None = None,
        host: ModelHost | None = None,
        keeping: Keeping | None = None,
    ) -> None:
        self.inspector = inspector
        self._host = host
        self.keeping = keeping
        self.storing = BatchStoring(keeping)
        self.point = point or inspector.default_point
        self.frames: tuple[FixedFrame, ...] = ()
        self.point_change: PointChange | None = None
        self._lock = threading.Lock()
        self._entries: list[BatchEntry] = []
        self._seen: SeenFiles[SmallPictures] = SeenFiles()
        self._queue = BatchQueue()
        self._worker: threading.Thread | None = None
        self._stop = threading.Event()
        self._problem = ""
        self._started_at = self._spent = 0.0
        self._started_done = 0

    @property
    def entries(self) -> tuple[BatchEntry, ...]:
        """What is judged so far, in the order in which the files came."""
        with self._lock:
            return tuple(self._entries)

    @property
    def problem(self) -> str:
        """Why the batch last ended early, in words; empty when it did not."""
        return self._problem

    def add(self, files: Sequence[PhotoFile], *, continues: bool = False) -> None:
        """Queue files, and go on judging; files of the operating system are skipped and counted.

        After `MOST_FILES` of one drop it pauses: the others wait for `resume`, and none is lost.

        Parameters
        ----------
        files : sequence of PhotoFile
            What came.
        continues : bool
            They are further files of the drop that came last: what was stopped stays so, and what is full.
        """
        with self._lock:
            self._queue.add(files, continues=continues)
            if continues:
                if not self._stop.is_set() and not self._is_full():
                    self._start()
                return
        self.resume()

    def resume(self) -> None:
        """Go on with what waits, after `stop` or after the batch ended early; a batch that runs is left alone."""
        with self._lock:
            self._stop.clear()
            if self._worker is None:
                self._queue.allow_more(len(self._entries))
                self._start()

    def _start(self) -> None:
        """Judge what waits, unless that goes on already; called under the lock."""
        if self._worker is not None:
            return
        self._problem = ""
        if self._queue.waiting:
            self._started_at, self._started_done = time.monotonic(), len(self._entries)
            self._worker = threading.Thread(target=self._run, name="batch", daemon=True)
            self._worker.start()

    def stop(self) -> None:
        """Stop after the photos in hand; what is judged stays, and what waits is kept for `resume`."""
        self._stop.set()

    def apply(self, point: OperatingPoint) -> None:
        """Judge at another operating point from now on, and anew, from the stored scores, what is judged already.

        `point_change` then says how many verdicts changed by the last such change.
        """
        with self._lock:
            if point == self.point:
                return
            before, self.point = self.point, point
            old, spec = self._entries, self.inspector.spec
            self._entries = [entry_at(entry, spec, point) for entry in old]
            photos = sum(not isinstance(entry.result, Rejection) for entry in old)
            changed = sum(a.record.verdict != b.record.verdict for a, b in zip(old, self._entries, strict=True))
            self.point_change = PointChange(before, point, photos, changed) if photos else None

    def restore(self, entries: Sequence[BatchEntry]) -> bool:
        """Take over what the records hold of a batch; False where this one has photos already."""
        with self._lock:
            if self._entries or self._queue.waiting or self._worker is not None:
                return False
            self._entries = list(entries)
            return True

    def judge_in(self, frames: Sequence[FixedFrame]) -> None:
        """Judge what comes from now on in these frames, each photo in all of them; none is the whole photo.

        A batch that runs goes on as it began, and takes them when this is called after its end.
        """
        with self._lock:
            if tuple(frames) == self.frames or self._worker is not None:
                return
            self.frames = tuple(frames)
            # The same file again is another question now.
            self._seen = SeenFiles()

    def judge_frames(self, number: int, frames: Sequence[FixedFrame]) -> bool:
        """Judge a photo anew in frames that a person drew.

        The first one takes the place of the photo's verdict, each further one is a verdict of its own at the batch's
        end. What was stored stays stored; the new verdicts are stored beside it.

        Parameters
        ----------
        number : int
            Of the photo.
        frames : sequence of FixedFrame
            At least one.

        Returns
        -------
        bool
            Whether they were judged; False while the batch runs, and where the file is not held any more.
        """
        entry = self.entries[number - 1]
        framed = self._framed(entry, frames) if isinstance(entry.result, Inspected) else []
        with self._lock:
            if not framed or self._worker is not None:
                return False
            place = entry_at(framed[0], self.inspector.spec, self.point)
            self._entries[number - 1] = place
            added = [place, *self._append(framed[1:])]
        for one in added:
            self.storing.store(one, self._note_stored)
        return True

    def wait(self, timeout_s: float | None = None) -> None:
        """Wait until nothing runs, for at most `timeout_s` seconds."""
        worker = self._worker
        if worker is not None:
            worker.join(timeout_s)

    def progress(self) -> BatchProgress:
        """Return the counts of this moment."""
        with self._lock:
            done, running = len(self._entries), self._worker is not None
            spent = time.monotonic() - self._started_at if running else self._spent
            since = done - self._started_done
            total = done + len(self._queue)
            return BatchProgress(
                total=total,
                done=done,
                rejected=sum(e.record.verdict == Verdict.REJECT for e in self._entries),
                unusable=sum(isinstance(e.result, Rejection) for e in self._entries),
                skipped=self._queue.skipped,
                waiting=tuple(file.name for file in self._queue.waiting),
                running=running,
                stopped=self._stop.is_set(),
                full=not running and bool(self._queue.waiting) and done >= self._queue.pause_after,
                seconds_left=(total - done) * spent / since if running and since >= 3 else None,
                seconds_spent=spent,
            )

    def _run(self) -> None:
        extractor: Extractor[SmallPictures] = small_pictures
        if self.keeping is not None:
            extractor = self.keeping.extractor(small_pictures, lambda pictures: pictures.thumbnail_jpeg)
        try:
            while True:
                with self._workers() as workers:
                    for judged in judge_batch(
                        self.inspector.in_frames(self.frames),
                        self._files(),
                        self.point,
                        extractor=extractor,
                        seen=self._seen,
                        stop=self._stop,
                        workers=workers,
                    ):
                        self._keep(entry_of(judged), begins_file=judged.frame_number == 1)
                with self._lock:
                    if self._stop.is_set() or not self._queue.waiting or self._is_full():
                        # Decided under the lock, so that files added at this moment start a new worker.
                        self._finish()
                        return
        except Exception as error:
            # The worker has no caller to raise to: the page shows this, and what was judged stays.
            _log.exception("batch_ended_early", model=self.inspector.spec.id)
            with self._lock:
                self._problem = f"The batch ended early: {error}"
                self._finish()

    def _workers(self) -> AbstractContextManager[Workers | None]:
        # Nobody waits for an answer to a request here, so the batch may wait for its place.
        return nullcontext() if self._host is None else self._host.open_job(len(self._queue.waiting), wait=True)

    def _files(self) -> Iterator[PhotoFile]:
        while True:
            with self._lock:
                file = None if self._is_full() else self._queue.take()
            if file is None:
                return
            yield file

    def _is_full(self) -> bool:
        return self._queue.is_full(len(self._entries))

    def _finish(self) -> None:
        self._queue.put_back()
        self._spent = time.monotonic() - self._started_at
        self._worker = None

    def _keep(self, entry: BatchEntry, *, begins_file: bool) -> None:
        with self._lock:
            if begins_file:
                self._queue.finish_one()
            else:
                entry = replace(entry, pictures=self._entries[-1].pictures)
            (added,) = self._append([entry])
        self.storing.store(added, self._note_stored)

    def _framed(self, entry: BatchEntry, frames: Sequence[FixedFrame]) -> list[BatchEntry]:
        data = ORIGINALS.get(entry.record.sha256) if frames else None
        return framed_entries(self.inspector, self.point, entry, data, frames) if data else []

    def _append(self, entries: Sequence[BatchEntry]) -> list[BatchEntry]:
        """Add entries under the next numbers; called under the lock."""
        first = len(self._entries) + 1
        # The point may have changed since the photo was sent to be judged.
        added = [
            replace(entry_at(entry, self.inspector.spec, self.point), number=number)
            for number, entry in enumerate(entries, start=first)
        ]
        self._entries.extend(added)
        return added

    def _note_stored(self, entry: BatchEntry, stored: StoredInspection) -> None:
        """Let an entry's record say under which id it is stored, unless its verdict is another by now."""
        with self._lock:
            place = entry.number - 1
            if self._entries[place].record == entry.record:
                self._entries[place] = replace(self._entries[place], record=stored.record)
