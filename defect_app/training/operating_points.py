"""The default operating point of a new model, chosen on validation pictures alone."""

from __future__ import annotations

import numpy as np

from defect_app.catalog import DefaultPoint

_EDGE = 1e-4
_WORDS = {"validation": "validation", "cv": "out-of-fold predictions of pictures outside the test split"}


def choose_inspection_point(
    p_defect: np.ndarray,
    is_defect: np.ndarray,
    most_good_reviewed: float,
    *,
    least_recall: float = 0.0,
    split: str = "validation",
) -> DefaultPoint:
    """Choose the thresholds of an inspection model.

    `reject_at` makes the fewest errors of all thresholds that reject the wanted share of defects; among thresholds
    that make equally few it takes the one that leaves the fewest escapes, and of those the middle on the scale of log
    odds, farthest from the scores on either side.
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
    DefaultPoint
        With the rule in words.

    Raises
    ------
    ValueError
        If there are no good or no defective pictures.
    """
    if is_defect.all() or not is_defect.any():
        raise ValueError("expected good and defective validation pictures, got only one kind")
    odds = _log_odds(p_defect)
    values = np.unique(odds)
    # Between two neighbouring scores every threshold decides alike, so one candidate a gap is enough.
    candidates = np.concatenate([[values[0] - 1], (values[:-1] + values[1:]) / 2, [values[-1] + 1]])
    low = np.concatenate([[values[0] - 2], values])
    high = np.concatenate([values, [values[-1] + 2]])
    rejected = odds[None, :] >= candidates[:, None]
    escapes = (~rejected & is_defect).sum(axis=1)
    errors = escapes + (rejected & ~is_defect).sum(axis=1)
    # The lowest candidate rejects every part, so some threshold always does.
    enough = is_defect.sum() - escapes >= least_recall * is_defect.sum() - 1e-9
    fewest = int(errors[enough].min())
    best = np.flatnonzero(enough & (errors == fewest))
    best = best[escapes[best] == escapes[best].min()]
    widest = best[np.argmax(high[best] - low[best])]
    reject_at = _probability(float(candidates[widest]))
    good = np.sort(p_defect[~is_defect])[::-1]
    allowed = int(np.floor(most_good_reviewed * len(good)))
    review_at = float(np.clip(np.nextafter(good[allowed], 1.0) if allowed < len(good) else 0.0, _EDGE, reject_at))
    reviewed = float(np.mean((p_defect[~is_defect] >= review_at) & (p_defect[~is_defect] < reject_at)))
    asked = f" with at least {100 * least_recall:g} % of defects rejected" if least_recall else ""
    rule = (
        f"fewest errors{asked} on {_WORDS[split]} ({fewest} of {len(odds):,}), in the middle of the gap; "
        f"review takes {100 * reviewed:.1f} % of good parts there (at most {100 * most_good_reviewed:g} %)"
    )
    return DefaultPoint(
        review_at=_rounded_up(review_at, reject_at),
        reject_at=round(reject_at, 4),
        split=split,
        n=len(odds),
        rule=rule,
    )


def choose_accept_at(confidence: np.ndarray, is_right: np.ndarray, least_accuracy: float) -> DefaultPoint:
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
    DefaultPoint
        The lowest threshold from which on the accepted labels are right often enough, on a grid of 0.05; 0.95 where
        none is.
    """
    grid = np.round(np.arange(0.05, 1.0, 0.05), 2)

    def accuracy_from(threshold: float) -> float:
        accepted = confidence >= threshold
        return float(is_right[accepted].mean()) if accepted.any() else 1.0

    enough = [accuracy_from(t) >= least_accuracy for t in grid]
    accept_at = float(grid[enough.index(True)]) if any(enough) else float(grid[-1])
    share = float((confidence >= accept_at).mean())
    rule = (
        f"labels accepted from here on are right for {100 * accuracy_from(accept_at):.0f} % of validation photos; "
        f"{100 * share:.0f} % are accepted"
    )
    return DefaultPoint(accept_at=accept_at, split="validation", n=len(confidence), rule=rule)


def _log_odds(p: np.ndarray) -> np.ndarray:
    bounded = np.clip(np.asarray(p, np.float64), 1e-7, 1 - 1e-7)
    return np.log(bounded / (1 - bounded))


def _probability(log_odds: float) -> float:
    return float(np.clip(1 / (1 + np.exp(-log_odds)), _EDGE, 1 - _EDGE))


def _rounded_up(value: float, most: float) -> float:
    return min(float(np.ceil(value * 1e4) / 1e4), round(most, 4))
