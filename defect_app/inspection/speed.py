"""How fast a bundled model answers here: one photo at a time, and many at once."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle, islice

import numpy as np

from defect_app.inspection import Inspector

WARM_UP = 3


@dataclass(frozen=True)
class Speed:
    """A measurement of one model on this machine, from the photo's bytes to verdict and heat map.

    Attributes
    ----------
    latency_ms, latency_ms_p95 : float
        Median and 95th percentile of single photos, one after the other.
    photos_per_second : float
        Of a batch, on every core.
    n : int
        Photos timed one by one, and in the batch.
    """

    latency_ms: float
    latency_ms_p95: float
    photos_per_second: float
    n: int


def measure_speed(inspector: Inspector, photos: Sequence[bytes], n: int = 40) -> Speed:
    """Time a loaded model.

    Parameters
    ----------
    inspector : Inspector
        The model.
    photos : sequence of bytes
        Files to judge, taken in turn; at least one.
    n : int
        How many photos to time in either way.

    Raises
    ------
    ValueError
        If there is no photo.
    """
    if not photos:
        raise ValueError("expected at least one photo to time, got none")
    for data in islice(cycle(photos), WARM_UP):
        inspector.inspect_bytes(data, "timed")
    singles = []
    for data in islice(cycle(photos), n):
        start = time.perf_counter()
        inspector.inspect_bytes(data, "timed")
        singles.append(1000 * (time.perf_counter() - start))
    start = time.perf_counter()
    judged = sum(1 for _ in inspector.inspect_many(("timed", data) for data in islice(cycle(photos), n)))
    seconds = time.perf_counter() - start
    return Speed(float(np.median(singles)), float(np.quantile(singles, 0.95)), judged / seconds, n)
