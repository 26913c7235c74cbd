"""Grad-CAM++: feature maps weighed by positive gradients, so that several small places count as much as one large.

Method: Chattopadhyay, Sarkar, Howlader, Balasubramanian, "Grad-CAM++: Generalized Gradient-based Visual Explanations
for Deep Convolutional Networks", WACV 2018.
"""

from __future__ import annotations

import numpy as np

from defect_app.explanation.methods.method import Method, at_a_layer


def grad_cam_plus_plus(features: np.ndarray, gradient: np.ndarray) -> np.ndarray:
    """Return the evidence at each place of a layer, shape (rows, columns); arguments as in `grad_cam`.

    The method differentiates the exponential of the score: its derivatives are powers of the gradient, times that
    exponential, which only scales the map and would overflow. It is left out.
    """
    squared = gradient**2
    total = features.sum(axis=(0, 1))
    shares = _divided(squared, 2 * squared + squared * gradient * total)
    shares = _divided(shares, shares.sum(axis=(0, 1)))
    weights = (np.maximum(gradient, 0) * shares).sum(axis=(0, 1))
    return np.asarray(features @ weights)


def _divided(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """Divide, and leave a part as it is where the whole is 0."""
    return part / np.where(whole == 0, np.float32(1), whole)


METHOD = Method(
    "grad-cam++",
    "Grad-CAM++",
    "As Grad-CAM, but several small places count as much as one large one.",
    "Chattopadhyay et al., WACV 2018",
    at_a_layer(grad_cam_plus_plus),
    unit="its own unit",
)
