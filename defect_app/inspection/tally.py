"""Counts what this process has judged, for whoever watches it: verdicts, refusals by reason, seconds a photo."""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from defect_app.inspection.record import REJECTED_FILE

BOUNDS_S: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper ends of the classes that seconds are counted in; the last class has none."""
MOST_REASONS: Final = 50
OTHER: Final = "other"
"""Stands for the reasons beyond the first `MOST_REASONS`: a watcher's memory grows with each."""


@dataclass
class Durations:
    """Seconds that photos of one model took from their bytes to their verdict.

    Attributes
    ----------
    counts : list of int
        How many in each class of `BOUNDS_S`, and above.
    total_s : float
        All of them together.
    """

    counts: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS_S) + 1))
    total_s: float = 0.0


@dataclass(frozen=True)
class TallySnapshot:
    """What was counted up to a moment.

    Attributes
    ----------
    verdicts : mapping of (str, str) to int
        Files by model and verdict.
    reasons : mapping of str to int
        Refused files by the reason's kind.
    durations : mapping of str to Durations
        By model.
    """

    verdicts: dict[tuple[str, str], int]
    reasons: dict[str, int]
    durations: dict[str, Durations]


class Tally:
    """Counts since the process began; safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._verdicts: Counter[tuple[str, str]] = Counter()
        self._reasons: Counter[str] = Counter()
        self._durations: dict[str, Durations] = {}

    def count(self, model: str, verdict: str, reason: str) -> None:
        """Count a file that came out of a batch."""
        with self._lock:
            self._verdicts[model, verdict] += 1
            if verdict == REJECTED_FILE:
                # What stands before the colon says the kind; after it stand sizes and names.
                kind = reason.partition(":")[0].partition(".")[0][:80]
                known = kind in self._reasons or len(self._reasons) < MOST_REASONS
                self._reasons[kind if known else OTHER] += 1

    def time(self, model: str, seconds: float) -> None:
        """Count the time that one photo took."""
        with self._lock:
            durations = self._durations.setdefault(model, Durations())
            durations.counts[bisect_left(BOUNDS_S, seconds)] += 1
            durations.total_s += seconds

    def snapshot(self) -> TallySnapshot:
        """Return what was counted so far."""
        with self._lock:
            durations = {model: Durations(list(d.counts), d.total_s) for model, d in self._durations.items()}
            return TallySnapshot(dict(self._verdicts), dict(self._reasons), durations)


TALLY: Final = Tally()
"""That of this process."""
