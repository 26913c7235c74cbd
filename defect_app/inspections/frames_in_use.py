"""Which frames the photos of a product are judged in, also on the day on which the records cannot be read."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import astuple
from typing import Final

from defect_app.errors import RecordsUnavailable
from defect_app.inspection.framing import FixedFrame, FramesInUse
from defect_app.inspections.fixed_frames import FixedFrames, frames_from
from defect_app.storage.address import database_url
from defect_app.storage.change_mark import change_mark
from defect_app.storage.database import Database, database_memory
from defect_app.storage.memory import DatabaseMemory

STALE_S: Final = 3.0
"""Frames that were read longer ago are read again: another machine may have saved others."""


def frames_in_use(
    product: str,
    opened: Callable[[], Database] = Database,
    memory: Callable[[], DatabaseMemory] = database_memory,
) -> FramesInUse:
    """Return the frames of a product; where the records cannot be read, those that this machine last knew.

    Parameters
    ----------
    product : str
        See `framed_product`.
    opened : callable
        Gives the database.
    memory : callable
        Gives what this machine remembers of it.
    """
    try:
        database = opened()
        frames = FixedFrames(database).of(product)
    except RecordsUnavailable as error:
        return _last_known(memory(), product, str(error))
    remember(database.memory, product, frames)
    return FramesInUse(frames)


class WatchedFrames:
    """The frames in use for many requests a second; safe to share between threads.

    What was read is used again while the database's file is the same, and for `STALE_S` at most.

    Parameters
    ----------
    opened : callable
        Gives the database.
    """

    def __init__(self, opened: Callable[[], Database]) -> None:
        self._opened = opened
        self._known: dict[tuple[str, str], tuple[Hashable, float, FramesInUse]] = {}
        self._lock = threading.Lock()

    def of(self, product: str) -> FramesInUse:
        """Return the frames of a product; see `frames_in_use`."""
        url = database_url()
        mark, now_s = change_mark(url), time.monotonic()
        with self._lock:
            known = self._known.get((url, product))
        if known is not None and mark is not None and known[0] == mark and now_s - known[1] < STALE_S:
            return known[2]
        found = frames_in_use(product, self._opened)
        with self._lock:
            self._known.pop((url, product), None)
            if not found.warning:
                self._known[url, product] = (mark, now_s, found)
        return found


def remember(memory: DatabaseMemory, product: str, frames: tuple[FixedFrame, ...]) -> None:
    """Let this machine remember the frames of a product, where that is news."""
    said: dict[str, object] = {"product": product, "frames": json.dumps([astuple(frame) for frame in frames])}
    name = _file_of(product)
    if (frames or memory.names(name)) and memory.read(name) != said:
        memory.write(name, said)


def _last_known(memory: DatabaseMemory, product: str, said: str) -> FramesInUse:
    name = _file_of(product)
    if not memory.names(name):
        return FramesInUse()  # no frame of this product was ever in use here
    content = memory.read(name)
    try:
        if content is None or content["product"] != product:
            raise ValueError("not what was written")
        frames = frames_from(str(content["frames"]))
    except (KeyError, RecordsUnavailable, ValueError):
        return FramesInUse(is_known=False, warning=f"{said} Which fixed frame is in force is not known.")
    warning = f"{said} The fixed frame last known to be in force is applied." if frames else ""
    return FramesInUse(frames, warning=warning)


def _file_of(product: str) -> str:
    return f"frames-{hashlib.sha256(product.encode('utf-8', 'surrogatepass')).hexdigest()[:24]}.json"
