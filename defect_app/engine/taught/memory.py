"""The graph of a model taught with good photos alone: how far each patch of a photo lies from all remembered ones.

Method: PatchCore (see `patches`). Distances are squared, and no sum over neighbours re-weighs them: that is a
product of matrices and a maximum, which every OpenVINO computes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import openvino as ov
from openvino import opset13 as ops

from defect_app.engine.backward.building import integers, number, reshaped, shape_of
from defect_app.engine.taught.backbone import Backbone
from defect_app.engine.taught.finishing import finished
from defect_app.engine.taught.patches import GRID_LAYER, PATCH_LAYERS, raw_patches
from defect_app.engine.taught.pooled import means_of

LOOK_LAYER = PATCH_LAYERS[-1]
"""Its means are what familiarity compares: nothing behind it needs to be computed."""


@dataclass(frozen=True, eq=False)
class PatchMemory:
    """Remembered patches of good photos, in the few dimensions in which they differ most.

    Attributes
    ----------
    projection : ndarray of float32, shape (n_channels, n_dimensions)
        Takes raw patches to those dimensions, after `offset` is taken off.
    offset : ndarray of float32, shape (n_channels,)
        Mean of the raw patches.
    patches : ndarray of float32, shape (n_remembered, n_dimensions)
        The remembered ones.
    """

    projection: np.ndarray
    offset: np.ndarray
    patches: np.ndarray

    def distances(self, raw: np.ndarray) -> np.ndarray:
        """Return the squared distance of raw patches to the nearest remembered one, shape (n,), as the graph does."""
        projected = (raw.astype(np.float32) - self.offset) @ self.projection
        squares = (self.patches**2).sum(axis=1) - 2 * projected @ self.patches.T
        nearest: np.ndarray = np.maximum(squares.min(axis=1) + (projected**2).sum(axis=1), 0)
        return nearest


@dataclass(frozen=True)
class AnomalyScale:
    """From a photo's greatest squared distance to a logit: ``slope * distance + intercept``.

    Attributes
    ----------
    slope : float
        Positive.
    intercept : float
        In units of the logit.
    ordinary : float
        The squared distance up to which a patch is nothing worth showing.
    """

    slope: float
    intercept: float
    ordinary: float


def memory_graph(backbone: Backbone, memory: PatchMemory, scale: AnomalyScale) -> ov.Model:
    """Build the graph that serves; classes are good and anomaly, in this order.

    "features" is the map of evidence (see `classifier.classifier_graph`): for an anomaly by how much each patch
    is farther than ordinary ones, for good nothing.

    Parameters
    ----------
    backbone : Backbone
        Is used up.
    memory : PatchMemory
        What is remembered.
    scale : AnomalyScale
        From distance to logit.
    """
    rows, columns = shape_of(backbone.layers[GRID_LAYER])[2:]
    centred = ops.subtract(raw_patches(backbone), ops.constant(memory.offset[None, None]))
    projected = ops.matmul(centred, ops.constant(memory.projection), False, False)
    product = ops.matmul(projected, ops.constant(2 * memory.patches), False, True)
    nearness = ops.subtract(product, ops.constant((memory.patches**2).sum(axis=1)[None, None]))
    nearest = ops.reduce_max(nearness, integers((2,)), True)
    ones = ops.constant(np.ones((memory.patches.shape[1], 1), np.float32))
    lengths = ops.matmul(ops.multiply(projected, projected), ones, False, False)
    distances = ops.relu(ops.subtract(lengths, nearest))
    farthest = reshaped(ops.reduce_max(distances, integers((1,)), True).output(0), (1, 1))
    half = ops.multiply(ops.add(ops.multiply(farthest, number(scale.slope)), number(scale.intercept)), number(0.5))
    logits = ops.concat([ops.multiply(half, number(-1.0)), half], 1).output(0)
    beyond = ops.relu(ops.subtract(reshaped(distances.output(0), (1, 1, rows, columns)), number(scale.ordinary)))
    evidence = ops.concat([ops.multiply(beyond, number(0.0)), beyond], 1).output(0)
    return finished(backbone, logits, evidence, means_of(backbone, LOOK_LAYER))
