"""What a taught classifier judges by: the mean and the maximum of every channel of several layers."""

from __future__ import annotations

import numpy as np
import openvino as ov
from openvino import opset13 as ops

from defect_app.engine.taught.backbone import Backbone

POOLED_LAYERS = (*(f"block_{block}" for block in range(1, 17)), "out_relu")
"""Early layers see marks of a few pixels, late ones what the photo shows. Chosen by `benchmarks/teach.py`."""
LOOK_LAYER = "out_relu"
"""Its means are what familiarity compares."""
_PLACES = (2, 3)


def pooled_features(backbone: Backbone) -> ov.Output:
    """Return the pooled layers as one output, shape (1, n_features): of each layer its means, then its maxima."""
    return ops.concat([part for name in POOLED_LAYERS for part in means_and_maxima(backbone.layers[name])], 1).output(0)


def means_and_maxima(layer: ov.Output) -> tuple[ov.Output, ov.Output]:
    """Return both for the channels of a layer, each of shape (1, n_channels)."""
    axes = np.array(_PLACES, np.int64)
    return ops.reduce_mean(layer, axes, False).output(0), ops.reduce_max(layer, axes, False).output(0)


def means_of(backbone: Backbone, layer: str) -> ov.Output:
    """Return the means of one layer, shape (1, n_channels): what familiarity compares."""
    return means_and_maxima(backbone.layers[layer])[0]
