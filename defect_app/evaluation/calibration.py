"""Whether probabilities mean what they say: reliability bins, expected calibration error, Brier score."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from defect_app.evaluation.intervals import bootstrap_interval, wilson_bounds

_FINE = 1000
"""Cells a unit of probability in the bootstrap: rows closer than this are resampled as one kind."""


@dataclass(frozen=True)
class Calibration:
    """Reliability of probabilities.

    Attributes
    ----------
    edges : ndarray, shape (n_bins + 1,)
        From 0 to 1; a probability on an edge belongs to the bin below it.
    count : ndarray of int, shape (n_bins,)
        Pictures in each bin.
    predicted, observed : ndarray, shape (n_bins,)
        Mean probability, and share of pictures for which it came true, in [0, 1]; NaN in an empty bin.
    observed_low, observed_high : ndarray, shape (n_bins,)
        Wilson interval of `observed`.
    expected_error : float
        Mean distance of predicted and observed, weighted by count (Naeini et al., AAAI 2015); NaN without pictures.
    expected_error_low, expected_error_high : float
        Bootstrap interval. Resampling adds noise to every bin, so it lies high rather than low for a calibrated model.
    brier, brier_low, brier_high : float
        Mean squared distance of probability and outcome, with the interval of a mean; in [0, 1].
    """

    edges: np.ndarray
    count: np.ndarray
    predicted: np.ndarray
    observed: np.ndarray
    observed_low: np.ndarray
    observed_high: np.ndarray
    expected_error: float
    expected_error_low: float
    expected_error_high: float
    brier: float
    brier_low: float
    brier_high: float

    @property
    def sentence(self) -> str:
        """What the figures say, in one or two plain sentences."""
        if not self.count.sum():
            return "There are no photos to compare probabilities with."
        off = 100 * self.expected_error
        difference = np.nansum(self.count * (self.predicted - self.observed)) / self.count.sum()
        outside = (self.count > 0) & ((self.predicted < self.observed_low) | (self.predicted > self.observed_high))
        leaning = "too high" if difference > 0 else "too low"
        average = f"Probabilities are off by {off:.1f} percentage points on average"
        if not outside.any():
            return f"{average}; in every bin this may be chance."
        return (
            f"{average}, in {int(outside.sum())} of {int((self.count > 0).sum())} bins beyond chance, rather {leaning}."
        )


def calibration(
    came_true: np.ndarray, probability: np.ndarray, bins: int = 10, confidence: float = 0.95
) -> Calibration:
    """Compare probabilities with how often they came true.

    Parameters
    ----------
    came_true : ndarray of bool, shape (n,)
        Whether the part was defective (with `probability` p_defect), or the top label right (with its confidence).
    probability : ndarray, shape (n,)
        In [0, 1].
    bins : int
        Equal widths.
    confidence : float
        Of all intervals, in (0, 1).
    """
    outcome = np.asarray(came_true, np.float64)
    p = np.asarray(probability, np.float64)
    edges = np.linspace(0, 1, bins + 1)
    index = np.searchsorted(edges[1:-1], p)
    count = np.bincount(index, minlength=bins)
    happened = np.bincount(index, weights=outcome, minlength=bins)
    predicted = _ratio(np.bincount(index, weights=p, minlength=bins), count)
    observed = _ratio(happened, count)
    low, high = wilson_bounds(happened, count, confidence)
    error_low, error_high = _error_interval(index, outcome, p, bins, confidence)
    squares = (p - outcome) ** 2
    brier = float(squares.mean()) if len(p) else float("nan")
    half = float(ndtri(0.5 + confidence / 2) * squares.std(ddof=1) / np.sqrt(len(p))) if len(p) > 1 else float("nan")
    return Calibration(
        edges=edges,
        count=count,
        predicted=predicted,
        observed=observed,
        observed_low=low,
        observed_high=high,
        expected_error=float(np.nansum(count * np.abs(predicted - observed)) / len(p)) if len(p) else float("nan"),
        expected_error_low=error_low,
        expected_error_high=error_high,
        brier=brier,
        brier_low=max(0.0, brier - half),
        brier_high=min(1.0, brier + half),
    )


def _error_interval(
    index: np.ndarray, outcome: np.ndarray, p: np.ndarray, bins: int, confidence: float
) -> tuple[float, float]:
    if not len(p):
        return float("nan"), float("nan")
    # Rows of one bin, one outcome and nearly one probability are one kind: the cost does not grow with the rows.
    kind = (index * 2 + outcome.astype(np.intp)) * (_FINE + 1) + np.floor(p * _FINE).astype(np.intp)
    kinds, place, counts = np.unique(kind, return_inverse=True, return_counts=True)
    gap = np.bincount(place, weights=p - outcome) / counts
    starts = np.searchsorted(kinds // (2 * (_FINE + 1)), np.arange(bins))

    def expected_error(drawn: np.ndarray) -> np.ndarray:
        sums = np.concatenate([np.zeros((len(drawn), 1)), np.cumsum(drawn * gap, axis=1)], axis=1)
        by_bin = np.diff(sums[:, np.append(starts, len(kinds))], axis=1)
        errors: np.ndarray = np.abs(by_bin).sum(axis=1) / len(p)
        return errors

    return bootstrap_interval(expected_error, counts, confidence, draws=300)


def _ratio(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    means: np.ndarray = np.divide(above, below, out=np.full(len(below), np.nan), where=below > 0)
    return means
