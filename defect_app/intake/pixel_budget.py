"""Bounds how many pixels are decoded and in use at once, over all threads of the process."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Final

from defect_app.machine import return_freed_memory, usable_cores

PIXELS_A_CORE: Final = 16_000_000
"""A photo costs about seven bytes a pixel at its peak: four in the decoder, three as an array."""


class PixelBudget:
    """A number of pixels that threads share; who wants more than is left waits, first come, first served.

    Parameters
    ----------
    most : int
        How many pixels may be in use at once. One photo that is larger by itself is let in when nothing else is.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._held = 0
        self._waiting: deque[object] = deque()
        self._changed = threading.Condition()
        self._of_thread = threading.local()

    @property
    def is_all_reserved(self) -> bool:
        """Whether one holder has everything."""
        return self._held >= self._most

    @contextmanager
    def reserve(self, pixels: int) -> Iterator[None]:
        """Hold `pixels` while the block runs.

        A thread that holds some already is let through: what it asks for more is the same photo at another scale, and
        two threads that waited for each other would wait for ever.
        """
        if getattr(self._of_thread, "holds", False):
            yield
            return
        self._take(pixels)
        self._of_thread.holds = True
        try:
            yield
        finally:
            self._of_thread.holds = False
            if pixels >= PIXELS_A_CORE:
                return_freed_memory()
            with self._changed:
                self._held -= pixels
                self._changed.notify_all()

    def reserve_all(self) -> AbstractContextManager[None]:
        """Hold everything while the block runs: it begins when no other photo is in use."""
        return self.reserve(self._most)

    def _take(self, pixels: int) -> None:
        ticket = object()
        with self._changed:
            self._waiting.append(ticket)
            try:
                self._changed.wait_for(lambda: self._waiting[0] is ticket and self._fits(pixels))
                self._held += pixels
            finally:
                self._waiting.remove(ticket)
                self._changed.notify_all()

    def _fits(self, pixels: int) -> bool:
        return self._held == 0 or self._held + pixels <= self._most


PIXELS_IN_USE: Final = PixelBudget(PIXELS_A_CORE * usable_cores())
"""The one budget of the process: every photo is decoded within it."""
