"""What the same pictures cost by two models, and whether the difference is more than chance."""

from __future__ import annotations

import numpy as np
from scipy.stats import binom

from defect_app.decision import Costs, InspectionThresholds, Verdict, verdict_codes
from defect_app.evaluation.line import PARTS
from defect_app.evaluation.selection import SelectedPictures

MOST_SUMS = 200_000
"""So many sums are worked out one by one; where more are possible, they are drawn."""
DRAWS = 200_000
_VERDICTS = (Verdict.PASS, Verdict.REVIEW, Verdict.REJECT)


def costs_of_pictures(
    selected: SelectedPictures, thresholds: InspectionThresholds, defect_rate: float, costs: Costs
) -> np.ndarray:
    """Return what each picture adds to the cost of 1,000 parts of a line, shape (n,): their sum is that cost.

    Good pictures stand for the line's good parts, defective ones for its defective parts; others cost nothing.

    Parameters
    ----------
    selected : SelectedPictures
        n pictures of an inspection model.
    thresholds : InspectionThresholds
        Its lines.
    defect_rate : float
        Share of defective parts on the line, in [0, 1].
    costs : Costs
        Three named amounts.
    """
    codes = verdict_codes(selected.p_defect, thresholds)
    added = np.zeros(selected.n)
    kinds = ((selected.is_good, False, 1 - defect_rate), (selected.is_defective, True, defect_rate))
    for of_kind, defective, share in kinds:
        prices = np.array([costs.price(verdict, defective=defective) for verdict in _VERDICTS])
        if of_kind.any():
            added[of_kind] = PARTS * share * prices[codes[of_kind]] / of_kind.sum()
    return added


def sign_flip_p_value(differences: np.ndarray) -> float:
    """Return how often chance alone gives paired differences whose sum is at least as far from 0, in (0, 1].

    Where two models are alike, each picture's difference could as well be the other way round (permutation test of
    paired differences: Fisher, The Design of Experiments, 1935). Where every mistake costs the same, this is
    McNemar's exact test. The possible sums are worked out where they are few, else 200,000 of them drawn, always alike.

    Parameters
    ----------
    differences : ndarray, shape (n,)
        What each picture costs more by the one model than by the other.
    """
    sizes, counts = np.unique(_rounded(np.abs(differences)), return_counts=True)
    counts, sizes = counts[sizes > 0], sizes[sizes > 0]
    if not len(sizes):
        return 1.0
    found = abs(float(np.sum(differences))) - 1e-9 * float(sizes @ counts)
    if float(np.prod(counts + 1.0)) <= MOST_SUMS:
        sums, chances = np.zeros(1), np.ones(1)
        for size, count in zip(sizes, counts, strict=True):
            flipped = np.arange(count + 1)
            sums = np.add.outer(sums, size * (2 * flipped - count)).ravel()
            chances = np.multiply.outer(chances, _coin(int(count))).ravel()
        return min(1.0, float(chances[np.abs(sums) >= found].sum()))
    drawn = np.random.default_rng(0).binomial(counts, 0.5, (DRAWS, len(counts)))
    sums = (2 * drawn - counts) @ sizes
    return float((1 + (np.abs(sums) >= found).sum()) / (1 + DRAWS))


def _rounded(values: np.ndarray) -> np.ndarray:
    """Return values without their last bits, so that what is one price is one number."""
    scale = float(values.max(initial=0.0)) or 1.0
    kept: np.ndarray = np.round(values / scale, 12) * scale
    return kept


def _coin(count: int) -> np.ndarray:
    """Return the chances of 0 to `count` heads in so many throws of a fair coin."""
    chances: np.ndarray = binom.pmf(np.arange(count + 1), count, 0.5)
    return chances
