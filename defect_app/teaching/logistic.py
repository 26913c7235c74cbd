"""Logistic regression on few photos: for two classes by Newton's method, which scikit-learn's checks would outlast.

Method: iteratively reweighted least squares (Hastie, Tibshirani, Friedman, "The Elements of Statistical Learning",
section 4.4.1) with the ridge penalty of scikit-learn's `LogisticRegression`, which fits more classes and more photos.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.linalg import solve
from scipy.special import expit

MOST_BY_NEWTON = 400
"""Coordinates up to which a Newton step is cheaper than scikit-learn's many small ones."""
_STEPS = 30
_TOLERANCE = 2e-3
"""Of the slope; the last digits of a weight decide nothing."""
_ABSENT = -30.0
"""Logit of a class without photos."""


@dataclass(frozen=True, eq=False)
class Logits:
    """Logits are ``coordinates @ weights + bias``; those of two classes are opposite.

    Attributes
    ----------
    weights : ndarray of float32, shape (n_coordinates, n_classes)
        Of the coordinates.
    bias : ndarray of float32, shape (n_classes,)
        Of the classes.
    """

    weights: np.ndarray
    bias: np.ndarray

    def of(self, coordinates: np.ndarray) -> np.ndarray:
        """Return the logits of photos, shape (n_photos, n_classes)."""
        found: np.ndarray = coordinates @ self.weights + self.bias
        return found


def fit_logistic(
    coordinates: np.ndarray, labels: np.ndarray, sample_weights: np.ndarray, n_classes: int, strengths: Sequence[float]
) -> list[Logits]:
    """Fit one regression a strength, each starting from the one before.

    Parameters
    ----------
    coordinates : ndarray of float32, shape (n_photos, n_coordinates)
        Of photos of two classes at least.
    labels : ndarray of int, shape (n_photos,)
        Index of each photo's class.
    sample_weights : ndarray, shape (n_photos,)
        How much each photo counts.
    n_classes : int
        How many classes there are, those without photos too.
    strengths : sequence of float
        Inverse strengths of regularisation.
    """
    present = np.unique(labels)
    if len(present) == 2 and coordinates.shape[1] <= MOST_BY_NEWTON:
        fitted = _two_classes(coordinates.astype(np.float64), labels == present[1], sample_weights, strengths)
    else:
        fitted = _by_scikit_learn(coordinates, labels, sample_weights, strengths)
    return [_of_all_classes(weights, bias, present, n_classes) for weights, bias in fitted]


def _two_classes(
    coordinates: np.ndarray, positive: np.ndarray, sample_weights: np.ndarray, strengths: Sequence[float]
) -> list[tuple[np.ndarray, np.ndarray]]:
    design = np.hstack([coordinates, np.ones((len(coordinates), 1))])
    penalty = np.ones(design.shape[1])
    # The bias is not drawn to nought.
    penalty[-1] = 0.0
    found, both = [], np.zeros(design.shape[1])
    for strength in strengths:
        weights = strength * sample_weights
        for _ in range(_STEPS):
            share = expit(design @ both)
            slope = penalty * both + design.T @ (weights * (share - positive))
            if np.abs(slope).max() < _TOLERANCE * max(strength, 1.0):
                break
            curvature = design.T @ (design * (weights * share * (1 - share))[:, None])
            curvature[np.diag_indices_from(curvature)] += penalty + 1e-8
            step = solve(curvature, slope, assume_a="pos", check_finite=False)
            # Far from the solution a whole step may overshoot.
            both = both - step / max(1.0, float(np.abs(design @ step).max()) / 8)
        found.append((both[:-1, None].copy(), both[-1:].copy()))
    return found


def _by_scikit_learn(
    coordinates: np.ndarray, labels: np.ndarray, sample_weights: np.ndarray, strengths: Sequence[float]
) -> list[tuple[np.ndarray, np.ndarray]]:
    from sklearn import config_context
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(warm_start=True, max_iter=200, tol=1e-3)
    found = []
    for strength in strengths:
        model.set_params(C=strength)
        with warnings.catch_warnings(), config_context(assume_finite=True, skip_parameter_validation=True):
            warnings.simplefilter("ignore", ConvergenceWarning)
            model.fit(coordinates, labels, sample_weights)
        found.append((model.coef_.T.copy(), model.intercept_.copy()))
    return found


def _of_all_classes(weights: np.ndarray, bias: np.ndarray, present: np.ndarray, n_classes: int) -> Logits:
    if weights.shape[1] == 1:
        weights, bias = np.hstack([-weights, weights]) / 2, np.concatenate([-bias, bias]) / 2
    whole, offset = np.zeros((len(weights), n_classes), np.float32), np.full(n_classes, _ABSENT, np.float32)
    whole[:, present], offset[present] = weights, bias
    return Logits(whole, offset)
