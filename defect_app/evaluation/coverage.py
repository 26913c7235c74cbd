"""Recognition models: right labels among the first k, and accuracy against coverage as `accept_at` moves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from defect_app.decision import RecognitionThresholds, is_accepted, threshold_text
from defect_app.evaluation.intervals import Proportion, proportion, wilson_bounds
from defect_app.evaluation.selection import SelectedPictures


@dataclass(frozen=True)
class CoverageCurve:
    """What is accepted, and how much of it is right, at each `accept_at`.

    Attributes
    ----------
    accept_at : ndarray, shape (m,)
        Descending, distinct confidences.
    coverage : ndarray, shape (m,)
        Share of the pictures whose label is accepted, ascending in (0, 1].
    accuracy, accuracy_low, accuracy_high : ndarray, shape (m,)
        Share of right labels among the accepted, with 95 % Wilson interval.
    """

    accept_at: np.ndarray
    coverage: np.ndarray
    accuracy: np.ndarray
    accuracy_low: np.ndarray
    accuracy_high: np.ndarray


@dataclass(frozen=True)
class AcceptCounts:
    """What a threshold does: pictures accepted of all, and right ones of the accepted."""

    thresholds: RecognitionThresholds
    accepted: Proportion
    right: Proportion

    @property
    def headline(self) -> str:
        """In a sentence."""
        start = threshold_text(self.thresholds.accept_at)
        accepted = f"From {start} on {self.accepted.count:,} of {self.accepted.n:,} labels are accepted"
        return f"{accepted}; {self.right.count:,} of these are right ({self.right.words})."


def top_k_accuracy(selected: SelectedPictures, ks: Sequence[int] = (1, 5)) -> tuple[Proportion, ...]:
    """Return how many true classes are among the k most probable, for each k.

    A class as probable as the true one counts before it when it comes first in the model's order, as in the labels
    that users are shown.
    """
    if not selected.n:
        return tuple(proportion(0, 0) for _ in ks)
    p = selected.probabilities
    own = p[np.arange(selected.n), selected.actual][:, None]
    before = np.arange(p.shape[1])[None, :] < selected.actual[:, None]
    rank = ((p > own) | ((p == own) & before)).sum(axis=1)
    return tuple(proportion(int((rank < k).sum()), selected.n) for k in ks)


def accept_counts(selected: SelectedPictures, thresholds: RecognitionThresholds) -> AcceptCounts:
    """Count accepted and right labels; a confidence equal to the threshold is accepted."""
    accepted = is_accepted(selected.confidence, thresholds)
    right = accepted & (selected.predicted == selected.actual)
    count = int(accepted.sum())
    return AcceptCounts(thresholds, proportion(count, selected.n), proportion(int(right.sum()), count))


def coverage_curve(selected: SelectedPictures, most_points: int = 1000) -> CoverageCurve:
    """Return accuracy against coverage over all thresholds; pictures that tie are accepted together."""
    if not selected.n:
        return CoverageCurve(*(np.empty(0) for _ in range(5)))
    order = np.argsort(-selected.confidence, kind="stable")
    confidence = selected.confidence[order]
    right = np.cumsum((selected.predicted == selected.actual)[order])
    last = np.flatnonzero(np.append(confidence[1:] != confidence[:-1], True))
    if len(last) > most_points:
        last = last[np.linspace(0, len(last) - 1, most_points).round().astype(np.intp)]
    accepted = last + 1
    low, high = wilson_bounds(right[last], accepted)
    return CoverageCurve(confidence[last], accepted / selected.n, right[last] / accepted, low, high)
