"""A batch of photos judged in the background: progress, stop, and results that outlive the page that started it."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from defect_app.decision import OperatingPoint, Verdict
from defect_app.inspection import Inspected, Inspector
from defect_app.inspection_record import InspectionRecord, record_of
from defect_app.intake import Photo, Rejection, content_hash, display_name, encode_jpeg, is_system_file, read_photo

MOST_FILES = 500
"""How many files one drop may hold."""
SHOWN_SIDE = 960
"""Longest side in pixels of the picture that is kept for the screen."""
THUMBNAIL_SIDE = 96


@dataclass(frozen=True)
class PendingFile:
    """A file that waits to be judged: its name as given, and how to read its bytes."""

    name: str
    read: Callable[[], bytes]


@dataclass(frozen=True)
class BatchEntry:
    """One file of a batch, with all that the page shows of it.

    Attributes
    ----------
    number : int
        Its place in the batch, from 0.
    record : InspectionRecord
        Verdict, label, probabilities, reason.
    result : Inspected or Rejection
        What became of it; the photo's pixels are dropped to keep memory flat.
    shown_jpeg, thumbnail_jpeg : bytes
        Our own encodings of the upright photo; empty for a file that could not be used.
    duplicate_of : str
        Name of the earlier file with the same content, or empty.
    """

    number: int
    record: InspectionRecord
    result: Inspected | Rejection
    shown_jpeg: bytes = b""
    thumbnail_jpeg: bytes = b""
    duplicate_of: str = ""


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
class _ReadFile:
    name: str
    sha256: str
    data: bytes | None  # None for what is not judged: content that came before, or a file that cannot be read
    refused: Rejection | None = None


class Batch:
    """Photos judged by one model; files can be added while it runs.

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
        self._lock = threading.Lock()
        self._entries: list[BatchEntry] = []
        self._by_hash: dict[str, BatchEntry] = {}
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
        seen = set(self._by_hash)
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
            self._keep(self._entry_of(file, file.data, result), file.sha256)
            if self._stop.is_set():
                return
        self._keep_unjudged(read)

    def _keep_unjudged(self, read: deque[_ReadFile]) -> None:
        while read and read[0].data is None:
            file = read.popleft()
            if file.refused is not None:
                self._keep(BatchEntry(0, record_of(file.refused, self.inspector.spec), file.refused), "")
                continue
            first = self._by_hash[file.sha256]
            note = f"The same photo as {display_name(first.record['file'])}."
            reason = f"{first.record['reason']} {note}"
            record = InspectionRecord(**{**first.record, "file": file.name, "reason": reason})
            self._keep(replace(first, record=record, duplicate_of=first.record["file"]), file.sha256)

    def _keep(self, entry: BatchEntry, sha256: str) -> None:
        with self._lock:
            numbered = replace(entry, number=len(self._entries))
            self._entries.append(numbered)
            if sha256:
                self._by_hash.setdefault(sha256, numbered)

    def _entry_of(self, file: _ReadFile, data: bytes, result: Inspected | Rejection) -> BatchEntry:
        record = record_of(result, self.inspector.spec)
        if isinstance(result, Rejection):
            return BatchEntry(0, record, result)
        shown, thumbnail = _pictures(data, file.name, result.photo)
        return BatchEntry(0, record, replace(result, photo=_without_pixels(result.photo)), shown, thumbnail)


def _pictures(data: bytes, name: str, photo: Photo) -> tuple[bytes, bytes]:
    pixels = photo.pixels
    wanted = min(SHOWN_SIDE, max(photo.width, photo.height))
    if max(pixels.shape[:2]) < wanted:
        # The model needs fewer pixels than a person: decode once more, larger.
        larger = read_photo(data, name, least_side=SHOWN_SIDE // 2)
        pixels = larger.pixels if isinstance(larger, Photo) else pixels
    return encode_jpeg(pixels, longest_side=SHOWN_SIDE), encode_jpeg(photo.pixels, longest_side=THUMBNAIL_SIDE)


def _without_pixels(photo: Photo) -> Photo:
    return replace(photo, pixels=photo.pixels[:0, :0].copy())
