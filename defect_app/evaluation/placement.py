"""Where between two neighbouring scores a threshold is placed: all that lie there decide the known pictures alike."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from defect_app.decision import Costs, InspectionThresholds
from defect_app.evaluation.thresholds import SortedScores

_LEAST_DECIMALS, _MOST_DECIMALS = 4, 17
_WIDE = 0.01
"""A gap from which on it is worth saying that the pictures tell nothing about its inside."""


def threshold_edges(scores: SortedScores) -> np.ndarray:
    """Return the highest threshold of every distinct decision, ascending; the last, 1, rejects as little as can be."""
    return np.unique(np.append(scores.candidates, 1.0))


def middle_of_gap(edges: np.ndarray, index: int) -> float:
    """Return a threshold that decides like ``edges[index]``, in the middle by log odds, so that no score is near."""
    low, high = _gap(edges, index)
    middle = _probability((_log_odds(low) + _log_odds(high)) / 2)
    return _shortest(low, high, lambda decimals: round(middle, decimals))


def lower_end_of_gap(edges: np.ndarray, index: int) -> float:
    """Return about the lowest threshold that decides like ``edges[index]``: just above the score below it."""
    low, high = _gap(edges, index)
    return _shortest(low, high, lambda decimals: (math.floor(low * 10**decimals) + 1) / 10**decimals)


def upper_end_of_gap(edges: np.ndarray, index: int) -> float:
    """Return ``edges[index]`` rounded down as far as it still decides alike."""
    low, high = _gap(edges, index)
    return _shortest(low, high, lambda decimals: math.floor(high * 10**decimals) / 10**decimals)


def leaning_thresholds(edges: np.ndarray, review_index: int, reject_index: int, costs: Costs) -> InspectionThresholds:
    """Place both lines in their gaps, each at the end where the mistakes that it then makes are the cheaper ones.

    Parameters
    ----------
    edges : ndarray, shape (m,)
        Of `threshold_edges`.
    review_index, reject_index : int
        The gaps, ``review_index <= reject_index``.
    costs : Costs
        Three named amounts.
    """
    # A review line too high passes defective parts, one too low asks a person about good ones.
    review_at = _cheaper_end(edges, review_index, costs.missed_defect, costs.human_review)
    # A reject line too high asks a person about defective parts, one too low rejects good ones.
    reject_at = _cheaper_end(edges, reject_index, costs.human_review, costs.false_reject)
    if review_at > reject_at:
        # A person costs more than either mistake: one line for both, which passes or rejects.
        review_at = reject_at = _cheaper_end(edges, reject_index, costs.missed_defect, costs.false_reject)
    return InspectionThresholds(review_at, reject_at)


def indistinguishable(edges: np.ndarray, review_index: int, reject_index: int) -> str:
    """Say which lines the pictures cannot tell apart, with a space before it; nothing where the gaps are narrow."""
    gaps = {"review": _gap(edges, review_index), "reject": _gap(edges, reject_index)}
    wide = {word: gap for word, gap in gaps.items() if gap[1] - gap[0] >= _WIDE}
    if len(wide) == 2 and review_index == reject_index:
        wide = {"review or reject": wide["review"]}
    if not wide:
        return ""
    named = " and ".join(f"{word} lines between {low:.3g} and {high:.3g}" for word, (low, high) in wide.items())
    return f" These pictures cannot tell {named} apart: of lines that cost the same, each leans to the cheaper mistake."


def _cheaper_end(edges: np.ndarray, index: int, cost_too_high: float, cost_too_low: float) -> float:
    if cost_too_high == cost_too_low:
        return middle_of_gap(edges, index)
    return (lower_end_of_gap if cost_too_high > cost_too_low else upper_end_of_gap)(edges, index)


def _gap(edges: np.ndarray, index: int) -> tuple[float, float]:
    """Return the ends of the thresholds that decide like ``edges[index]``: above the first, up to the second."""
    return float(edges[index - 1]) if index else 0.0, float(edges[index])


def _shortest(low: float, high: float, rounded: Callable[[int], float]) -> float:
    """Return the rounded number with the fewest decimals, four or more, that lies above `low` and not above `high`."""
    for decimals in range(_LEAST_DECIMALS, _MOST_DECIMALS):
        placed = rounded(decimals)
        if low < placed <= high:
            return placed
    return high


def _log_odds(p: float) -> float:
    bounded = min(max(p, 1e-7), 1 - 1e-7)
    return float(np.log(bounded / (1 - bounded)))


def _probability(log_odds: float) -> float:
    return float(1 / (1 + np.exp(-log_odds)))
