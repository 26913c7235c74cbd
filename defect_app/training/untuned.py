"""Familiarity by a network that was never tuned: it still tells apart what the tuned one no longer does.

The last features of an ImageNet network tell photos of one product from those of another better than any layer of a
network that was tuned on a few hundred photos, or trained on them alone.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np

from defect_app.recipes.entries import BackboneEntries
from defect_app.training.backbones import build_backbone

UNTUNED_BACKBONE = "MobileNetV2"
UNTUNED_SIDE = 224
"""Pixels a side of the pictures that its weights were trained on; enlarged ones look unlike them."""


def untuned_map(network: Any, data_dir: Path | None = None) -> Any:
    """Return the last feature map of MobileNetV2 as ImageNet left it, on the photo that a network judges.

    Photos larger than ImageNet's are made smaller for it. Where the size is the network's own, its first layers that
    are still those of MobileNetV2 are looked through once for both.

    Parameters
    ----------
    network : keras.Model
        From RGB 0..255, shape (batch, height, width, 3).
    data_dir : Path, optional
        The folder that holds archives of weights.

    Returns
    -------
    KerasTensor, shape (batch, rows, columns, 1280)

    Raises
    ------
    DataUnavailable
        If the ImageNet weights cannot be loaded.
    """
    height, width = (min(side, UNTUNED_SIDE) for side in network.input_shape[1:3])
    untuned = build_backbone(BackboneEntries(UNTUNED_BACKBONE), height=height, width=width, data_dir=data_dir)
    whole = keras.Model(untuned.inputs, untuned.features, name="untuned")
    if (height, width) != network.input_shape[1:3]:
        smaller: Any = whole(keras.ops.image.resize(network.input, (height, width)))
        return smaller
    there = {layer.name: layer for layer in network.layers}
    ours, theirs = network.input, whole.input
    for layer in whole.layers[1:]:
        if layer.name not in there or not _alike(layer, there[layer.name]):
            break
        ours, theirs = there[layer.name].output, layer.output
    else:
        return ours
    return keras.Model(theirs, untuned.features, name="untuned")(ours)


def _alike(one: Any, other: Any) -> bool:
    """Say whether two layers compute the same, but for kernels that were rounded."""
    one_config, other_config = ({**layer.get_config(), "trainable": None} for layer in (one, other))
    pairs = zip(one.get_weights(), other.get_weights(), strict=True)
    return one_config == other_config and all(np.allclose(a, b, rtol=2e-3, atol=1e-6) for a, b in pairs)
