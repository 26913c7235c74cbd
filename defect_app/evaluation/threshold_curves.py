"""Precision, recall, F1, errors, review load and cost over all thresholds, with bands over repeats."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from defect_app.decision import Costs, count_reaching
from defect_app.evaluation.line import PARTS
from defect_app.evaluation.thresholds import SortedScores

CURVES = ("precision", "recall", "f1", "accuracy", "escape_rate", "false_reject_rate", "review_load", "cost")


@dataclass(frozen=True)
class ThresholdCurves:
    """Figures as the reject line moves over all thresholds, the review line staying or pushed down by it.

    Attributes
    ----------
    thresholds : ndarray, shape (m,)
        Reject line, ascending, in [0, 1].
    precision, recall, f1, accuracy : ndarray, shape (m,)
        Of "rejected" as an answer for "defective", at the balance of the evaluated pictures, in [0, 1]; NaN where the
        denominator is 0.
    escape_rate, false_reject_rate : ndarray, shape (m,)
        Share of defective parts passed, and of good parts rejected, in [0, 1]; NaN without such parts.
    review_load : ndarray, shape (m,)
        Share of the line's parts sent to review, in [0, 1].
    cost : ndarray, shape (m,)
        Money per 1,000 parts of the line; NaN without costs.
    """

    thresholds: np.ndarray
    precision: np.ndarray
    recall: np.ndarray
    f1: np.ndarray
    accuracy: np.ndarray
    escape_rate: np.ndarray
    false_reject_rate: np.ndarray
    review_load: np.ndarray
    cost: np.ndarray


@dataclass(frozen=True)
class Band:
    """Mean and spread of a figure over repeats.

    Attributes
    ----------
    mean, sd : ndarray, shape (m,)
        Over the repeats that have a value; sd is that of a sample (n - 1), NaN for fewer than two.
    repeats : int
        How many there are.
    """

    mean: np.ndarray
    sd: np.ndarray
    repeats: int


def threshold_grid(scores: Sequence[SortedScores], most: int = 400) -> np.ndarray:
    """Return thresholds to draw over: even steps, and the scores themselves or, of many, evenly ranked ones.

    Scores crowd near 0 and 1, where even steps alone would hide every step of a curve.

    Parameters
    ----------
    scores : sequence of SortedScores
        One a repeat.
    most : int
        About how many thresholds; at least 4.

    Returns
    -------
    ndarray, shape (at most most + 1,)
        Ascending, distinct, in [0, 1], with 0 and 1.
    """
    candidates = np.unique(np.concatenate([s.candidates for s in scores])) if scores else np.empty(0)
    if len(candidates) > most // 2:
        candidates = candidates[np.linspace(0, len(candidates) - 1, most // 2).round().astype(np.intp)]
    return np.unique(np.concatenate([np.linspace(0, 1, most // 2 + 1), candidates]))


def threshold_curves(
    scores: SortedScores,
    thresholds: np.ndarray,
    *,
    review_at: float | None = None,
    defect_rate: float | None = None,
    costs: Costs | None = None,
) -> ThresholdCurves:
    """Compute the curves of one set of scores.

    Parameters
    ----------
    scores : SortedScores
        Of a split or a repeat.
    thresholds : ndarray, shape (m,)
        See `threshold_grid`.
    review_at : float, optional
        The review line; None means no review band.
    defect_rate : float, optional
        Of the line, for review load and cost; None takes the balance of the scores.
    costs : Costs, optional
        Three named amounts.
    """
    n_good, n_bad = len(scores.good), len(scores.defective)
    reject = np.asarray(thresholds, np.float64)
    review = reject if review_at is None else np.minimum(reject, review_at)
    false, true = count_reaching(scores.good, reject), count_reaching(scores.defective, reject)
    good_from_review, bad_from_review = count_reaching(scores.good, review), count_reaching(scores.defective, review)
    share_bad = _ratio(n_bad, n_good + n_bad) if defect_rate is None else np.float64(defect_rate)
    reviewed_bad = share_bad * _ratio(bad_from_review - true, n_bad)
    reviewed_good = (1 - share_bad) * _ratio(good_from_review - false, n_good)
    escape_rate = _ratio(n_bad - bad_from_review, n_bad)
    false_reject_rate = _ratio(false, n_good)
    load = reviewed_bad + reviewed_good
    cost = np.full(len(reject), np.nan)
    if costs is not None:
        cost = PARTS * (
            costs.missed_defect * share_bad * escape_rate
            + costs.false_reject * (1 - share_bad) * false_reject_rate
            + costs.human_review * load
        )
    return ThresholdCurves(
        thresholds=reject,
        precision=_ratio(true, true + false),
        recall=_ratio(true, n_bad),
        f1=_ratio(2 * true, true + false + n_bad),
        accuracy=_ratio(true + n_good - false, n_good + n_bad),
        escape_rate=escape_rate,
        false_reject_rate=false_reject_rate,
        review_load=load,
        cost=cost,
    )


def band(values: Sequence[np.ndarray]) -> Band:
    """Return mean and sample standard deviation over repeats, point by point, leaving NaN out.

    Parameters
    ----------
    values : sequence of ndarray, each of shape (m,)
        One a repeat, on the same thresholds.

    Raises
    ------
    ValueError
        If there is no repeat.
    """
    if not values:
        raise ValueError("expected at least one repeat, got none")
    stacked = np.stack([np.asarray(v, np.float64) for v in values])
    finite = np.isfinite(stacked)
    count = finite.sum(axis=0)
    mean = _ratio(np.where(finite, stacked, 0).sum(axis=0), count)
    squares = np.where(finite, (stacked - mean) ** 2, 0).sum(axis=0)
    sd = np.where(count > 1, np.sqrt(squares / np.maximum(count - 1, 1)), np.nan)
    return Band(mean, sd, len(values))


def curve_bands(curves: Sequence[ThresholdCurves]) -> dict[str, Band]:
    """Return a band for each figure named in `CURVES`."""
    return {name: band([getattr(c, name) for c in curves]) for name in CURVES}


def _ratio(numerator: object, denominator: object) -> np.ndarray:
    above, below = np.broadcast_arrays(np.asarray(numerator, np.float64), np.asarray(denominator, np.float64))
    ratios: np.ndarray = np.divide(above, below, out=np.full(above.shape, np.nan), where=below > 0)
    return ratios
