"""Score histograms by actual class."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from defect_app.evaluation.thresholds import SortedScores


@dataclass(frozen=True)
class ScoreHistogram:
    """How the scores of good and of defective parts are spread.

    Attributes
    ----------
    edges : ndarray, shape (n_bins + 1,)
        Equal widths over [0, 1]; the last bin holds 1.
    good, defective : ndarray of int, shape (n_bins,)
        Parts in each bin.
    """

    edges: np.ndarray
    good: np.ndarray
    defective: np.ndarray


def score_histogram(scores: SortedScores, bins: int = 50) -> ScoreHistogram:
    """Count the scores of good and defective parts in equal bins over [0, 1]."""
    edges = np.linspace(0, 1, bins + 1)
    good, defective = (np.histogram(values, edges)[0] for values in (scores.good, scores.defective))
    return ScoreHistogram(edges, good, defective)
