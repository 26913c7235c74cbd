"""How far a fine-tuning is: all its stages in one unit, photos that went through the network, and the time left."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from defect_app.progress import Progress

_WINDOW_S, _LEAST_S = 120.0, 5.0
"""What the rate is told by: the last two minutes, and nothing before five seconds of them are there."""


@dataclass(frozen=True)
class TuningProgress:
    """What is being done, and how much of all of it is done.

    Attributes
    ----------
    what : str
        "fold 2 of 5, epoch 3".
    share : float
        Of the whole work, in [0, 1].
    photos_per_second : float
        Photos that go through the network; 0 before the first.
    seconds_left : float or None
        None before that can be told.
    said : str
        What the finished folds say so far; empty before the first.
    """

    what: str
    share: float
    photos_per_second: float = 0.0
    seconds_left: float | None = None
    said: str = ""


class Course:
    """Turns the reports of stages into the progress of the whole.

    Parameters
    ----------
    report : callable
        Called with each progress. Whatever it raises stops the work.
    clock : callable
        Seconds that pass.
    """

    def __init__(self, report: Callable[[TuningProgress], None], clock: Callable[[], float] = time.monotonic) -> None:
        self._report, self._clock = report, clock
        self._seen: deque[tuple[float, float]] = deque()
        self._done = self._total = self._skipped = 0.0
        self.said = ""

    def plan(self, photos: float) -> None:
        """Say how many photos go through the network in all."""
        self._total = photos

    def skip(self, photos: float) -> None:
        """Count work that was done before a stop."""
        self._skipped += photos
        self._done += photos

    def stage(self, what: str, photos: float) -> Progress:
        """Begin a stage of so many photos, and return what its steps are reported to; the one before it is done."""
        begun = self._done
        self._done += photos

        def step(words: str, done: int, total: int) -> None:
            # Of what the loop says, the epoch; its losses are for the log of a recipe.
            inner = words.partition(",")[0].partition(" done")[0]
            self._tell(f"{what}, {inner}" if inner.startswith("epoch") else what, begun + photos * done / max(total, 1))

        step("", 0, 1)
        return step

    def _tell(self, what: str, done: float) -> None:
        rate = self._rate(done - self._skipped)
        left = (self._total - done) / rate if rate and self._total else None
        share = min(1.0, done / self._total) if self._total else 0.0
        self._report(TuningProgress(what, share, rate, left, self.said))

    def _rate(self, worked: float) -> float:
        """Return how many photos went through in a second lately; 0 where that cannot be told yet."""
        now = self._clock()
        if worked > 0:
            self._seen.append((now, worked))
        while len(self._seen) > 2 and now - self._seen[1][0] > _WINDOW_S:
            self._seen.popleft()
        if not self._seen or now - self._seen[0][0] < _LEAST_S:
            return 0.0
        began, before = self._seen[0]
        return max(0.0, (worked - before) / (now - began))
