"""Each photo judged by a head that has seen neither it nor its like, in fit and in choice of regularisation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from defect_app.datasets import assign_folds
from defect_app.progress import Progress
from defect_app.teaching.fitting import FittedHead, HeadSettings, choose_settings, fit_head

MOST_FOLDS = 5
_INNER_FOLDS = 4


@dataclass(frozen=True, eq=False)
class CrossValidated:
    """What nested cross-validation gives.

    Attributes
    ----------
    probabilities : ndarray of float64, shape (n_photos, n_classes)
        Out of fold.
    folds : ndarray of int, shape (n_photos,)
        Fold of each photo.
    settings : HeadSettings
        Chosen on all photos, for the head that serves.
    head : FittedHead
        Fitted to all photos.
    kept_apart : bool
        Whether photos of one group lie in one fold; False where a class has but one group.
    """

    probabilities: np.ndarray
    folds: np.ndarray
    settings: HeadSettings
    head: FittedHead
    kept_apart: bool


def cross_validate(
    views: np.ndarray,
    labels: np.ndarray,
    groups: np.ndarray,
    content: list[str],
    n_classes: int,
    progress: Progress,
) -> CrossValidated:
    """Choose, fit and measure a head.

    Parameters
    ----------
    views : ndarray of float32, shape (n_photos, n_views, n_features)
        See `fitting.fit_head`.
    labels : ndarray of int, shape (n_photos,)
        Index of each photo's class; every class has at least two photos.
    groups : ndarray of int, shape (n_photos,)
        See `grouping.groups_of`.
    content : list of str
        Hashes of the photos: they decide the folds, so that the same photos give the same figures.
    n_classes : int
        How many classes there are.
    progress : callable
        Called after each fold. Whatever it raises stops the work.
    """
    folds, kept_apart = dealt_folds(labels, groups, content, MOST_FOLDS)
    if not kept_apart:
        groups = np.arange(len(labels))
    probabilities = np.zeros((len(labels), n_classes))
    numbers = np.unique(folds)
    for done, fold in enumerate(numbers, start=1):
        inside, outside = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        inner, _ = dealt_folds(labels[inside], groups[inside], [content[i] for i in inside], _INNER_FOLDS)
        settings = choose_settings(views[inside], labels[inside], inner, n_classes)
        fitted = fit_head(views[inside], labels[inside], n_classes, settings)
        probabilities[outside] = fitted.probabilities(views[outside, 0])
        progress("measuring", done, len(numbers) + 1)
    settings = choose_settings(views, labels, folds, n_classes)
    head = fit_head(views, labels, n_classes, settings)
    progress("measuring", len(numbers) + 1, len(numbers) + 1)
    return CrossValidated(probabilities, folds, settings, head, kept_apart)


def dealt_folds(labels: np.ndarray, groups: np.ndarray, content: list[str], most: int) -> tuple[np.ndarray, bool]:
    """Deal photos into folds, each class in every fold where it can be.

    Returns
    -------
    ndarray of int64, shape (n_photos,)
        Fold of each photo.
    bool
        Whether groups stayed together. A class whose photos are all one group would be missing in the fit that is to
        judge it; then its photos are dealt one by one.
    """
    names = [str(label) for label in labels]
    whole = [len(np.unique(groups[labels == label])) for label in np.unique(labels)]
    if min(whole) >= 2:
        folds = assign_folds(content, names, groups.tolist(), min(most, *whole, len(labels)))
        if all(len(np.unique(folds[labels == label])) > 1 for label in np.unique(labels)):
            return folds, True
    alone = [int((labels == label).sum()) for label in np.unique(labels)]
    n_folds = max(2, min(most, *alone, len(labels)))
    return assign_folds(content, names, list(range(len(labels))), n_folds), False
