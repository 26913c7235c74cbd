"""SmoothGrad: where a small change of a pixel changes the score most, averaged over noisy copies of the photo.

Methods: Simonyan, Vedaldi, Zisserman, "Deep Inside Convolutional Networks: Visualising Image Classification Models and
Saliency Maps", 2013; Smilkov, Thorat, Kim, Viégas, Wattenberg, "SmoothGrad: removing noise by adding noise", 2017.
"""

from __future__ import annotations

import numpy as np

from defect_app.explanation.methods.method import Method, Question

SAMPLES = 16
NOISE = 0.2
"""Standard deviation of the noise, as a share of the photo's range of values: tf-keras-vis' default."""


def smooth_grad(question: Question, samples: int = SAMPLES, noise: float = NOISE) -> np.ndarray:
    """Return how much each pixel matters, 0 or above, shape (height, width).

    Of the colours, the strongest counts. The sign is lost: a pixel that speaks against the target matters as well.
    The noise is drawn from a seed of its own, so that a photo has one map.
    """
    photo = question.pixels.astype(np.float32)
    spread = noise * (photo.max() - photo.min())
    rng = np.random.default_rng(0)
    total = np.zeros(photo.shape, np.float64)
    for number in range(samples):
        noisy = photo + rng.normal(0.0, 1.0, photo.shape).astype(np.float32) * spread
        total += np.abs(question.engine.at_photo(noisy, question.direction))
        question.progress(METHOD.title, number + 1, samples)
    return np.asarray((total / samples).max(axis=-1), np.float32)


METHOD = Method(
    "smoothgrad",
    "SmoothGrad",
    f"How much each pixel would change the score, for or against it, averaged over {SAMPLES} noisy copies. Drawn up to "
    "its 99th percentile.",
    "Smilkov et al., 2017",
    smooth_grad,
    takes_layer=False,
    takes_long=True,
    unit="its own unit",
)
