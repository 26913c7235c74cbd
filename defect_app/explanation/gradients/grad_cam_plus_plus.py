"""Grad-CAM++: feature maps weighed by their positive gradients, so that several small places count as one large one.

Method: Chattopadhyay, Sarkar, Howlader, Balasubramanian, "Grad-CAM++: Generalized Gradient-based Visual Explanations
for Deep Convolutional Networks", WACV 2018.
"""

from __future__ import annotations

import numpy as np
import tensorflow as tf
from tf_keras_vis.gradcam_plus_plus import GradcamPlusPlus

from defect_app.explanation.gradients.logit_model import LogitModel, evidence, score_of


def grad_cam_plus_plus(model: LogitModel, pixels: np.ndarray, direction: np.ndarray, layer: str) -> np.ndarray:
    """Return the evidence at each place of a layer, 0 or above, shape (rows, columns); arguments as in `grad_cam`."""
    score = score_of(direction)

    def centred(logits: tf.Tensor) -> tf.Tensor:
        # The method takes the exponential of the score, which only scales the map, but overflows for large logits.
        value = score(logits)
        return value - tf.stop_gradient(value)

    return evidence(GradcamPlusPlus, model, pixels, centred, layer)
