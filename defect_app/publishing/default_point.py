"""The default operating point of a new model, chosen on validation pictures alone."""

from __future__ import annotations

import numpy as np
from scipy.stats import norm

from defect_app.decision import (
    INSPECTION_VERDICTS,
    ChosenThresholds,
    InspectionThresholds,
    RecognitionThresholds,
    Verdict,
    count_reaching,
    is_accepted,
    is_rejected,
    verdict_codes,
)

SCORE_SPREAD = 0.25
"""How far a score that is not sure moves from one training to another, as a share of the standard deviation of all
scores in log odds: 0.30, 0.26, 0.19, 0.19 and 0.16 on the validation photos of castings, boxes, metal-features, metal
and phones, each over five seeds."""

_EDGE = 1e-4
_FARTHEST, _STEP = 9.2, 0.02
_WORDS = {"validation": "validation", "cv": "out-of-fold predictions of pictures outside the test split"}


def choose_inspection_point(
    p_defect: np.ndarray,
    is_defect: np.ndarray,
    most_good_reviewed: float,
    *,
    least_recall: float = 0.0,
    split: str = "validation",
) -> ChosenThresholds:
    """Choose the thresholds of an inspection model.

    `reject_at` makes the fewest errors to be expected of all thresholds that reject the wanted share of defects. What
    is expected is smoothed over the scores, see `_expected_errors`, so that one odd photo moves the threshold a little
    and never decides it.
    `review_at` lies below it, as low as it can while at most the given share of good parts goes to review.

    Parameters
    ----------
    p_defect : ndarray, shape (n,)
        Scores of the validation pictures, in [0, 1].
    is_defect : ndarray of bool, shape (n,)
        What they truly are; both kinds must occur.
    most_good_reviewed : float
        Share of the good parts, in [0, 1].
    least_recall : float
        Share of the defective parts, in [0, 1], that must be rejected.
    split : str
        What the pictures are called in the evaluation: ``validation``, or ``cv``.

    Returns
    -------
    ChosenThresholds
        With the rule in words.

    Raises
    ------
    ValueError
        If there are no good or no defective pictures.
    """
    if is_defect.all() or not is_defect.any():
        raise ValueError("expected good and defective validation pictures, got only one kind")
    candidates = np.unique(np.round(_probability(np.arange(-_FARTHEST, _FARTHEST + _STEP, _STEP)), 4))
    defective = np.sort(p_defect[is_defect])
    caught = count_reaching(defective, candidates) / len(defective)
    # Where scores are so low that no candidate catches enough, the lowest one is the nearest to it.
    enough = (caught >= least_recall - 1e-9) | (candidates == candidates[0])
    expected = np.where(enough, _expected_errors(_log_odds(candidates), _log_odds(p_defect), is_defect), np.inf)
    reject_at = float(candidates[expected.argmin()])
    good = np.sort(p_defect[~is_defect])[::-1]
    allowed = int(np.floor(most_good_reviewed * len(good)))
    review_at = float(np.clip(np.nextafter(good[allowed], 1.0) if allowed < len(good) else 0.0, _EDGE, reject_at))
    lines = InspectionThresholds(review_at, reject_at)
    errors = int((is_rejected(p_defect, lines) != is_defect).sum())
    reviewed = float(np.mean(verdict_codes(p_defect[~is_defect], lines) == INSPECTION_VERDICTS.index(Verdict.REVIEW)))
    asked = f" with at least {100 * least_recall:g} % of defects rejected" if least_recall else ""
    band = (
        f"review takes {100 * reviewed:.1f} % of good parts there (at most {100 * most_good_reviewed:g} %)"
        if review_at < reject_at
        else f"without review: rejects alone take more than {100 * most_good_reviewed:g} % of good parts"
    )
    rule = f"fewest expected errors{asked} on {_WORDS[split]} ({errors} of {len(p_defect):,} made there); {band}"
    return ChosenThresholds(
        InspectionThresholds(_rounded_up(review_at, reject_at), reject_at),
        split=split,
        n=len(p_defect),
        rule=rule,
    )


def _expected_errors(thresholds: np.ndarray, log_odds: np.ndarray, is_defect: np.ndarray) -> np.ndarray:
    """Return the errors that each threshold is expected to make, all on the scale of log odds.

    Each score stands for a normal distribution around it: another photo of the part, or another training, would have
    given another score.
    """
    spread = max(SCORE_SPREAD * float(log_odds.std()), 1e-3)
    above = norm.sf((thresholds[:, None] - log_odds[None, :]) / spread)
    errors: np.ndarray = np.where(is_defect[None, :], 1 - above, above).sum(axis=1)
    return errors


def choose_accept_at(confidence: np.ndarray, is_right: np.ndarray, least_accuracy: float) -> ChosenThresholds:
    """Choose from which probability a recognition model names its label.

    Parameters
    ----------
    confidence : ndarray, shape (n,)
        Probability of the top label, in [0, 1].
    is_right : ndarray of bool, shape (n,)
        Whether the top label is the true one.
    least_accuracy : float
        Share of right labels among the accepted ones.

    Returns
    -------
    ChosenThresholds
        The lowest threshold from which on the accepted labels are right often enough, on a grid of 0.05; 0.95 where
        none is.
    """
    grid = np.round(np.arange(0.05, 1.0, 0.05), 2)

    def accuracy_from(threshold: float) -> float:
        accepted = is_accepted(confidence, RecognitionThresholds(threshold))
        return float(is_right[accepted].mean()) if accepted.any() else 1.0

    enough = [accuracy_from(t) >= least_accuracy for t in grid]
    accept_at = float(grid[enough.index(True)]) if any(enough) else float(grid[-1])
    chosen = RecognitionThresholds(accept_at)
    share = float(is_accepted(confidence, chosen).mean())
    rule = (
        f"labels accepted from here on are right for {100 * accuracy_from(accept_at):.0f} % of validation photos; "
        f"{100 * share:.0f} % are accepted"
    )
    return ChosenThresholds(chosen, split="validation", n=len(confidence), rule=rule)


def _log_odds(p: np.ndarray) -> np.ndarray:
    bounded = np.clip(np.asarray(p, np.float64), 1e-7, 1 - 1e-7)
    return np.log(bounded / (1 - bounded))


def _probability(log_odds: np.ndarray) -> np.ndarray:
    calibrated: np.ndarray = np.clip(1 / (1 + np.exp(-log_odds)), _EDGE, 1 - _EDGE)
    return calibrated


def _rounded_up(value: float, most: float) -> float:
    return min(float(np.ceil(value * 1e4) / 1e4), round(most, 4))
