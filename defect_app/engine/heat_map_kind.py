"""Which kind of heat map a model's head allows: read off its weights, or by a gradient."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import Any

import numpy as np
import openvino as ov


class HeatMapKind(Enum):
    """Which kind of heat map a model gives, in words for its card.

    The class activation map is read off the weights of the last layer. A head with layers between the features and
    the classes has none: there the gradient takes the weights' place, and the map is Grad-CAM's. Where such a head
    tells places apart, each has a gradient of its own, and the map is HiResCAM's.
    """

    CLASS_ACTIVATION_MAP = "class activation map"
    GRADIENT = "gradient-based (Grad-CAM)"
    GRADIENT_AT_EACH_PLACE = "gradient-based, each place by itself (HiResCAM)"
    NONE = "none"


def heat_map_kind_of(folder: Path, n_classes: int, weights: str = "model") -> HeatMapKind:
    """Return which kind of heat map a model gives, without compiling its network.

    Parameters
    ----------
    folder : Path
        Its folder, verified by the catalog.
    n_classes : int
        How many classes it has.
    weights : str
        Stem of the OpenVINO files in the folder.
    """
    model = ov.Core().read_model(folder / f"{weights}.xml")
    given = {name: port for port in model.outputs for name in port.get_names()}
    return kind_of_head(head_weights(model, n_classes), given.get("channel_weights"))


def kind_of_head(weights: np.ndarray | None, channel_weights: Any) -> HeatMapKind:
    """Return the kind by what `head_weights` found and the model's output of that name; None where it has none."""
    if weights is not None:
        return HeatMapKind.CLASS_ACTIVATION_MAP
    if channel_weights is None:
        return HeatMapKind.NONE
    # Batch, channels and classes; or batch, rows, columns, channels and classes.
    is_alike_everywhere = len(channel_weights.partial_shape) == 3
    return HeatMapKind.GRADIENT if is_alike_everywhere else HeatMapKind.GRADIENT_AT_EACH_PLACE


def head_weights(model: ov.Model, n_classes: int) -> np.ndarray | None:
    """Find the dense layer before the softmax; return its kernel, shape (n_channels, n_classes), or None.

    None, too, where the layer does not weigh the channels of the feature map themselves.
    """
    results = {name: r for r in model.get_results() for name in r.input_value(0).get_names()}
    if "channel_weights" in results or not {"probabilities", "features"} <= results.keys():
        return None
    node = results["probabilities"]
    while node.get_type_name() != "MatMul":
        if node.get_type_name() not in {"Result", "Softmax", "Add", "Convert", "Reshape"}:
            return None
        node = node.input_value(0).get_node()
    # The kernel may be stored compressed or quantised: let OpenVINO compute the constant part of the graph.
    constant = ov.Core().compile_model(ov.Model([node.input_value(1)], []), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    kernel = np.array(constant([])[0], np.float32)
    kernel = kernel.T if node.get_attributes().get("transpose_b") else kernel
    channels = results["features"].input_value(0).get_partial_shape()[3]
    return kernel if kernel.shape == (channels.get_length(), n_classes) else None
