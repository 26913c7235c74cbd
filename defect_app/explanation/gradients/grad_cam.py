"""Grad-CAM: feature maps weighed by the mean gradient of the score.

Method: Selvaraju, Cogswell, Das, Vedantam, Parikh, Batra, "Grad-CAM: Visual Explanations from Deep Networks via
Gradient-based Localization", ICCV 2017.
"""

from __future__ import annotations

import numpy as np
from tf_keras_vis.gradcam import Gradcam

from defect_app.explanation.gradients.logit_model import LogitModel, evidence, score_of


def grad_cam(model: LogitModel, pixels: np.ndarray, direction: np.ndarray, layer: str) -> np.ndarray:
    """Return the evidence at each place of a layer, 0 or above, shape (rows, columns).

    Parameters
    ----------
    model : LogitModel
        What answers.
    pixels : ndarray of uint8 or float32, shape (height, width, 3)
        RGB 0..255 at the input size.
    direction : ndarray, shape (n_classes,)
        See `Target`.
    layer : str
        Name of one of the model's `layers`.
    """
    return evidence(Gradcam, model, pixels, score_of(direction), layer)
