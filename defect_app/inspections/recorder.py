"""Stores inspections in the background, many in one transaction, so that judging does not wait for the disk."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import ExitStack
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from defect_app.errors import RecordsUnavailable
from defect_app.inspections.store import InspectionStore
from defect_app.inspections.stored_inspection import NewInspection, StoredInspection
from defect_app.logs import logger
from defect_app.storage.database import Database

MOST_WAITING = 2000
"""Inspections that may wait to be stored; whoever brings more waits."""
MOST_AT_ONCE = 256
REST_FACTOR = 40
"""After a transaction the recorder rests so many times as long as it kept a core busy: storing takes at most a fortieth
of one core from judging, on a quick machine and on a slow one."""
MOST_REST_S = 0.5
"""No verdict waits longer for the transaction that it goes into."""
HELD_S = 2.0
"""The database is held open for this long after the last verdict."""
TRY_AGAIN_S = 20.0
"""A database that failed is left alone for this long, and what comes meanwhile is refused at once."""

_log = logger(__name__)


@dataclass(frozen=True)
class _Waiting:
    new: NewInspection
    stored: Future[StoredInspection]


class Recorder:
    """The one thread of a process that stores inspections; close it, or use it in ``with``.

    Parameters
    ----------
    opened : callable
        Gives the store; asked before each transaction, so that a database that was away is found again.
    """

    def __init__(self, opened: Callable[[], InspectionStore]) -> None:
        self._opened = opened
        self._queue: queue.Queue[_Waiting | None] = queue.Queue(MOST_WAITING)
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._closed = False
        self._failure: RecordsUnavailable | None = None
        self._failed_at_s = 0.0
        self._held: tuple[Database, ExitStack] | None = None

    def submit(self, new: NewInspection) -> Future[StoredInspection]:
        """Have an inspection stored; waits only while `MOST_WAITING` others do.

        Returns
        -------
        Future of StoredInspection
            Done when it is safe on the disk. Raises `RecordsUnavailable` where that is not possible.
        """
        stored: Future[StoredInspection] = Future()
        failure = self._failure
        if failure is not None and time.monotonic() - self._failed_at_s < TRY_AGAIN_S:
            stored.set_exception(failure)
            return stored
        with self._lock:
            if self._closed:
                raise RuntimeError("expected an open recorder, got one that is closed")
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)
                self._thread.start()
        self._queue.put(_Waiting(new, stored))
        return stored

    def close(self) -> None:
        """Store what waits, and end the thread."""
        with self._lock:
            thread, self._closed = self._thread, True
        if thread is not None:
            self._queue.put(None)
            thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _run(self) -> None:
        is_open, next_at_s = True, 0.0
        while is_open:
            try:
                waiting = self._queue.get(timeout=HELD_S if self._held is not None else None)
            except queue.Empty:
                self._let_go()
                continue
            if waiting is None:
                break
            group = [waiting]
            time.sleep(max(0.0, next_at_s - time.monotonic()))
            while len(group) < MOST_AT_ONCE and is_open:
                try:
                    further = self._queue.get_nowait()
                except queue.Empty:
                    break
                if further is None:
                    is_open = False
                else:
                    group.append(further)
            before_s = time.thread_time()
            self._store(group)
            busy_s = time.thread_time() - before_s
            next_at_s = time.monotonic() + min(MOST_REST_S, REST_FACTOR * busy_s)
        self._let_go()

    def _hold(self, database: Database) -> None:
        """Keep the database open between transactions; whichever it is now."""
        if self._held is None or self._held[0] is not database:
            self._let_go()
            holding = ExitStack()
            holding.enter_context(database.held_open())
            self._held = (database, holding)

    def _let_go(self) -> None:
        held, self._held = self._held, None
        if held is not None:
            held[1].close()

    def _store(self, group: list[_Waiting]) -> None:
        try:
            store = self._opened()
            self._hold(store.database)
            stored = store.append([waiting.new for waiting in group])
        except Exception as error:
            self._let_go()
            if not isinstance(error, RecordsUnavailable):
                _log.exception("inspections_not_stored", count=len(group))
                error = RecordsUnavailable(
                    f"The inspections cannot be stored: {type(error).__name__}.", "See the log, and try again."
                )
            self._failure, self._failed_at_s = error, time.monotonic()
            for waiting in group:
                waiting.stored.set_exception(error)
            return
        self._failure = None
        for waiting, one in zip(group, stored, strict=True):
            waiting.stored.set_result(one)
