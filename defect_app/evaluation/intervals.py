"""Confidence intervals of proportions."""

from __future__ import annotations

from scipy.stats import binomtest


def wilson_interval(successes: int, n: int, confidence: float = 0.95) -> tuple[float, float]:
    """Return the Wilson score interval of a proportion (Wilson, JASA 1927), as SciPy computes it.

    Parameters
    ----------
    successes, n : int
        ``0 <= successes <= n``.
    confidence : float
        In (0, 1).

    Returns
    -------
    low, high : float
        In [0, 1]; (0, 1) when n is 0.
    """
    if n == 0:
        return 0.0, 1.0
    interval = binomtest(successes, n).proportion_ci(confidence, method="wilson")
    return float(interval.low), float(interval.high)
