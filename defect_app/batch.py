"""A batch of photos judged in the background: progress, stop, and results that outlive the page that started it."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from defect_app.batch_entry import SHOWN_SIDE, BatchEntry, entry_at, entry_of, repeated_entry
from defect_app.decision import OperatingPoint, Verdict
from defect_app.inspection import Inspector
from defect_app.intake import Rejection, content_hash, is_system_file

__all__ = ["MOST_FILES", "SHOWN_SIDE", "Batch", "BatchEntry", "BatchProgress", "PendingFile", "PointChange"]

MOST_FILES = 500
"""How many files one drop may hold."""


@dataclass(frozen=True)
class PendingFile:
    """A file that waits to be judged: its name as given, and how to read its bytes."""

    name: str
    read: Callable[[], bytes]


@dataclass(frozen=True)
class BatchProgress:
    """How far a batch is: counts of files, and the seconds that the rest will take (None while unknown).

    Files of the operating system, such as .DS_Store, are `skipped`: counted, and no part of the total.
    """

    total: int
    done: int
    rejected: int
    unusable: int
    skipped: int
    running: bool
    stopped: bool
    seconds_left: float | None
    seconds_spent: float


@dataclass(frozen=True)
class PointChange:
    """Another operating point was applied to a batch: the points, the photos judged anew, the verdicts that changed."""

    before: OperatingPoint
    after: OperatingPoint
    photos: int
    changed: int


@dataclass(frozen=True)
class _ReadFile:
    name: str
    sha256: str
    data: bytes | None  # None for what is not judged: content that came before, or a file that cannot be read
    refused: Rejection | None = None


class Batch:
    """Photos judged by one model; files can be added while it runs.

    All verdicts are those of one operating point, the batch's own: see `apply`.

    Parameters
    ----------
    inspector : Inspector
        The model.
    point : OperatingPoint, optional
        Default: the one the model was delivered with.
    """

    def __init__(self, inspector: Inspector, point: OperatingPoint | None = None) -> None:
        self.inspector = inspector
        self.point = point or inspector.default_point
        self.point_change: PointChange | None = None
        self._lock = threading.Lock()
        self._entries: list[BatchEntry] = []
        self._place_of: dict[str, int] = {}
        self._waiting: list[PendingFile] = []
        self._total = self._skipped = 0
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
        """Why the batch ended early, in words; empty when it did not."""
        return self._problem

    def add(self, files: Sequence[PendingFile]) -> None:
        """Queue files, and start judging if nothing runs; files of the operating system are skipped and counted.

        Raises
        ------
        ValueError
            If there are more than `MOST_FILES`.
        """
        if len(files) > MOST_FILES:
            raise ValueError(f"expected at most {MOST_FILES} files at once, got {len(files)}")
        photos = [f for f in files if not is_system_file(f.name)]
        with self._lock:
            self._skipped += len(files) - len(photos)
            self._waiting.extend(photos)
            self._total += len(photos)
            self._stop.clear()
            if self._worker is None and self._waiting:
                self._started_at, self._started_done = time.monotonic(), len(self._entries)
                self._worker = threading.Thread(target=self._run, name="batch", daemon=True)
                self._worker.start()

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
            changed = sum(a.record["verdict"] != b.record["verdict"] for a, b in zip(old, self._entries, strict=True))
            self.point_change = PointChange(before, point, photos, changed) if photos else None

    def stop(self) -> None:
        """Stop after the photos in hand; what is judged stays, what waits is dropped."""
        self._stop.set()

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
            left = (self._total - done) * spent / since if running and since >= 3 else None
            rejected = sum(e.record["verdict"] == Verdict.REJECT for e in self._entries)
            unusable = sum(isinstance(e.result, Rejection) for e in self._entries)
            return BatchProgress(
                self._total, done, rejected, unusable, self._skipped, running, self._stop.is_set(), left, spent
            )

    def _run(self) -> None:
        try:
            while True:
                self._judge_waiting()
                with self._lock:
                    if self._stop.is_set() or not self._waiting:
                        # Decided under the lock, so that files added at this moment start a new worker.
                        self._finish()
                        return
        except Exception as error:
            # The worker has no caller to raise to: the page shows this, and what was judged stays.
            self._problem = f"The batch ended early: {error}"
            with self._lock:
                self._finish()

    def _finish(self) -> None:
        self._waiting.clear()
        self._total = len(self._entries)
        self._spent = time.monotonic() - self._started_at
        self._worker = None

    def _judge_waiting(self) -> None:
        seen = set(self._place_of)
        read: deque[_ReadFile] = deque()

        def files() -> Iterator[tuple[str, bytes]]:
            while not self._stop.is_set():
                with self._lock:
                    if not self._waiting:
                        return
                    file = self._waiting.pop(0)
                try:
                    data = file.read()
                except OSError as error:
                    reason = f"the file cannot be read ({error})"
                    read.append(_ReadFile(file.name, "", None, Rejection(file.name, "", reason, "Drop it again.")))
                    continue
                digest = content_hash(data)
                repeated = digest in seen
                read.append(_ReadFile(file.name, digest, None if repeated else data))
                if not repeated:
                    seen.add(digest)
                    yield file.name, data

        for result in self.inspector.inspect_many(files(), self.point):
            self._keep_unjudged(read)
            file = read.popleft()
            assert file.data is not None
            self._keep(entry_of(result, self.inspector.spec, file.data), file.sha256)
            if self._stop.is_set():
                return
        self._keep_unjudged(read)

    def _keep_unjudged(self, read: deque[_ReadFile]) -> None:
        while read and read[0].data is None:
            file = read.popleft()
            if file.refused is not None:
                self._keep(entry_of(file.refused, self.inspector.spec), "")
            else:
                with self._lock:
                    first = self._entries[self._place_of[file.sha256]]
                self._keep(repeated_entry(first, self.inspector.spec, file.name), file.sha256)

    def _keep(self, entry: BatchEntry, sha256: str) -> None:
        with self._lock:
            # The point may have changed since the photo was sent to be judged.
            kept = entry_at(replace(entry, number=len(self._entries)), self.inspector.spec, self.point)
            self._entries.append(kept)
            if sha256:
                self._place_of.setdefault(sha256, kept.number)
