"""Data check: photos that the model finds least typical of any class, from the cached rows alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from defect_app.evaluation.selection import SelectedPictures


@dataclass(frozen=True)
class Outliers:
    """Photos ranked by how little they look like any class, the least typical first.

    Attributes
    ----------
    pictures : ndarray of intp, shape (m,)
        Indices into the selection.
    typicality : ndarray of float64, shape (m,)
        Probability of the most probable class less the mean that photos taken for that class get; ascending, in
        [-1, 1].
    """

    pictures: np.ndarray
    typicality: np.ndarray


def outliers(selected: SelectedPictures, most: int = 24) -> Outliers:
    """Rank photos by the maximum class probability (Hendrycks and Gimpel, ICLR 2017).

    Each class' mean is taken off first, so that a class on which the model is never sure does not fill the list.

    Parameters
    ----------
    selected : SelectedPictures
        Out-of-sample probabilities: validation, test or cv rows.
    most : int
        How many to return at most.
    """
    if not selected.n:
        return Outliers(np.empty(0, np.intp), np.empty(0))
    size = len(selected.class_names)
    count = np.bincount(selected.predicted, minlength=size)
    summed = np.bincount(selected.predicted, weights=selected.confidence, minlength=size)
    mean = np.divide(summed, count, out=np.zeros(size), where=count > 0)
    typicality = selected.confidence - mean[selected.predicted]
    order = np.argsort(typicality, kind="stable")[:most]
    return Outliers(order, typicality[order])
