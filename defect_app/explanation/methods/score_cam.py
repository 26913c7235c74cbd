"""Score-CAM: feature maps weighed by the answer to the photo seen through each of them; no gradients.

Method: Wang, Wang, Du, Yang, Zhang, Ding, Mardziel, Hu, "Score-CAM: Score-Weighted Visual Explanations for
Convolutional Neural Networks", CVPR workshops 2020; only the channels that vary most, as in tf-keras-vis' "faster"
variant.
"""

from __future__ import annotations

import numpy as np

from defect_app.explanation.methods.method import Method, Question

TOP_CHANNELS = 16
_TINY = 1e-12
_TINIEST_RANGE = 1e-7


def score_cam(question: Question) -> np.ndarray:
    """Return the evidence at each place of a layer, shape (rows, columns).

    One masked photo is in memory at a time.
    """
    (features,) = question.engine.feature_maps(question.pixels, (question.layer,))
    chosen = features[..., np.argsort(-features.std(axis=(0, 1)), kind="stable")[:TOP_CHANNELS]]
    weights = []
    for number in range(chosen.shape[-1]):
        mask = enlarged(chosen[..., number], question.pixels.shape[:2])
        mask = (mask - mask.min()) / (np.ptp(mask) + _TINIEST_RANGE)
        (logits,) = question.engine.logits([question.pixels * mask[..., None]])
        weights.append(_score(logits, question.direction))
        question.progress(METHOD.title, number + 1, chosen.shape[-1])
    return np.asarray(chosen @ np.array(weights, np.float32))


def enlarged(values: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Return a map enlarged linearly so that its corners lie on the corners, float32 of `shape`."""
    by_rows, by_columns = (_mixing(side, wanted) for side, wanted in zip(values.shape, shape, strict=True))
    return np.asarray(by_rows @ values.astype(np.float32) @ by_columns.T)


def _mixing(side: int, wanted: int) -> np.ndarray:
    """Return how much each place counts for each wanted one along one side, shape (wanted, side)."""
    at = np.linspace(0, side - 1, wanted)
    return np.asarray(np.maximum(0, 1 - np.abs(at[:, None] - np.arange(side))), np.float32)


def _score(logits: np.ndarray, direction: np.ndarray) -> float:
    """Weigh the logarithms of the softmax: the logits again, up to a constant."""
    powers = np.exp(logits - logits.max())
    return float(np.log(powers / powers.sum() + _TINY) @ direction)


METHOD = Method(
    "score-cam",
    "Score-CAM",
    f"Shows the model the photo through its {TOP_CHANNELS} most varied feature maps, one at a time, and sees how the "
    "score answers. Slower, but without gradients.",
    "Wang et al., CVPR workshops 2020",
    score_cam,
    takes_long=True,
    unit="its own unit",
)
