"""The verdict rule: the only place where a score is compared with a threshold, for one score and for millions."""

from __future__ import annotations

from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from defect_app.catalog import InspectionThresholds, RecognitionThresholds, Thresholds


class Verdict(StrEnum):
    """What becomes of a photo: the first three for inspection models, the last two for recognition models."""

    PASS = "PASS"
    REVIEW = "REVIEW"
    REJECT = "REJECT"
    ACCEPT = "ACCEPT"
    UNSURE = "UNSURE"


INSPECTION_VERDICTS = (Verdict.PASS, Verdict.REVIEW, Verdict.REJECT)
"""By rising score: the order of codes and of the columns of every verdict matrix."""
RECOGNITION_VERDICTS = (Verdict.UNSURE, Verdict.ACCEPT)
"""By rising confidence: the order of codes."""

_REVIEW_CODE = INSPECTION_VERDICTS.index(Verdict.REVIEW)
_REJECT_CODE = INSPECTION_VERDICTS.index(Verdict.REJECT)
_ACCEPT_CODE = RECOGNITION_VERDICTS.index(Verdict.ACCEPT)


def reaches(scores: ArrayLike, threshold: ArrayLike) -> NDArray[np.bool_]:
    """Return whether scores reach a threshold: a score equal to it does, a score that is no number does not.

    Both are compared as float64: a float32 score is not rounded onto a threshold.
    """
    return np.asarray(scores, np.float64) >= np.asarray(threshold, np.float64)


def verdict_codes(scores: ArrayLike, thresholds: Thresholds) -> NDArray[np.int8]:
    """Return the verdict on each score, as its index in `INSPECTION_VERDICTS` or `RECOGNITION_VERDICTS`.

    Parameters
    ----------
    scores : array_like of float
        `p_defect` for inspection thresholds, the top label's probability for recognition thresholds; in [0, 1].
        NaN gives REVIEW or UNSURE: a model that gave no number has not found the part good.
    thresholds : InspectionThresholds or RecognitionThresholds
        The thresholds to apply.

    Returns
    -------
    ndarray of int8
        Of the scores' shape.
    """
    if isinstance(thresholds, RecognitionThresholds):
        return reaches(scores, thresholds.accept_at).astype(np.int8)
    codes = reaches(scores, thresholds.review_at).astype(np.int8) + reaches(scores, thresholds.reject_at)
    return np.where(np.isnan(np.asarray(scores, np.float64)), np.int8(_REVIEW_CODE), codes).astype(np.int8)


def verdict_at(score: float, thresholds: Thresholds) -> Verdict:
    """Return the verdict on one score."""
    order = INSPECTION_VERDICTS if isinstance(thresholds, InspectionThresholds) else RECOGNITION_VERDICTS
    return order[int(verdict_codes(score, thresholds))]


def is_rejected(p_defect: ArrayLike, thresholds: InspectionThresholds) -> NDArray[np.bool_]:
    """Return which scores are rejected."""
    return np.asarray(verdict_codes(p_defect, thresholds) == _REJECT_CODE)


def is_accepted(confidence: ArrayLike, thresholds: RecognitionThresholds) -> NDArray[np.bool_]:
    """Return which labels are accepted."""
    return np.asarray(verdict_codes(confidence, thresholds) == _ACCEPT_CODE)


def count_reaching(ascending: NDArray[np.float64], thresholds: ArrayLike) -> NDArray[np.intp]:
    """Count the sorted scores for which `reaches` is true, by binary search.

    Parameters
    ----------
    ascending : ndarray of float64, shape (n,)
        Sorted scores; NaN, which sorting puts last, reaches nothing.
    thresholds : array_like of float
        Any shape.

    Returns
    -------
    ndarray of intp
        Of the thresholds' shape.
    """
    numbers = _numbers(ascending)
    return np.asarray(len(numbers) - np.searchsorted(numbers, np.asarray(thresholds, np.float64), side="left"))


def count_verdicts(ascending: NDArray[np.float64], thresholds: InspectionThresholds) -> NDArray[np.intp]:
    """Count the verdicts that `verdict_codes` gives on sorted scores, by binary search.

    Parameters
    ----------
    ascending : ndarray of float64, shape (n,)
        Sorted scores, NaN last.
    thresholds : InspectionThresholds
        The thresholds to apply.

    Returns
    -------
    ndarray of intp, shape (3,)
        PASS, REVIEW, REJECT.
    """
    numbers = len(_numbers(ascending))
    missing = len(ascending) - numbers
    from_review, from_reject = count_reaching(ascending, [thresholds.review_at, thresholds.reject_at])
    return np.array([numbers - from_review, from_review - from_reject + missing, from_reject])


def _numbers(ascending: NDArray[np.float64]) -> NDArray[np.float64]:
    return ascending[: np.searchsorted(ascending, np.nan, side="left")]
