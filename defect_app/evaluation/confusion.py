"""Confusion matrices of any size, the most confused pairs first, and the pictures behind each cell."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sklearn.metrics import confusion_matrix as count_pairs

from defect_app.decision import InspectionThresholds, RecognitionThresholds, is_accepted, is_rejected
from defect_app.evaluation.intervals import Proportion, proportion
from defect_app.evaluation.selection import SelectedPictures

OTHER = "other"
UNSURE = "unsure"


@dataclass(frozen=True)
class ConfusionMatrix:
    """How often each class was taken for each.

    Attributes
    ----------
    counts : ndarray of int, shape (n_rows, n_columns)
        Rows Actual, columns Predicted.
    rows, columns : tuple of str
        Class names; the last may be "other" (all classes not shown), the last column "unsure".
    """

    counts: np.ndarray
    rows: tuple[str, ...]
    columns: tuple[str, ...]

    @property
    def percent_of_actual(self) -> np.ndarray:
        """Share of each row's pictures, in [0, 100]; NaN in a row without pictures."""
        total = self.counts.sum(axis=1, keepdims=True).astype(np.float64)
        percent: np.ndarray = np.divide(
            100.0 * self.counts, total, out=np.full(self.counts.shape, np.nan), where=total > 0
        )
        return percent

    def share(self, row: int, column: int) -> Proportion:
        """Return a cell as a share of its row, with its interval."""
        return proportion(int(self.counts[row, column]), int(self.counts[row].sum()))

    @property
    def accuracy(self) -> Proportion:
        """Pictures whose row and column have one name, of all; "other" counts as wrong only off its own cell."""
        right = sum(int(self.counts[i, self.columns.index(r)]) for i, r in enumerate(self.rows) if r in self.columns)
        return proportion(right, int(self.counts.sum()))


def predicted_at(selected: SelectedPictures, thresholds: InspectionThresholds) -> np.ndarray:
    """Return the class that an inspection model answers at its thresholds.

    From the reject threshold on it is the most probable defect class, below it the most probable good one: for two
    classes this is the threshold alone, for severities it is the threshold and then the split.

    Parameters
    ----------
    selected : SelectedPictures
        Of an inspection model.
    thresholds : InspectionThresholds
        Parts in review are answered as they would be without it.

    Returns
    -------
    ndarray of intp, shape (n,)
        Indices of classes.
    """
    defects = np.array([i for i, role in enumerate(selected.roles) if role == "defect"])
    others = np.array([i for i, role in enumerate(selected.roles) if role == "ok"])
    worst = defects[selected.probabilities[:, defects].argmax(axis=1)]
    best = others[selected.probabilities[:, others].argmax(axis=1)]
    predicted: np.ndarray = np.where(is_rejected(selected.p_defect, thresholds), worst, best)
    return predicted


def accepted_at(selected: SelectedPictures, thresholds: RecognitionThresholds) -> np.ndarray:
    """Return a recognition model's answers: the class index, or n_classes ("unsure") below `accept_at`."""
    return np.where(is_accepted(selected.confidence, thresholds), selected.predicted, len(selected.class_names))


def confusion_matrix(selected: SelectedPictures, predicted: np.ndarray) -> ConfusionMatrix:
    """Count actual against predicted classes.

    Parameters
    ----------
    selected : SelectedPictures
        The pictures.
    predicted : ndarray of int, shape (n,)
        Class indices; n_classes stands for "unsure".

    Returns
    -------
    ConfusionMatrix
        All classes in the model's order; a column "unsure" only where it occurs.
    """
    size = len(selected.class_names)
    unsure = bool(selected.n) and int(predicted.max()) == size
    labels = np.arange(size + unsure)
    if selected.n:
        counts = count_pairs(selected.actual, predicted, labels=labels)[:size]
    else:
        counts = np.zeros((size, size), np.int64)
    names = selected.class_names
    return ConfusionMatrix(counts, names, (*names, UNSURE) if unsure else names)


@dataclass(frozen=True)
class ConfusedPair:
    """Pictures of one class taken for another: names, how many, and the share of the actual class."""

    actual: str
    predicted: str
    count: int
    share: Proportion


def most_confused(matrix: ConfusionMatrix, most: int = 20) -> tuple[ConfusedPair, ...]:
    """Return the cells off the diagonal with the greatest counts, greatest first, the empty ones left out."""
    wrong = _off_diagonal(matrix)
    order = np.argsort(-wrong, axis=None, kind="stable")[:most]
    pairs = []
    for flat in order:
        row, column = (int(i) for i in np.unravel_index(flat, wrong.shape))
        if wrong[row, column] <= 0:
            break
        count = int(wrong[row, column])
        pairs.append(ConfusedPair(matrix.rows[row], matrix.columns[column], count, matrix.share(row, column)))
    return tuple(pairs)


def condensed(matrix: ConfusionMatrix, most: int = 20) -> ConfusionMatrix:
    """Keep the classes of the most confused pairs, in order of confusion, and sum the rest as "other".

    Parameters
    ----------
    matrix : ConfusionMatrix
        Of any size; one of at most `most` classes is returned as it is.
    most : int
        How many classes to keep, at least 1.

    Returns
    -------
    ConfusionMatrix
        At most ``most + 1`` rows, and one column more where the matrix has "unsure". The sum of counts stays.
    """
    if len(matrix.rows) <= most:
        return matrix
    size = len(matrix.rows)
    largest: list[int] = []
    wrong = _off_diagonal(matrix)[:, :size]
    for flat in np.argsort(-wrong, axis=None, kind="stable")[: size * 4]:
        pair = [int(i) for i in np.unravel_index(flat, wrong.shape)]
        largest += [i for i in dict.fromkeys(pair) if i not in largest and len(largest) < most]
        if len(largest) == most:
            break
    place = np.full(len(matrix.columns), len(largest))
    place[largest] = np.arange(len(largest))
    unsure = len(matrix.columns) > size
    if unsure:
        place[size] = len(largest) + 1
    counts = np.zeros((len(largest) + 1, len(largest) + 1 + unsure), np.int64)
    np.add.at(counts, (place[:size, None], place[None, :]), matrix.counts)
    names = (*(matrix.rows[i] for i in largest), OTHER)
    return ConfusionMatrix(counts, names, (*names, UNSURE) if unsure else names)


def pictures_in_cell(
    selected: SelectedPictures, predicted: np.ndarray, actual_name: str, predicted_name: str, matrix: ConfusionMatrix
) -> np.ndarray:
    """Return the pictures behind a cell, the most wrong (or for the diagonal the least sure) first.

    Parameters
    ----------
    selected : SelectedPictures
        The pictures.
    predicted : ndarray of int, shape (n,)
        As given to `confusion_matrix`.
    actual_name, predicted_name : str
        Row and column of the cell; "other" stands for all classes that the matrix does not show.
    matrix : ConfusionMatrix
        As shown.

    Returns
    -------
    ndarray of intp
        Indices into the selection, by rising probability of the true class; empty for a name that is no row or column.
    """
    size = len(selected.class_names)
    rows = _members(actual_name, selected.class_names, matrix.rows)
    columns = _members(predicted_name, (*selected.class_names, UNSURE), matrix.columns)
    inside = np.flatnonzero(np.isin(selected.actual, rows) & np.isin(predicted, columns[columns <= size]))
    return inside[np.argsort(selected.probabilities[inside, selected.actual[inside]], kind="stable")]


def _members(name: str, names: tuple[str, ...], shown: tuple[str, ...]) -> np.ndarray:
    if name == OTHER and OTHER not in names:
        hidden = set(names) - set(shown) - {UNSURE}
        return np.array([i for i, n in enumerate(names) if n in hidden], np.intp)
    return np.array([i for i, n in enumerate(names) if n == name], np.intp)


def _off_diagonal(matrix: ConfusionMatrix) -> np.ndarray:
    wrong = np.array(matrix.counts)
    np.fill_diagonal(wrong, 0)
    return wrong
