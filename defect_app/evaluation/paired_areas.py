"""Two models' areas under the ROC curve on the same photos: their difference, and how far chance moves it.

Method: DeLong, DeLong, Clarke-Pearson, "Comparing the areas under two or more correlated receiver operating
characteristic curves", Biometrics 44, 1988.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri
from scipy.stats import rankdata


@dataclass(frozen=True)
class AreaDifference:
    """The second model's area less the first one's.

    Attributes
    ----------
    first, second : float
        Areas, in [0, 1].
    value, low, high : float
        Of the difference, with its interval.
    p_value : float
        Of the two-sided test that there is none; 1 where both rank every pair of photos alike.
    """

    first: float
    second: float
    value: float
    low: float
    high: float
    p_value: float


def area_difference(
    is_defective: np.ndarray, first: np.ndarray, second: np.ndarray, confidence: float = 0.95
) -> AreaDifference | None:
    """Compare two models' scores of the same photos; None without good and defective ones, two of each at least.

    Parameters
    ----------
    is_defective : ndarray of bool, shape (n,)
        What the parts truly are.
    first, second : ndarray, shape (n,)
        Scores.
    confidence : float
        Of the interval, in (0, 1).
    """
    bad = np.asarray(is_defective, bool)
    n_bad, n_good = int(bad.sum()), int((~bad).sum())
    if min(n_bad, n_good) < 2:
        return None
    shares = [_shares(bad, np.asarray(scores, np.float64)) for scores in (first, second)]
    areas = [float(of_bad.mean()) for of_bad, _ in shares]
    apart_bad, apart_good = (shares[1][kind] - shares[0][kind] for kind in (0, 1))
    spread = float(np.sqrt(apart_bad.var(ddof=1) / n_bad + apart_good.var(ddof=1) / n_good))
    value = areas[1] - areas[0]
    reach = float(ndtri(0.5 + confidence / 2)) * spread
    p_value = 2 * float(ndtr(-abs(value) / spread)) if spread > 0 else 1.0
    return AreaDifference(areas[0], areas[1], value, max(-1.0, value - reach), min(1.0, value + reach), p_value)


def _shares(bad: np.ndarray, scores: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the share of good photos below each defective one, and of defective ones above each good one."""
    ranks = rankdata(scores)
    n_bad, n_good = int(bad.sum()), int((~bad).sum())
    below = (ranks[bad] - rankdata(scores[bad])) / n_good
    above = 1 - (ranks[~bad] - rankdata(scores[~bad])) / n_bad
    return below, above
