"""The graph of a model taught with defects: pooled layers, one linear head, and where its evidence lies."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import openvino as ov
from openvino import opset13 as ops

from defect_app.engine.backward.building import integers, shape_of
from defect_app.engine.taught.backbone import Backbone
from defect_app.engine.taught.finishing import finished
from defect_app.engine.taught.patches import on_grid
from defect_app.engine.taught.pooled import LOOK_LAYER, POOLED_LAYERS, means_of, pooled_features

MAP_LAYER = "block_5"
"""Its grid is the heat map's: one place for every 8 x 8 pixels."""


@dataclass(frozen=True, eq=False)
class LinearHead:
    """Logits from pooled features: ``features @ weights + bias``.

    Attributes
    ----------
    weights : ndarray of float32, shape (n_features, n_classes)
        For features as the network gives them.
    bias : ndarray of float32, shape (n_classes,)
        Of the logits.
    centre : ndarray of float32, shape (n_features,)
        Features of an ordinary good photo: evidence is what differs from them.
    """

    weights: np.ndarray
    bias: np.ndarray
    centre: np.ndarray


def classifier_graph(backbone: Backbone, head: LinearHead) -> ov.Model:
    """Build the graph that serves: a model folder's inputs and outputs.

    "features" is a map of the evidence for each class instead of the last layer's channels, and "channel_weights" is
    the unit matrix, so that whoever weighs the channels by a direction among the classes gets the evidence for that.

    Parameters
    ----------
    backbone : Backbone
        Is used up.
    head : LinearHead
        For `pooled.pooled_features`.
    """
    return finished(
        backbone, head_logits(backbone, head), head_evidence(backbone, head), means_of(backbone, LOOK_LAYER)
    )


def head_logits(backbone: Backbone, head: LinearHead) -> ov.Output:
    """Return the head's logits, shape (1, n_classes)."""
    weighed = ops.matmul(pooled_features(backbone), ops.constant(head.weights), False, False)
    return ops.add(weighed, ops.constant(head.bias[None])).output(0)


def head_evidence(backbone: Backbone, head: LinearHead) -> ov.Output:
    """Return how much each place adds to each logit, shape (1, n_classes, rows, columns).

    A mean is shared by all places as they add to it; a maximum is its place's alone (several share it). Summed over a
    layer's places this is the layer's part of the logits, but for the constant.
    """
    grid = shape_of(backbone.layers[MAP_LAYER])[2:]
    total: ov.Output | None = None
    start = 0
    for name in POOLED_LAYERS:
        layer = backbone.layers[name]
        channels = shape_of(layer)[1]
        parts = [slice(start, start + channels), slice(start + channels, start + 2 * channels)]
        start += 2 * channels
        evidence = on_grid(_of_layer(layer, head, *parts), grid)
        total = evidence if total is None else ops.add(total, evidence).output(0)
    assert total is not None, "there are layers"
    # A maximum is one place; what the layer saw there is about three wide.
    return ops.avg_pool(total, [1, 1], [1, 1], [1, 1], [3, 3], True).output(0)


def _of_layer(layer: ov.Output, head: LinearHead, means: slice, maxima: slice) -> ov.Output:
    strongest = ops.reduce_max(layer, integers((2, 3)), True)
    is_strongest = ops.convert(ops.equal(layer, strongest), np.float32)
    share = ops.divide(is_strongest, ops.reduce_mean(is_strongest, integers((2, 3)), True))
    centre = ops.constant(head.centre[maxima][None, :, None, None])
    by_maximum = ops.multiply(share, ops.subtract(strongest, centre))
    by_mean = ops.subtract(layer, ops.constant(head.centre[means][None, :, None, None]))
    return ops.add(_weighed(by_mean, head.weights[means]), _weighed(by_maximum, head.weights[maxima])).output(0)


def _weighed(channels: ov.Node, weights: np.ndarray) -> ov.Node:
    """Weigh channels for each class: a convolution with one place."""
    kernel = ops.constant(np.ascontiguousarray(weights.T)[:, :, None, None])
    return ops.convolution(channels, kernel, [1, 1], [0, 0], [0, 0], [1, 1])
