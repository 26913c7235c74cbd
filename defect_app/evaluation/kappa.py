"""Agreement beyond chance between those who judge the same parts: Cohen's and Fleiss' kappa, with intervals."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri, stdtrit

from defect_app.evaluation.intervals import exact_bounds

GOOD_FROM, POOR_BELOW = 0.75, 0.40
"""Rules of thumb of the manual on measurement systems analysis (AIAG MSA, 4th edition, chapter III, section C)."""


@dataclass(frozen=True)
class Kappa:
    """Agreement beyond chance.

    Attributes
    ----------
    value : float
        1 for agreement throughout, 0 for as much as chance gives; NaN where all gave one and the same answer, so that
        chance alone would agree throughout.
    low, high : float
        Interval in [-1, 1]; NaN with the value.
    agreement : float
        Share of pairs of answers that agree, in [0, 1].
    n : int
        Parts, or pairs of answers, that it rests on.
    standard_error : float
        Of the value; 0 for agreement throughout, whose interval then follows from the number of parts.
    confidence : float
        Of the interval, in (0, 1).
    """

    value: float
    low: float
    high: float
    agreement: float
    n: int
    standard_error: float
    confidence: float = 0.95

    @property
    def words(self) -> str:
        """Value and interval: "0.86 (0.78 to 0.94)"."""
        if not self.n:
            return "no parts to tell from"
        if math.isnan(self.value):
            return "cannot be told: all answers are the same"
        return f"{self.value:.2f} ({self.low:.2f} to {self.high:.2f})"

    @property
    def reading(self) -> str:
        """What the rule of thumb calls it: "good", "moderate" or "poor"; empty where it cannot be told."""
        if math.isnan(self.value):
            return ""
        return "good" if self.value > GOOD_FROM else "poor" if self.value < POOR_BELOW else "moderate"


def cohen_kappa(table: np.ndarray, confidence: float = 0.95) -> Kappa:
    """Return Cohen's kappa of two appraisers (Cohen, Educational and Psychological Measurement 1960).

    The interval is that of the large-sample standard error (Fleiss, Cohen and Everitt, Psychological Bulletin 1969).
    Agreement throughout, whose standard error is 0, gets its lower end from the exact bound of the share of agreement.

    Parameters
    ----------
    table : ndarray of int, shape (q, q)
        How often the first gave the row's answer and the second the column's.
    confidence : float
        In (0, 1).

    Raises
    ------
    ValueError
        If the table is not square.
    """
    counts = np.asarray(table, np.float64)
    if counts.ndim != 2 or counts.shape[0] != counts.shape[1]:
        raise ValueError(f"expected a square table, got one of shape {counts.shape}")
    n = counts.sum()
    if not n:
        return _unknown(0, confidence)
    p = counts / n
    first, second = p.sum(axis=1), p.sum(axis=0)
    observed, expected = float(np.trace(p)), float(first @ second)
    if math.isclose(expected, 1):
        return _unknown(int(n), confidence, observed)
    value = (observed - expected) / (1 - expected)
    same = np.diag(p) @ (1 - (first + second) * (1 - value)) ** 2
    weights = (second[:, None] + first[None, :]) ** 2
    np.fill_diagonal(weights, 0)
    variance = same + (1 - value) ** 2 * (p * weights).sum() - (value - expected * (1 - value)) ** 2
    error = math.sqrt(max(0.0, float(variance)) / n) / (1 - expected)
    return _kappa(value, observed, expected, int(n), error, float(ndtri(0.5 + confidence / 2)), confidence)


def fleiss_kappa(counts: np.ndarray, confidence: float = 0.95) -> Kappa:
    """Return Fleiss' kappa of any number of appraisers (Fleiss, Psychological Bulletin 1971).

    The standard error is that of parts drawn at random (Gwet, Educational and Psychological Measurement 2021), which
    holds at any agreement; Fleiss' own holds only where there is none.

    Parameters
    ----------
    counts : ndarray of int, shape (n_parts, q)
        How many gave each answer on each part. Parts with fewer than two answers are left out.
    confidence : float
        In (0, 1).
    """
    rated = np.asarray(counts, np.float64)
    rated = rated[rated.sum(axis=1) >= 2]
    n = len(rated)
    if not n:
        return _unknown(0, confidence)
    answers = rated.sum(axis=1)
    agreement = (rated * (rated - 1)).sum(axis=1) / (answers * (answers - 1))
    shares = (rated / answers[:, None]).mean(axis=0)
    observed, expected = float(agreement.mean()), float((shares**2).sum())
    if math.isclose(expected, 1):
        return _unknown(n, confidence, observed)
    value = (observed - expected) / (1 - expected)
    if n == 1:
        return Kappa(value, -1.0, 1.0, observed, n, float("nan"), confidence)
    # What each part contributes, the shares that chance is computed from included.
    by_part = (agreement - expected) / (1 - expected)
    by_part -= 2 * (1 - value) * ((rated / answers[:, None]) @ shares - expected) / (1 - expected)
    error = math.sqrt(float(((by_part - value) ** 2).sum()) / (n * (n - 1)))
    return _kappa(value, observed, expected, n, error, float(stdtrit(n - 1, 0.5 + confidence / 2)), confidence)


def cross_table(first: np.ndarray, second: np.ndarray, categories: int) -> np.ndarray:
    """Count pairs of answers.

    Parameters
    ----------
    first, second : ndarray of int, shape (n,)
        Answers from 0; pairs with a negative one, which stands for none, are left out.
    categories : int
        How many answers there are.

    Returns
    -------
    ndarray of int, shape (categories, categories)
        Rows the first's answers, columns the second's.
    """
    both = (first >= 0) & (second >= 0)
    table = np.zeros((categories, categories), np.int64)
    np.add.at(table, (first[both], second[both]), 1)
    return table


def _kappa(
    value: float, observed: float, expected: float, n: int, error: float, quantile: float, confidence: float
) -> Kappa:
    low, high = value - quantile * error, value + quantile * error
    if math.isclose(observed, 1):
        least = float(exact_bounds(n, n, confidence)[0])
        low, error = (least - expected) / (1 - expected), 0.0
    return Kappa(value, max(-1.0, low), min(1.0, high), observed, n, error, confidence)


def _unknown(n: int, confidence: float, agreement: float = float("nan")) -> Kappa:
    nan = float("nan")
    return Kappa(nan, nan, nan, agreement, n, nan, confidence)
