"""Confidence intervals: of proportions, of weighted sums of proportions, of means, and by resampling."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import betaincinv, ndtri

Method = Literal["wilson", "exact"]


@dataclass(frozen=True)
class Proportion:
    """A count out of a total, with its confidence interval.

    Attributes
    ----------
    count, n : int
        ``0 <= count <= n``.
    low, high : float
        Interval in [0, 1]; (0, 1) when n is 0.
    confidence : float
        Of the interval, in (0, 1).
    """

    count: int
    n: int
    low: float
    high: float
    confidence: float = 0.95

    @property
    def rate(self) -> float:
        """``count / n``, in [0, 1]; NaN when n is 0."""
        return self.count / self.n if self.n else float("nan")

    @property
    def words(self) -> str:
        """Rate and interval in words: "0.2 %, 95 % interval 0.0 to 1.2 %"."""
        if not self.n:
            return "no photos to tell from"
        interval = f"{100 * self.confidence:g} % interval {percent(self.low)} to {percent(self.high)} %"
        return f"{percent(self.rate)} %, {interval}"


def percent(share: float) -> str:
    """Return a share in [0, 1] as percent with one decimal, without hiding a small difference from 0 or 100.

    Shares strictly between 99.95 % and 100 % would round to "100.0" and read as "all"; they get more decimals.
    """
    shown = f"{100 * share:.1f}"
    if shown == "100.0" and share < 1:
        shown = f"{np.floor(100 * share * 100) / 100:.2f}"
    return shown


def proportion(count: int, n: int, confidence: float = 0.95, method: Method = "wilson") -> Proportion:
    """Return a count out of n with its interval.

    Parameters
    ----------
    count, n : int
        ``0 <= count <= n``.
    confidence : float
        In (0, 1).
    method : {"wilson", "exact"}
        Wilson's score interval, or Clopper and Pearson's, which never covers less than it says.
    """
    low, high = (wilson_bounds if method == "wilson" else exact_bounds)(count, n, confidence)
    return Proportion(int(count), int(n), float(low), float(high), confidence)


def wilson_interval(successes: int, n: int, confidence: float = 0.95) -> tuple[float, float]:
    """Return the Wilson score interval of a proportion; see `wilson_bounds`.

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
    low, high = wilson_bounds(successes, n, confidence)
    return float(low), float(high)


def wilson_bounds(count: object, n: object, confidence: float = 0.95) -> tuple[np.ndarray, np.ndarray]:
    """Return Wilson score intervals (Wilson, JASA 1927) of many proportions at once.

    Parameters
    ----------
    count, n : array_like, broadcastable
        ``0 <= count <= n``; counts need not be whole.
    confidence : float
        In (0, 1).

    Returns
    -------
    low, high : ndarray
        In [0, 1], of the broadcast shape; 0 and 1 where n is 0.
    """
    k, total = np.broadcast_arrays(np.asarray(count, np.float64), np.asarray(n, np.float64))
    z = ndtri(0.5 + confidence / 2)
    safe = np.where(total > 0, total, 1.0)
    share = k / safe
    centre = (share + z**2 / (2 * safe)) / (1 + z**2 / safe)
    half = z / (1 + z**2 / safe) * np.sqrt(np.maximum(share * (1 - share), 0) / safe + z**2 / (4 * safe**2))
    # At the ends the formula gives 0 and 1 up to rounding, and a bound of 1e-19 would not be read as none.
    low = np.where((total > 0) & (k > 0), np.clip(centre - half, 0, 1), 0.0)
    high = np.where((total > 0) & (k < total), np.clip(centre + half, 0, 1), 1.0)
    return low, high


def exact_bounds(count: object, n: object, confidence: float = 0.95) -> tuple[np.ndarray, np.ndarray]:
    """Return exact binomial intervals (Clopper and Pearson, Biometrika 1934) of many proportions at once.

    Parameters and returns are those of `wilson_bounds`, counts whole.
    """
    k, total = np.broadcast_arrays(np.asarray(count, np.float64), np.asarray(n, np.float64))
    tail = (1 - confidence) / 2
    return _beta_quantile(tail, k, total - k + 1), _beta_quantile(1 - tail, k + 1, total - k)


def exact_upper_bound(count: object, n: object, confidence: float = 0.95) -> np.ndarray:
    """Return one-sided exact upper bounds: with at least this confidence the true rate is not above it.

    Parameters
    ----------
    count, n : array_like of int, broadcastable
        ``0 <= count <= n``.
    confidence : float
        In (0, 1).

    Returns
    -------
    ndarray
        In [0, 1]; 1 where n is 0.
    """
    k, total = np.broadcast_arrays(np.asarray(count, np.float64), np.asarray(n, np.float64))
    return _beta_quantile(confidence, k + 1, total - k)


def _beta_quantile(p: float, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    inner = betaincinv(np.where(a > 0, a, 1.0), np.where(b > 0, b, 1.0), p)
    return np.where(a <= 0, 0.0, np.where(b <= 0, 1.0, inner))


def weighted_sum_interval(weights: Sequence[float], parts: Sequence[Proportion]) -> tuple[float, float]:
    """Return the interval of a sum of proportions times non-negative weights.

    Each part's own interval is carried into the sum (method of variance estimates recovery: Zou and Donner, Statistics
    in Medicine 2008). Parts are taken as independent; shares of one whole are negatively correlated, so that the
    interval is then rather too wide than too narrow.

    Parameters
    ----------
    weights : sequence of float
        At least 0.
    parts : sequence of Proportion
        As many. A part with n 0 and a weight makes the interval as wide as the weights allow.

    Returns
    -------
    low, high : float
        In the unit of the weights.
    """
    chosen = [(w, p) for w, p in zip(weights, parts, strict=True) if w > 0]
    centre = sum(w * (p.rate if p.n else 0.5) for w, p in chosen)
    below = np.sqrt(sum((w * ((p.rate if p.n else 0.5) - p.low)) ** 2 for w, p in chosen))
    above = np.sqrt(sum((w * (p.high - (p.rate if p.n else 0.5))) ** 2 for w, p in chosen))
    return float(max(0.0, centre - below)), float(centre + above)


def bootstrap_interval(
    statistic: Callable[[np.ndarray], np.ndarray],
    counts: np.ndarray,
    confidence: float = 0.95,
    draws: int = 1000,
    seed: int = 0,
) -> tuple[float, float]:
    """Return a percentile bootstrap interval of a statistic of counts, for figures that have no formula.

    Resampling rows that fall into few kinds is drawing their counts from a multinomial distribution, which costs the
    number of kinds and not of rows.

    Parameters
    ----------
    statistic : callable
        From counts of shape (draws, n_kinds) to values of shape (draws,).
    counts : ndarray of int, shape (n_kinds,)
        How many rows are of each kind.
    confidence : float
        In (0, 1).
    draws : int
        How often to resample.
    seed : int
        The same seed gives the same interval.

    Returns
    -------
    low, high : float
        NaN when there are no rows.
    """
    total = int(np.sum(counts))
    if total == 0:
        return float("nan"), float("nan")
    drawn = np.random.default_rng(seed).multinomial(total, np.asarray(counts) / total, size=draws)
    tail = (1 - confidence) / 2
    low, high = np.nanquantile(statistic(drawn), [tail, 1 - tail])
    return float(low), float(high)
