"""The linear head: features made comparable, a logistic regression, its regularisation, and mirror images."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from defect_app.engine.taught.classifier import LinearHead
from defect_app.teaching.logistic import Logits, fit_logistic

STRENGTHS = (0.01, 0.1, 1.0, 10.0)
"""Inverse strengths of regularisation that are tried, for features whose squares sum to 100."""
_SQUARED_LENGTH = 100.0
_MOST_EXACT = 1200
"""Samples up to which the span of the training photos is taken whole; beyond it, its largest directions."""
_MOST_DIRECTIONS = 300
_LEAST_LOG = 1e-7


@dataclass(frozen=True, eq=False)
class Projection:
    """Features made comparable and brought to the few directions in which training photos differ.

    A regularised linear model has no weight outside the span of its training photos: n photos need at most n
    numbers each, however many features there are.

    Attributes
    ----------
    centre, scale : ndarray of float32, shape (n_features,)
        Mean and standard deviation over the training samples.
    basis : ndarray of float32, shape (n_basis, n_features)
        The comparable training samples; or, of many, their largest directions.
    mixture : ndarray of float32, shape (n_basis, n_directions)
        Of the basis, for each direction.
    training : ndarray of float32, shape (n_samples, n_directions)
        The training samples in these directions.
    """

    centre: np.ndarray
    scale: np.ndarray
    basis: np.ndarray
    mixture: np.ndarray
    training: np.ndarray

    @classmethod
    def of(cls, features: np.ndarray) -> Projection:
        """Fit it on training samples, shape (n_samples, n_features)."""
        centre = features.mean(axis=0)
        comparable = features - centre
        spread = np.sqrt(np.einsum("nf,nf->f", comparable, comparable) / len(features))
        # A channel that hardly ever moves would be blown up by its own rare movement.
        scale = (spread + 0.05 * np.median(spread) + 1e-6) * np.sqrt(features.shape[1] / _SQUARED_LENGTH)
        scale = scale.astype(np.float32)
        comparable /= scale
        if len(features) > _MOST_EXACT:
            from sklearn.utils.extmath import randomized_svd

            _, _, rows = randomized_svd(comparable, _MOST_DIRECTIONS, n_iter=2, random_state=0)
            rows = rows.astype(np.float32)
            return cls(centre, scale, rows, np.eye(len(rows), dtype=np.float32), comparable @ rows.T)
        values, vectors = np.linalg.eigh((comparable @ comparable.T).astype(np.float64))
        there = values > values[-1] * 1e-7
        lengths = np.sqrt(values[there])
        mixture, training = vectors[:, there] / lengths, vectors[:, there] * lengths
        return cls(centre, scale, comparable, mixture.astype(np.float32), training.astype(np.float32))

    def coordinates(self, features: np.ndarray) -> np.ndarray:
        """Return photos in these directions, shape (n_photos, n_directions)."""
        found: np.ndarray = (((features - self.centre) / self.scale) @ self.basis.T) @ self.mixture
        return found


@dataclass(frozen=True)
class HeadSettings:
    """How a head is fitted.

    Attributes
    ----------
    strength : float
        Inverse strength of regularisation.
    mirrored : bool
        Whether mirror images are fitted to as well, where there are some.
    """

    strength: float
    mirrored: bool = False


@dataclass(frozen=True, eq=False)
class FittedHead:
    """A head in coordinates of its projection."""

    projection: Projection
    logits: Logits

    def probabilities(self, features: np.ndarray) -> np.ndarray:
        """Return the probability of each class, shape (n_photos, n_classes)."""
        return softmax(self.logits.of(self.projection.coordinates(features)))

    def for_graph(self, centre: np.ndarray) -> LinearHead:
        """Return the head for features as the network gives them; `centre` are those of an ordinary good photo."""
        weights = (self.projection.basis.T @ (self.projection.mixture @ self.logits.weights)) / self.projection.scale[
            :, None
        ]
        bias = self.logits.bias - self.projection.centre @ weights
        return LinearHead(weights.astype(np.float32), bias.astype(np.float32), centre.astype(np.float32))


def fit_head(views: np.ndarray, labels: np.ndarray, n_classes: int, settings: HeadSettings) -> FittedHead:
    """Fit the head on photos of every class.

    Parameters
    ----------
    views : ndarray of float32, shape (n_photos, n_views, n_features)
        Pooled features of each photo as it was taken, and of its mirror images where there are some.
    labels : ndarray of int, shape (n_photos,)
        Index of each photo's class; classes without photos get a probability near 0.
    n_classes : int
        How many classes there are.
    settings : HeadSettings
        How it is fitted.
    """
    projection, (logits,) = _fitted(views, labels, n_classes, [settings.strength], settings.mirrored)
    return FittedHead(projection, logits)


def choose_settings(views: np.ndarray, labels: np.ndarray, folds: np.ndarray, n_classes: int) -> HeadSettings:
    """Return the settings with the lowest log loss on photos, as they were taken, that were not fitted to.

    A defect that lies in which side is which is no defect of a mirror image: there the loss speaks against them.

    Parameters
    ----------
    views, labels, n_classes
        As in `fit_head`.
    folds : ndarray of int, shape (n_photos,)
        Each fold is judged by a fit to the others.
    """
    loss = _losses(views, labels, folds, n_classes, STRENGTHS, mirrored=False)
    strength = STRENGTHS[int(loss.argmin())]
    if views.shape[1] == 1:
        return HeadSettings(strength)
    with_images = _losses(views, labels, folds, n_classes, [strength], mirrored=True)
    return HeadSettings(strength, bool(with_images[0] < loss.min()))


def _losses(
    views: np.ndarray,
    labels: np.ndarray,
    folds: np.ndarray,
    n_classes: int,
    strengths: Sequence[float],
    *,
    mirrored: bool,
) -> np.ndarray:
    """Return the log loss out of fold at each strength, shape (n_strengths,)."""
    loss = np.zeros(len(strengths))
    for fold in np.unique(folds):
        inside, outside = folds != fold, folds == fold
        if len(np.unique(labels[inside])) < 2:
            continue
        projection, fitted = _fitted(views[inside], labels[inside], n_classes, strengths, mirrored)
        held_out = projection.coordinates(views[outside, 0])
        weights = balanced(labels[outside], labels)
        for i, logits in enumerate(fitted):
            chosen = softmax(logits.of(held_out))[np.arange(len(held_out)), labels[outside]]
            loss[i] -= float((weights * np.log(np.maximum(chosen, _LEAST_LOG))).sum())
    return loss


def _fitted(
    views: np.ndarray, labels: np.ndarray, n_classes: int, strengths: Sequence[float], mirrored: bool
) -> tuple[Projection, list[Logits]]:
    """Fit one regression a strength; all views of a photo count together as much as one photo."""
    n_views = views.shape[1] if mirrored else 1
    samples = views[:, :n_views].reshape(-1, views.shape[2])
    projection = Projection.of(samples)
    weights = np.repeat(balanced(labels, labels) / n_views, n_views)
    repeated = np.repeat(labels, n_views)
    return projection, fit_logistic(projection.training, repeated, weights, n_classes, strengths)


def balanced(chosen: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return weights of photos by which every class of `labels` counts alike."""
    counts = np.bincount(labels)
    weights: np.ndarray = len(labels) / (np.count_nonzero(counts) * np.maximum(counts, 1)[chosen])
    return weights


def softmax(logits: np.ndarray) -> np.ndarray:
    """Return probabilities, row by row."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares: np.ndarray = powers / powers.sum(axis=1, keepdims=True)
    return shares
