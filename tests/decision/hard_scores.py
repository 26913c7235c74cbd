"""Scores and thresholds on which two ways of comparing would part: ties, neighbouring numbers, NaN."""

from collections.abc import Iterator

import numpy as np

from defect_app.decision import InspectionThresholds


def hard_cases(n: int, seed: int) -> Iterator[tuple[np.ndarray, InspectionThresholds]]:
    """Yield `n` random sets of scores, unsorted, each with thresholds that some of the scores tie with.

    Yields
    ------
    scores : ndarray of float64, shape (0 to 400,)
        In [0, 1] with NaN among them; drawn on a grid or as float32, so that many are equal.
    thresholds : InspectionThresholds
        At scores, one unit in the last place beside them, at the ends, or anywhere.
    """
    generator = np.random.default_rng(seed)
    for _ in range(n):
        drawn = generator.random(generator.integers(0, 300))
        step = float(generator.choice([0.0, 0.01, 0.25]))
        scores = np.round(drawn / step) * step if step else drawn.astype(np.float32).astype(np.float64)
        places = np.concatenate([scores, [0.0, 1.0], generator.random(2)])
        tied = generator.choice(places, 2)
        lines = np.clip(np.nextafter(tied, generator.choice([-1.0, 2.0, tied[0]], 2)), 0, 1)
        beside = np.concatenate([lines, np.nextafter(lines, 0), np.nextafter(lines, 1)])
        missing = np.full(generator.integers(0, 4), np.nan)
        scores = generator.permutation(np.concatenate([scores, beside, missing]))
        yield scores, InspectionThresholds(float(lines.min()), float(lines.max()))
