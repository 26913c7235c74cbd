"""How well scores rank defective above good parts: ROC, precision-recall and DET curves with their areas."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq
from scipy.special import ndtri
from sklearn.metrics import average_precision_score, precision_recall_curve, roc_auc_score, roc_curve

from defect_app.evaluation.intervals import wilson_bounds


@dataclass(frozen=True)
class Area:
    """An area under a curve with its interval, all in [0, 1]; NaN where it is undefined."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class RankingCurves:
    """The three curves, thinned for drawing; the areas are of the whole curves.

    Attributes
    ----------
    false_reject_rate, recall, roc_thresholds : ndarray, shape (m,)
        ROC: both rates ascending in [0, 1], thresholds descending, the first infinite.
    miss_rate : ndarray, shape (m,)
        ``1 - recall`` at the same points: with `false_reject_rate` the DET curve.
    precision, precision_recall, precision_thresholds : ndarray, shape (k,)
        Precision, recall (descending) and thresholds (ascending); the last point is (1, 0) without a threshold (NaN).
    roc_area, average_precision : Area
        With intervals.
    balance : float
        Share of defective parts: the precision of guessing. NaN without parts.
    problem : str
        Why there are no curves; empty where there are.
    """

    false_reject_rate: np.ndarray
    recall: np.ndarray
    roc_thresholds: np.ndarray
    miss_rate: np.ndarray
    precision: np.ndarray
    precision_recall: np.ndarray
    precision_thresholds: np.ndarray
    roc_area: Area
    average_precision: Area
    balance: float
    problem: str = ""


def ranking_curves(
    is_defective: np.ndarray, p_defect: np.ndarray, *, confidence: float = 0.95, most_points: int = 1000
) -> RankingCurves:
    """Compute the curves with scikit-learn.

    Parameters
    ----------
    is_defective : ndarray of bool, shape (n,)
        What the parts truly are.
    p_defect : ndarray, shape (n,)
        Scores, finite.
    confidence : float
        Of the intervals, in (0, 1).
    most_points : int
        About how many points of each curve to keep.

    Returns
    -------
    RankingCurves
        Empty with a `problem` where only one kind of part occurs.
    """
    bad = np.asarray(is_defective, bool)
    n_bad = int(bad.sum())
    n_good = len(bad) - n_bad
    if not (n_bad and n_good):
        return _none("A curve needs good and defective parts; there is only one kind." if len(bad) else "No photos.")
    false, true, at = roc_curve(bad, p_defect)
    precision, recall, precision_at = precision_recall_curve(bad, p_defect, drop_intermediate=True)
    roc_points, pr_points = _thinned(false, true, most_points), _thinned(recall, precision, most_points)
    return RankingCurves(
        false_reject_rate=false[roc_points],
        recall=true[roc_points],
        roc_thresholds=at[roc_points],
        miss_rate=1 - true[roc_points],
        precision=precision[pr_points],
        precision_recall=recall[pr_points],
        precision_thresholds=np.append(precision_at, np.nan)[pr_points],
        roc_area=roc_area_interval(float(roc_auc_score(bad, p_defect)), n_bad, n_good, confidence),
        average_precision=_average_precision(float(average_precision_score(bad, p_defect)), n_bad, confidence),
        balance=n_bad / len(bad),
    )


def roc_area_interval(area: float, n_bad: int, n_good: int, confidence: float = 0.95) -> Area:
    """Return the interval of an area under a ROC curve (Newcombe, Statistics in Medicine 2006, method 5).

    Unlike intervals by the delta method it does not shrink to a point when the area is 1.

    Parameters
    ----------
    area : float
        In [0, 1].
    n_bad, n_good : int
        At least 1.
    confidence : float
        In (0, 1).
    """
    z = float(ndtri(0.5 + confidence / 2))
    extra = (n_bad + n_good) / 2 - 1

    def excess(true: float) -> float:
        spread = 1 + extra * (1 - true) / (2 - true) + extra * true / (1 + true)
        return (area - true) ** 2 - z**2 * true * (1 - true) * spread / (n_bad * n_good)

    # At an area of 0 or 1 the area itself solves the equation; the bound is the other solution.
    tiny = 1e-9
    low = brentq(excess, tiny, area - tiny) if area > 2 * tiny else 0.0
    high = brentq(excess, area + tiny, 1 - tiny) if area < 1 - 2 * tiny else 1.0
    return Area(area, float(low), float(high))


def _average_precision(value: float, n_bad: int, confidence: float) -> Area:
    # Boyd, Eng and Page (ECML 2013): average precision is treated as a proportion of the defective parts. Wilson's form
    # in place of theirs, because theirs has no width at 1.
    low, high = wilson_bounds(value * n_bad, n_bad, confidence)
    return Area(value, float(low), float(high))


def _thinned(x: np.ndarray, y: np.ndarray, most: int) -> np.ndarray:
    """Return indices of points that are evenly spread along the curve, both ends kept."""
    if len(x) <= most:
        return np.arange(len(x))
    along = np.concatenate([[0.0], np.cumsum(np.abs(np.diff(x)) + np.abs(np.diff(y)))])
    even = np.searchsorted(along, np.linspace(0, along[-1], most))
    return np.unique(np.concatenate([[0], np.minimum(even, len(x) - 1), [len(x) - 1]]))


def _none(problem: str) -> RankingCurves:
    empty, area = np.empty(0), Area(float("nan"), 0.0, 1.0)
    return RankingCurves(empty, empty, empty, empty, empty, empty, empty, area, area, float("nan"), problem)
