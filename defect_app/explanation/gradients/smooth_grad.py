"""SmoothGrad: where a small change of a pixel changes the score most, averaged over noisy copies of the photo.

Methods: Simonyan, Vedaldi, Zisserman, "Deep Inside Convolutional Networks: Visualising Image Classification Models and
Saliency Maps", 2013; Smilkov, Thorat, Kim, Viégas, Wattenberg, "SmoothGrad: removing noise by adding noise", 2017.
"""

from __future__ import annotations

import numpy as np
import tensorflow as tf
from tf_keras_vis.saliency import Saliency

from defect_app.explanation.gradients.logit_model import LogitModel, score_of

SAMPLES = 16
NOISE = 0.2
"""Standard deviation of the noise, as a share of the photo's range of values: tf-keras-vis' default."""
AT_ONCE = 4 * 224 * 224
"""Pixels in one batch. The gradient holds on to every activation: a larger batch is no faster, but takes gigabytes."""


def smooth_grad(
    model: LogitModel, pixels: np.ndarray, direction: np.ndarray, layer: str = "", samples: int = SAMPLES
) -> np.ndarray:
    """Return how much each pixel matters, 0 or above, shape (height, width); arguments as in `grad_cam`.

    Of the colours, the strongest counts. The sign is lost: a pixel that speaks against the target matters as well.
    The noise is drawn from a seed of its own, so that a photo has one map; `layer` does not matter.
    """
    photo = pixels.astype(np.float32)
    spread = NOISE * (photo.max() - photo.min())
    noisy = photo + np.random.default_rng(0).normal(0.0, 1.0, (samples, *photo.shape)).astype(np.float32) * spread
    batch = max(1, AT_ONCE // (photo.shape[0] * photo.shape[1]))
    total = np.zeros(photo.shape, np.float64)
    with model.lock:
        saliency = Saliency(model.network, clone=False)
        for start in range(0, samples, batch):
            gradients = saliency(
                score_of(direction),
                noisy[start : start + batch],
                keepdims=True,
                normalize_map=False,
                unconnected_gradients=tf.UnconnectedGradients.ZERO,
            )
            total += np.asarray(gradients).sum(axis=0)
    strongest: np.ndarray = (total / samples).max(axis=-1).astype(np.float32)
    return strongest
