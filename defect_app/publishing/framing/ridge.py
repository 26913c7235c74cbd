"""Linear least squares with a penalty, solved in whichever space is smaller, as a filter over windows."""

from __future__ import annotations

import numpy as np

from defect_app.engine import WindowFilter
from defect_app.publishing.framing.windows import WindowShape


def ridge_filter(features: np.ndarray, targets: np.ndarray, shape: WindowShape, *, penalty: float) -> WindowFilter:
    """Fit answers to windows by ridge regression (Hoerl, Kennard, Technometrics 1970) on standardised features.

    Parameters
    ----------
    features : ndarray of float32, shape (n, n_channels * rows * columns)
        Channels first.
    targets : ndarray, shape (n, n_answers)
        What to answer.
    shape : WindowShape
        Of the windows.
    penalty : float
        In units of the number of examples (or, with fewer examples than features, of the mean square of a row).
    """
    mean, deviation = features.mean(axis=0), features.std(axis=0) + 1e-6
    standard = (features - mean) / deviation
    middle = targets.mean(axis=0)
    n, n_features = standard.shape
    if n > n_features:
        gram = standard.T @ standard
        gram[np.diag_indices_from(gram)] += penalty * n
        weights = np.linalg.solve(gram, standard.T @ (targets - middle))
    else:
        gram = standard @ standard.T / n_features
        gram[np.diag_indices_from(gram)] += penalty
        weights = standard.T @ np.linalg.solve(gram, targets - middle) / n_features
    scaled = weights / deviation[:, None]
    bias = middle - mean @ scaled
    return WindowFilter(
        np.ascontiguousarray(scaled.T.reshape(targets.shape[1], -1, shape.rows, shape.columns), np.float32),
        np.asarray(bias, np.float32),
    )


def joined(*filters: WindowFilter) -> WindowFilter:
    """Return one filter that gives the answers of several over the same window, one after the other."""
    return WindowFilter(np.concatenate([f.weights for f in filters]), np.concatenate([f.bias for f in filters]))
