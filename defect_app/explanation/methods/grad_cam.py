"""Grad-CAM: feature maps weighed by the mean gradient of the score.

Method: Selvaraju, Cogswell, Das, Vedantam, Parikh, Batra, "Grad-CAM: Visual Explanations from Deep Networks via
Gradient-based Localization", ICCV 2017.
"""

from __future__ import annotations

import numpy as np

from defect_app.explanation.methods.method import Method, at_a_layer


def grad_cam(features: np.ndarray, gradient: np.ndarray) -> np.ndarray:
    """Return the evidence at each place of a layer, shape (rows, columns).

    Parameters
    ----------
    features, gradient : ndarray, shape (rows, columns, n_channels)
        The layer's output, and the score's gradient by it.
    """
    return np.asarray(features @ gradient.mean(axis=(0, 1)))


METHOD = Method(
    "grad-cam",
    "Grad-CAM",
    "Features of a layer, weighed by how much the score rises with them. On the last layer the same as the class "
    "activation map, unless the classifier tells places apart.",
    "Selvaraju et al., ICCV 2017",
    at_a_layer(grad_cam),
)
