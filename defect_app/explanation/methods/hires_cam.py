"""HiResCAM: features weighed by the gradient at their own place, which is what a classifier adds up there.

Method: Draelos, Carin, "Use HiResCAM instead of Grad-CAM for faithful explanations of convolutional neural networks",
2020.
"""

from __future__ import annotations

import numpy as np

from defect_app.explanation.methods.method import Method, at_a_layer


def hires_cam(features: np.ndarray, gradient: np.ndarray) -> np.ndarray:
    """Return the evidence at each place of a layer, shape (rows, columns); arguments as in `grad_cam`.

    On the last layer it is the class activation map up to scale, also where the classifier tells places apart.
    """
    return np.asarray((features * gradient).sum(axis=-1))


METHOD = Method(
    "hires-cam",
    "HiResCAM",
    "Features of a layer, each place weighed by how much the score rises with it there: what the rest of the network "
    "adds up. Where the classifier tells places apart, more faithful than Grad-CAM.",
    "Draelos and Carin, 2020",
    at_a_layer(hires_cam),
)
