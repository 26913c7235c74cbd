"""Counts at two thresholds: sorted once, so that a move costs two searches however many pictures there are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from defect_app.decision import InspectionThresholds, count_verdicts, verdict_codes
from defect_app.evaluation.intervals import Proportion, proportion
from defect_app.evaluation.selection import SelectedPictures


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


@dataclass(frozen=True)
class VerdictCounts:
    """What two thresholds do with the good and the defective parts.

    Attributes
    ----------
    thresholds : InspectionThresholds
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

    thresholds: InspectionThresholds
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
        sentences = []
        if escapes.n:
            sentences.append(f"Of {escapes.n:,} defective parts {escapes.count:,} escaped ({escapes.words}).")
        if false_rejects.n:
            rejected = f"Of {false_rejects.n:,} good parts {false_rejects.count:,} were rejected"
            sentences.append(f"{rejected} ({false_rejects.words}).")
        return " ".join(sentences) or "There are no parts to count."


def verdict_counts(scores: SortedScores, thresholds: InspectionThresholds, confidence: float = 0.95) -> VerdictCounts:
    """Count verdicts at two thresholds; two binary searches a class."""
    names = tuple(name for name, _ in scores.by_class)
    rows = [count_verdicts(values, thresholds) for _, values in scores.by_class]
    return VerdictCounts(
        thresholds=thresholds,
        counts=np.stack([count_verdicts(scores.good, thresholds), count_verdicts(scores.defective, thresholds)]),
        by_class=np.stack(rows) if rows else np.zeros((0, 3), np.intp),
        class_names=names,
        confidence=confidence,
    )


def changed_verdicts(p_defect: np.ndarray, before: InspectionThresholds, after: InspectionThresholds) -> np.ndarray:
    """Return the indices of the pictures whose verdict differs between two points, greatest p_defect first."""
    changed = np.flatnonzero(verdict_codes(p_defect, before) != verdict_codes(p_defect, after))
    return changed[np.argsort(-np.asarray(p_defect, np.float64)[changed], kind="stable")]
