"""The patches of a photo as the network sees them at three depths, on one grid.

Method: Roth, Pemula, Zepeda, Schölkopf, Brox, Gehler, "Towards Total Recall in Industrial Anomaly Detection"
(PatchCore), CVPR 2022: layers of middle depth, each place averaged with its neighbours, brought to one grid and joined.
"""

from __future__ import annotations

import numpy as np
import openvino as ov
from openvino import opset13 as ops

from defect_app.engine.backward.building import integers, reshaped, shape_of
from defect_app.engine.taught.backbone import Backbone

PATCH_LAYERS = ("block_2", "block_5", "block_12")
"""A fourth, an eighth and a sixteenth of the photo's resolution."""
LAYER_WEIGHTS = (1.0, 1.0, 0.7)
GRID_LAYER = "block_5"
"""Its places are the patches: one for every 8 x 8 pixels."""


def raw_patches(backbone: Backbone) -> ov.Output:
    """Return the patches, shape (1, n_patches, n_channels), row by row; unscaled."""
    grid = shape_of(backbone.layers[GRID_LAYER])[2:]
    joined = ops.concat([on_grid(_averaged(backbone.layers[name]), grid) for name in PATCH_LAYERS], 1).output(0)
    channels = shape_of(joined)[1]
    rows = reshaped(joined, (1, channels, grid[0] * grid[1]))
    return ops.transpose(rows, integers((0, 2, 1))).output(0)


def channels_of(backbone: Backbone) -> tuple[int, ...]:
    """Return how many channels each of the joined layers has."""
    return tuple(shape_of(backbone.layers[name])[1] for name in PATCH_LAYERS)


def on_grid(layer: ov.Output, grid: tuple[int, ...]) -> ov.Output:
    """Bring a layer to another grid: means where it is a whole number of times finer, else between its places."""
    rows, columns = shape_of(layer)[2:]
    if (rows, columns) == tuple(grid):
        return layer
    if rows >= grid[0] and rows % grid[0] == 0 and columns % grid[1] == 0:
        window = [rows // grid[0], columns // grid[1]]
        return ops.avg_pool(layer, window, [0, 0], [0, 0], window, True).output(0)
    return ops.interpolate(
        layer,
        integers(grid),
        "linear_onnx",
        "sizes",
        axes=integers((2, 3)),
        coordinate_transformation_mode="half_pixel",
        nearest_mode="round_prefer_floor",
    ).output(0)


def _averaged(layer: ov.Output) -> ov.Output:
    """Average each place with its eight neighbours; beyond the border there are none."""
    return ops.avg_pool(layer, [1, 1], [1, 1], [1, 1], [3, 3], True).output(0)


def layer_scales(patches: np.ndarray, channels: tuple[int, ...]) -> np.ndarray:
    """Return what each channel is divided by so that every layer counts alike in a distance.

    Parameters
    ----------
    patches : ndarray, shape (n, n_channels)
        As `raw_patches` gives them.
    channels : tuple of int
        Of each layer, see `channels_of`.

    Returns
    -------
    ndarray of float32, shape (n_channels,)
        Within a layer the channels keep their proportions. The deepest counts for 0.7: what it sees is coarse.
    """
    variance = np.var(patches.astype(np.float32), axis=0)
    starts = np.concatenate([[0], np.cumsum(channels)])
    scales = [
        np.full(n, np.sqrt(max(float(variance[start : start + n].sum()), 1e-12)) / weight, np.float32)
        for start, n, weight in zip(starts, channels, LAYER_WEIGHTS, strict=False)
    ]
    return np.concatenate(scales)
