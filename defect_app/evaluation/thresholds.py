"""Counts at two thresholds: sorted once, so that a move costs two searches however many pictures there are."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from defect_app.decision import Verdict
from defect_app.errors import InvalidOperatingPoint
from defect_app.evaluation.intervals import Proportion, proportion
from defect_app.evaluation.selection import SelectedPictures

VERDICTS = (Verdict.PASS, Verdict.REVIEW, Verdict.REJECT)
"""The columns of every verdict matrix, in order."""


@dataclass(frozen=True)
class Thresholds:
    """Where review and rejection begin, on p_defect.

    Attributes
    ----------
    review_at, reject_at : float
        In [0, 1], ``review_at <= reject_at``; equal means no review band.

    Raises
    ------
    InvalidOperatingPoint
        If they are not such numbers.
    """

    review_at: float
    reject_at: float

    def __post_init__(self) -> None:
        """Check range and order."""
        if not (0 <= self.review_at <= self.reject_at <= 1):
            raise InvalidOperatingPoint(
                f"Expected 0 <= review_at <= reject_at <= 1, got {self.review_at} and {self.reject_at}."
            )


def clamped_thresholds(review_at: object, reject_at: object, otherwise: Thresholds) -> Thresholds:
    """Make thresholds of whatever an address or a form gives: out of range is clamped, no number is ignored.

    Parameters
    ----------
    review_at, reject_at : object
        Numbers or text; a review threshold above the reject threshold is lowered to it.
    otherwise : Thresholds
        What to take for a value that is no number.
    """
    reject = _clamped(reject_at, otherwise.reject_at)
    return Thresholds(min(_clamped(review_at, otherwise.review_at), reject), reject)


def _clamped(value: object, otherwise: float) -> float:
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return otherwise
    return otherwise if math.isnan(number) else min(1.0, max(0.0, number))


@dataclass(frozen=True)
class SortedScores:
    """Scores of good and of defective parts, each sorted upwards.

    Attributes
    ----------
    good, defective : ndarray of float64, shape (n_good,) and (n_defective,)
        p_defect, ascending, in [0, 1].
    by_class : tuple of (str, ndarray)
        The same scores a true class, in the model's order; classes without pictures and without a role are left out.
    words : str
        What the scores are of: "715 test photos".
    """

    good: np.ndarray
    defective: np.ndarray
    by_class: tuple[tuple[str, np.ndarray], ...] = ()
    words: str = ""

    @property
    def n(self) -> int:
        """Number of parts."""
        return len(self.good) + len(self.defective)

    @property
    def candidates(self) -> np.ndarray:
        """All distinct scores, ascending: between two neighbours every threshold decides alike."""
        return np.unique(np.concatenate([self.good, self.defective]))


def sorted_scores(selected: SelectedPictures) -> SortedScores:
    """Sort the scores of a selection once, for every later question about thresholds."""
    by_class = []
    for index, (name, role) in enumerate(zip(selected.class_names, selected.roles, strict=True)):
        scores = np.sort(selected.p_defect[selected.actual == index])
        if role is not None and len(scores):
            by_class.append((name, scores))
    return SortedScores(
        good=np.sort(selected.p_defect[selected.is_good]),
        defective=np.sort(selected.p_defect[selected.is_defective]),
        by_class=tuple(by_class),
        words=selected.words,
    )


def reached(ascending: np.ndarray, thresholds: object) -> np.ndarray:
    """Count the scores that reach thresholds: ``score >= threshold``, as `decision.verdict_at` compares.

    Parameters
    ----------
    ascending : ndarray, shape (n,)
        Sorted scores.
    thresholds : array_like
        Any shape.

    Returns
    -------
    ndarray of intp
        Of the thresholds' shape.
    """
    return len(ascending) - np.searchsorted(ascending, np.asarray(thresholds, np.float64), side="left")


@dataclass(frozen=True)
class VerdictCounts:
    """What two thresholds do with the good and the defective parts.

    Attributes
    ----------
    thresholds : Thresholds
        The two lines.
    counts : ndarray of int, shape (2, 3)
        Rows Actual good, Actual defective; columns PASS, REVIEW, REJECT.
    by_class : ndarray of int, shape (n_shown_classes, 3)
        The same, a row a true class in the order of `class_names`.
    class_names : tuple of str
        Rows of `by_class`.
    confidence : float
        Of all intervals.
    """

    thresholds: Thresholds
    counts: np.ndarray
    by_class: np.ndarray
    class_names: tuple[str, ...]
    confidence: float = 0.95

    def share(self, row: int, column: int) -> Proportion:
        """Share of the row's parts (0 good, 1 defective) that get a verdict (0 PASS, 1 REVIEW, 2 REJECT)."""
        return proportion(int(self.counts[row, column]), int(self.counts[row].sum()), self.confidence)

    @property
    def escapes(self) -> Proportion:
        """Defective parts passed, of all defective parts."""
        return self.share(1, 0)

    @property
    def false_rejects(self) -> Proportion:
        """Good parts rejected, of all good parts."""
        return self.share(0, 2)

    @property
    def review_load(self) -> Proportion:
        """Parts that a person must look at, of all parts at the evaluated balance."""
        return proportion(int(self.counts[:, 1].sum()), int(self.counts.sum()), self.confidence)

    @property
    def caught(self) -> Proportion:
        """Defective parts rejected or sent to review, of all defective parts."""
        return proportion(int(self.counts[1, 1:].sum()), int(self.counts[1].sum()), self.confidence)

    @property
    def headline(self) -> str:
        """Escapes and false rejects in one or two sentences."""
        escapes, false_rejects = self.escapes, self.false_rejects
        told = []
        if escapes.n:
            told.append(f"Of {escapes.n:,} defective parts {escapes.count:,} escaped ({escapes.words}).")
        if false_rejects.n:
            said = f"Of {false_rejects.n:,} good parts {false_rejects.count:,} were rejected"
            told.append(f"{said} ({false_rejects.words}).")
        return " ".join(told) or "There are no parts to count."


def verdict_counts(scores: SortedScores, thresholds: Thresholds, confidence: float = 0.95) -> VerdictCounts:
    """Count verdicts at two thresholds; two binary searches a class."""
    names = tuple(name for name, _ in scores.by_class)
    rows = [_verdict_row(values, thresholds) for _, values in scores.by_class]
    return VerdictCounts(
        thresholds=thresholds,
        counts=np.stack([_verdict_row(scores.good, thresholds), _verdict_row(scores.defective, thresholds)]),
        by_class=np.stack(rows) if rows else np.zeros((0, 3), np.intp),
        class_names=names,
        confidence=confidence,
    )


def _verdict_row(ascending: np.ndarray, thresholds: Thresholds) -> np.ndarray:
    from_review, from_reject = reached(ascending, [thresholds.review_at, thresholds.reject_at])
    return np.array([len(ascending) - from_review, from_review - from_reject, from_reject])


def verdict_codes(p_defect: np.ndarray, thresholds: Thresholds) -> np.ndarray:
    """Return each picture's verdict as its index in `VERDICTS`.

    Parameters
    ----------
    p_defect : ndarray, shape (n,)
        In [0, 1]; NaN gives REVIEW, as `decision.judge` does.
    thresholds : Thresholds
        The two lines.

    Returns
    -------
    ndarray of int8, shape (n,)
        0 PASS, 1 REVIEW, 2 REJECT.
    """
    scores = np.asarray(p_defect, np.float64)
    codes = (scores >= thresholds.review_at).astype(np.int8) + (scores >= thresholds.reject_at)
    return np.where(np.isnan(scores), np.int8(1), codes).astype(np.int8)


def changed_verdicts(p_defect: np.ndarray, before: Thresholds, after: Thresholds) -> np.ndarray:
    """Return the indices of the pictures whose verdict differs between two points, greatest p_defect first."""
    changed = np.flatnonzero(verdict_codes(p_defect, before) != verdict_codes(p_defect, after))
    return changed[np.argsort(-np.asarray(p_defect, np.float64)[changed], kind="stable")]
