"""The active points as they were read a moment ago, for as long as nothing says that they may have changed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from defect_app.decision import OperatingPoint
from defect_app.points.last_known import LastKnownPoints, last_known_points
from defect_app.points.point_in_use import PointInUse, point_in_use
from defect_app.points.store import Records, open_records
from defect_app.settings import settings
from defect_app.storage.address import database_url
from defect_app.storage.change_mark import change_mark

FRESH_S: Final = 1.0
"""A point that was read longer ago is read again in the background, where it is still asked for."""
STALE_S: Final = 3.0
"""A point that was read longer ago is never used: it is read first."""
_READING_S: Final = 0.1
_MOST_KNOWN: Final = 1000


@dataclass(frozen=True)
class _Known:
    used: PointInUse
    mark: Hashable
    at_s: float


class WatchedPoints:
    """Active points for many requests a second; safe to share between threads.

    What was read is used again while neither the database's file nor this machine's copy of the active point has
    changed, and for `STALE_S` at most: a change by another process of this machine shows at once, one by another
    machine, in PostgreSQL, after about `FRESH_S`. Only a point that is in force without a doubt is used again: where
    the records cannot be read, each request finds that out by itself and says so, as `point_in_use` does.

    Parameters
    ----------
    opened : callable
        Gives the records.
    """

    def __init__(self, opened: Callable[[], Records] = open_records) -> None:
        self._opened = opened
        self._known: dict[tuple[str, OperatingPoint], _Known] = {}
        self._being_read: set[tuple[str, OperatingPoint]] = set()
        self._reading = threading.Lock()

    def point_in_use(self, default: OperatingPoint) -> PointInUse:
        """Return the point that is applied to a model with this default. See `points.point_in_use`."""
        url = database_url()
        mark = _mark(url, default.model_id)
        known = self._usable(url, default, mark)
        if known is None:
            # Of many who miss it one reads, and the others wait for that, unless it takes longer than reading does.
            alone = self._reading.acquire(timeout=_READING_S)
            try:
                known = self._usable(url, default, mark)
                return known.used if known is not None else self._read(url, default, mark)
            finally:
                if alone:
                    self._reading.release()
        if time.monotonic() - known.at_s > FRESH_S:
            self._read_in_background(url, default, mark)
        return known.used

    def _usable(self, url: str, default: OperatingPoint, mark: Hashable) -> _Known | None:
        known = self._known.get((url, default))
        if known is None or mark is None or known.mark != mark or time.monotonic() - known.at_s > STALE_S:
            return None
        return known

    def _read(self, url: str, default: OperatingPoint, mark: Hashable) -> PointInUse:
        # The mark is older than what is read: a change between the two shows at the next look.
        at_s = time.monotonic()
        used = point_in_use(default, None, self._opened)
        if used.warning:
            self._known.pop((url, default), None)
        else:
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            self._known[url, default] = _Known(used, mark, at_s)
        return used

    def _read_in_background(self, url: str, default: OperatingPoint, mark: Hashable) -> None:
        if (url, default) in self._being_read:
            return
        self._being_read.add((url, default))

        def read() -> None:
            try:
                self._read(url, default, mark)
            finally:
                self._being_read.discard((url, default))

        threading.Thread(target=read, name="point", daemon=True).start()


def _mark(url: str, model_id: str) -> Hashable:
    """Return what differs once the active point may have changed; None where that cannot be told."""
    of_database = change_mark(url)
    return None if of_database is None else (of_database, _last_known(url, str(settings().last_known)).mark(model_id))


@lru_cache(maxsize=4)
def _last_known(url: str, _: str) -> LastKnownPoints:
    return last_known_points(url)
