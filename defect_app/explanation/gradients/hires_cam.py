"""HiResCAM: features weighed by the gradient at their own place, which is what a classifier adds up there.

Method: Draelos, Carin, "Use HiResCAM instead of Grad-CAM for faithful explanations of convolutional neural networks",
2020.
"""

from __future__ import annotations

import numpy as np
from tf_keras_vis.layercam import Layercam

from defect_app.explanation.gradients.logit_model import LogitModel, evidence, score_of


def hires_cam(model: LogitModel, pixels: np.ndarray, direction: np.ndarray, layer: str) -> np.ndarray:
    """Return the evidence at each place of a layer, 0 or above, shape (rows, columns); arguments as in `grad_cam`.

    On the last layer it is the class activation map up to scale, also where the classifier tells places apart.
    """
    # Layer-CAM without its cut of what speaks against.
    return evidence(Layercam, model, pixels, score_of(direction), layer, gradient_modifier=None)
