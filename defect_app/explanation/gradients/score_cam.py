"""Score-CAM: feature maps weighed by the answer to the photo seen through each of them; no gradients.

Method: Wang, Wang, Du, Yang, Zhang, Ding, Mardziel, Hu, "Score-CAM: Score-Weighted Visual Explanations for
Convolutional Neural Networks", CVPR workshops 2020; only the channels that vary most, as in tf-keras-vis' "faster"
variant.
"""

from __future__ import annotations

import keras
import numpy as np
import tensorflow as tf
from tf_keras_vis.scorecam import Scorecam

from defect_app.explanation.gradients.logit_model import LogitModel

TOP_CHANNELS = 16
_TINY = 1e-12


def score_cam(model: LogitModel, pixels: np.ndarray, direction: np.ndarray, layer: str) -> np.ndarray:
    """Return the evidence at each place of a layer, 0 or above, shape (rows, columns); arguments as in `grad_cam`."""
    weights = tf.constant(direction, tf.float32)

    def score(probabilities: tf.Tensor) -> tf.Tensor:
        # tf-keras-vis hands a softmax of the logits over; its logarithm is the logits again, up to a constant.
        return tf.linalg.matvec(tf.math.log(probabilities + _TINY), weights)

    channels = model.network.get_layer(layer).output.shape[-1]
    with model.lock:
        keras.config.disable_interactive_logging()
        found = Scorecam(model.network, clone=False)(
            score,
            pixels[None].astype(np.float32),
            penultimate_layer=layer,
            seek_penultimate_conv_layer=False,
            max_N=min(TOP_CHANNELS, channels),
            batch_size=TOP_CHANNELS,
            expand_cam=False,
            normalize_cam=False,
        )
    evidence_map: np.ndarray = np.asarray(found, np.float32)[0]
    return evidence_map
