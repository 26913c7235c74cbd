"""Precision, recall, F1 and support of every class, each with its interval."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from defect_app.evaluation.confusion import ConfusionMatrix
from defect_app.evaluation.intervals import wilson_bounds


@dataclass(frozen=True)
class ClassFigures:
    """One figure of every class.

    Attributes
    ----------
    value, low, high : ndarray, shape (n_classes,)
        In [0, 1], in the order of the classes; value is NaN where the denominator is 0.
    """

    value: np.ndarray
    low: np.ndarray
    high: np.ndarray


@dataclass(frozen=True)
class ClassReport:
    """Figures of every class.

    Attributes
    ----------
    class_names : tuple of str
        In the model's order.
    support, predicted : ndarray of int, shape (n_classes,)
        Pictures truly of the class, and pictures taken for it.
    precision, recall, f1 : ClassFigures
        With 95 % Wilson intervals.
    """

    class_names: tuple[str, ...]
    support: np.ndarray
    predicted: np.ndarray
    precision: ClassFigures
    recall: ClassFigures
    f1: ClassFigures

    @property
    def macro_f1(self) -> float:
        """Mean F1 of the classes that occur, in [0, 1]; NaN without any."""
        occurring = self.support > 0
        return float(np.nan_to_num(self.f1.value[occurring]).mean()) if occurring.any() else float("nan")


def class_report(matrix: ConfusionMatrix, confidence: float = 0.95) -> ClassReport:
    """Return the figures of every class of a whole confusion matrix (not of a condensed one).

    Parameters
    ----------
    matrix : ConfusionMatrix
        Rows and columns in one order; a further column "unsure" counts as missed.
    confidence : float
        In (0, 1).
    """
    size = len(matrix.rows)
    right = np.diagonal(matrix.counts).astype(np.int64)
    support = matrix.counts.sum(axis=1)
    predicted = matrix.counts[:, :size].sum(axis=0)
    # F1 = 2J / (1 + J) with J = right / (actual or predicted), itself a proportion: given that a picture is one of
    # those, J is the chance that it is right. So Wilson's interval of J gives that of F1, and nothing is resampled.
    union = support + predicted - right
    overlap = _figures(right, union, confidence)
    f1 = ClassFigures(*(2 * j / (1 + j) for j in (overlap.value, overlap.low, overlap.high)))
    return ClassReport(
        class_names=matrix.rows,
        support=support,
        predicted=predicted,
        precision=_figures(right, predicted, confidence),
        recall=_figures(right, support, confidence),
        f1=f1,
    )


def _figures(count: np.ndarray, n: np.ndarray, confidence: float) -> ClassFigures:
    low, high = wilson_bounds(count, n, confidence)
    value = np.divide(count, n, out=np.full(len(count), np.nan), where=n > 0)
    return ClassFigures(value, low, high)
