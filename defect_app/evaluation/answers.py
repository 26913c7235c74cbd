"""What a model answers at its threshold, in one coding for inspection and recognition: for matrices and comparisons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from defect_app.decision import (
    INSPECTION_VERDICTS,
    InspectionThresholds,
    RecognitionThresholds,
    Thresholds,
    is_rejected,
    verdict_codes,
)
from defect_app.evaluation.confusion import ConfusionMatrix, accepted_at, predicted_at
from defect_app.evaluation.coverage import accept_counts, top_k_accuracy
from defect_app.evaluation.intervals import Proportion, proportion
from defect_app.evaluation.selection import SelectedPictures
from defect_app.evaluation.thresholds import VerdictCounts, sorted_scores, verdict_counts


def answers_at(selected: SelectedPictures, thresholds: Thresholds) -> np.ndarray:
    """Return class indices as `predicted_at` (inspection) or `accepted_at` (recognition) gives them.

    Parameters
    ----------
    selected : SelectedPictures
        n pictures.
    thresholds : InspectionThresholds or RecognitionThresholds
        Of the model's kind.

    Returns
    -------
    ndarray of intp, shape (n,)
        n_classes stands for "unsure".
    """
    if isinstance(thresholds, InspectionThresholds):
        return predicted_at(selected, thresholds)
    return accepted_at(selected, thresholds)


def right_at(selected: SelectedPictures, thresholds: Thresholds) -> tuple[np.ndarray, np.ndarray]:
    """Return truth and answer in the coding that models of one product share.

    Returns
    -------
    actual, answered : ndarray, shape (n,)
        Inspection: 1 defective, 0 good, and 1 rejected, 0 not; a class without a role is neither (2, never right).
        Recognition: class names; the answer "" where the model is unsure.
    """
    if isinstance(thresholds, InspectionThresholds):
        actual = np.where(selected.is_defective, 1, np.where(selected.is_good, 0, 2))
        return actual, is_rejected(selected.p_defect, thresholds).astype(np.intp)
    names = np.array([*selected.class_names, ""], dtype=object)
    return names[selected.actual], names[accepted_at(selected, thresholds)]


def verdict_matrix(selected: SelectedPictures, thresholds: InspectionThresholds) -> ConfusionMatrix:
    """Count the actual classes against PASS, REVIEW and REJECT; rows in the model's order."""
    codes = verdict_codes(selected.p_defect, thresholds)
    size = len(selected.class_names)
    counts = np.zeros((size, len(INSPECTION_VERDICTS)), np.int64)
    np.add.at(counts, (selected.actual, codes), 1)
    return ConfusionMatrix(counts, selected.class_names, tuple(v.value for v in INSPECTION_VERDICTS))


def pictures_with_verdict(
    selected: SelectedPictures, thresholds: InspectionThresholds, actual_name: str, verdict: str
) -> np.ndarray:
    """Return the pictures of a class with a verdict, those whose score speaks most against the class first.

    Returns
    -------
    ndarray of intp
        Indices into the selection; empty for an unknown class or verdict.
    """
    columns = [v.value for v in INSPECTION_VERDICTS]
    if actual_name not in selected.class_names or verdict not in columns:
        return np.empty(0, np.intp)
    codes = verdict_codes(selected.p_defect, thresholds)
    row = selected.class_names.index(actual_name)
    inside = np.flatnonzero((selected.actual == row) & (codes == columns.index(verdict)))
    return inside[np.argsort(selected.probabilities[inside, row], kind="stable")]


def mistakes(selected: SelectedPictures, answered: np.ndarray) -> np.ndarray:
    """Return the pictures whose answer is another class than the true one, the most wrong first.

    Parameters
    ----------
    selected : SelectedPictures
        n pictures.
    answered : ndarray, shape (n,)
        Of `answers_at`.
    """
    wrong = np.flatnonzero(answered != selected.actual)
    own = selected.probabilities[wrong, selected.actual[wrong]]
    return wrong[np.argsort(own, kind="stable")]


def accuracy_at(selected: SelectedPictures, thresholds: Thresholds) -> Proportion:
    """Return the share of pictures answered rightly, in the coding of `right_at`."""
    actual, answered = right_at(selected, thresholds)
    return proportion(int((actual == answered).sum()), selected.n)


def reported_accuracy(selected: SelectedPictures, thresholds: Thresholds) -> Proportion:
    """Return what reports call accuracy: an inspection's at its threshold; of labels the first, accepted or not."""
    return accuracy_at(selected, thresholds if selected.inspection else RecognitionThresholds(0.0))


@dataclass(frozen=True)
class AccuracyOverRepeats:
    """Accuracy of repeated trainings, or of the folds of a cross-validation.

    Attributes
    ----------
    values : ndarray, shape (repeats,)
        In [0, 1], in order.
    mean, sd : float
        Over the repeats; sd of a sample, NaN for a single one.
    """

    values: np.ndarray
    mean: float
    sd: float

    def sentence(self, what: str) -> str:
        """Say mean and sd; `what` names the repeats in the plural: "runs" or "folds"."""
        spread = f" ± {100 * self.sd:.2f}" if np.isfinite(self.sd) else ""
        low, high = 100 * self.values.min(), 100 * self.values.max()
        mean = f"Over {len(self.values)} {what}: {100 * self.mean:.2f} %{spread} right (mean ± standard deviation"
        return f"{mean}; {low:.2f} to {high:.2f} %)."


def accuracy_over_repeats(repeats: Sequence[SelectedPictures], thresholds: Thresholds) -> AccuracyOverRepeats | None:
    """Return the `reported_accuracy` of each repeat with mean and sd; None where fewer than two have photos."""
    values = np.array([reported_accuracy(s, thresholds).rate for s in repeats if s.n])
    if len(values) < 2:
        return None
    return AccuracyOverRepeats(values, float(values.mean()), float(values.std(ddof=1)))


def headline(selected: SelectedPictures, thresholds: Thresholds, counts: VerdictCounts | None = None) -> str:
    """Say in one to three sentences how well the model does.

    Parameters
    ----------
    selected : SelectedPictures
        The pictures.
    thresholds : InspectionThresholds or RecognitionThresholds
        Of the model's kind.
    counts : VerdictCounts, optional
        What inspection thresholds do with the pictures, where that was counted already.
    """
    if isinstance(thresholds, InspectionThresholds):
        counts = counts or verdict_counts(sorted_scores(selected), thresholds)
        reviewed = int(counts.counts[:, 1].sum())
        more = f" {reviewed:,} more {'is' if reviewed == 1 else 'are'} left to a person (review)." if reviewed else ""
        return counts.headline + more
    if not selected.n:
        return "There are no photos to count."
    first, fifth = top_k_accuracy(selected)
    right = f"Of {selected.n:,} photos the first label is right on {first.count:,} ({first.words})"
    if len(selected.class_names) > 5:
        right += f", and the right one is among the first five on {fifth.count:,} ({fifth.words})"
    return f"{right}. {accept_counts(selected, thresholds).headline}"
