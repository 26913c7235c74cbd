"""The entries of a batch on their way into the records: which are stored, and which could not be."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future

from defect_app.hosting.batch_entry import BatchEntry
from defect_app.hosting.keeping import Keeping
from defect_app.inspections import StoredInspection

NoteStored = Callable[[BatchEntry, StoredInspection], None]


class BatchStoring:
    """Stores entries one by one in the background; what fails is kept to be tried again.

    Parameters
    ----------
    keeping : Keeping or None
        Where to; None stores nothing.
    """

    def __init__(self, keeping: Keeping | None) -> None:
        self._keeping = keeping
        self._lock = threading.Lock()
        self._failed: list[tuple[BatchEntry, NoteStored]] = []
        self._failure = ""
        self._count = 0
        self._on_the_way = 0

    @property
    def stored(self) -> int:
        """How many are safe in the records."""
        return self._count

    @property
    def on_the_way(self) -> int:
        """How many are handed over and not safe yet: what a crash at this moment can lose."""
        return self._on_the_way

    @property
    def failed(self) -> int:
        """How many could not be stored."""
        return len(self._failed)

    @property
    def problem(self) -> str:
        """Why entries, or their photos, could not be kept, in words; empty where all could."""
        with self._lock:
            if self._failed:
                return self._failure
        return self._keeping.problem if self._keeping is not None else ""

    def store(self, entry: BatchEntry, note: NoteStored) -> None:
        """Have an entry stored.

        Parameters
        ----------
        entry : BatchEntry
            As it is judged.
        note : callable
            Called with the entry and what was stored, once it is safe; maybe at once, maybe from another thread.
        """
        if self._keeping is None:
            return
        with self._lock:
            self._on_the_way += 1
        future = self._keeping.store(entry.record, entry.result, place=entry.number)
        future.add_done_callback(lambda done: self._note(entry, note, done))

    def try_again(self) -> None:
        """Have stored what could not be."""
        with self._lock:
            failed, self._failed = self._failed, []
        for entry, note in failed:
            self.store(entry, note)

    def _note(self, entry: BatchEntry, note: NoteStored, done: Future[StoredInspection]) -> None:
        error = done.exception()
        with self._lock:
            self._on_the_way -= 1
            if error is None:
                self._count += 1
            else:
                self._failed.append((entry, note))
                self._failure = f"{error} {getattr(error, 'remedy', '')}".strip()
        if error is None:
            note(entry, done.result())
