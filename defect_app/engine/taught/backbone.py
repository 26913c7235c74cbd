"""The bundled network for everyday things, opened at every depth: what taught models see through.

Network: Sandler, Howard, Zhu, Zhmoginov, Chen, "MobileNetV2: Inverted Residuals and Linear Bottlenecks", CVPR 2018.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import openvino as ov

from defect_app.errors import ModelUnavailable

_BLOCKS = 16
"""Blocks that widen their input first; the one before them does not."""
_ACTIVATIONS = 2 * _BLOCKS + 3
"""Two in each of those, two before the first of them, one at the end."""


@dataclass(frozen=True, eq=False)
class Backbone:
    """A copy of the network, to be built on.

    Attributes
    ----------
    photo : Node
        Takes uint8 RGB, shape (1, height, width, 3).
    layers : dict of str to Output
        Layers by name, from the photo on, each of shape (1, n_channels, rows, columns): the outputs of blocks
        (``block_1`` … ``block_16``, linear), their widened inputs (``block_1_expand`` … ``block_16_expand``, 0 to 6),
        and ``out_relu``, the last.
    """

    photo: ov.Node
    layers: dict[str, ov.Output]


def read_backbone(folder: Path, height: int, width: int) -> Backbone:
    """Read the network of a model folder for photos of one size.

    Its layers are found by their order, since the file has no names for them.

    Parameters
    ----------
    folder : Path
        Of a MobileNetV2, verified by the catalog.
    height, width : int
        Of the photo in pixels; multiples of 32.

    Raises
    ------
    ModelUnavailable
        If the network cannot be read or is another one.
    """
    try:
        core = ov.Core()
        # What is taught is written to disk while its source may be replaced: weights are read, not mapped.
        core.set_property({"ENABLE_MMAP": False})
        model = core.read_model(folder / "model.xml")
        model.reshape([1, height, width, 3])
    except RuntimeError as error:
        raise ModelUnavailable(f"{folder.name}: OpenVINO cannot read the network.", "Restore the folder.") from error
    activations = [node for node in model.get_ordered_ops() if node.get_type_name() == "Clamp"]
    if len(activations) != _ACTIVATIONS:
        raise ModelUnavailable(
            f"{folder.name}: its network is no MobileNetV2 ({len(activations)} activations, not {_ACTIVATIONS}).",
            "Restore the folder.",
        )
    layers: dict[str, ov.Output] = {}
    for block in range(1, _BLOCKS + 1):
        widened = activations[2 * block]
        if block > 1:
            layers[f"block_{block - 1}"] = _input_of_convolution(widened)
        layers[f"block_{block}_expand"] = widened.output(0)
    layers[f"block_{_BLOCKS}"] = _input_of_convolution(activations[-1])
    layers["out_relu"] = activations[-1].output(0)
    return Backbone(model.get_parameters()[0], layers)


def _input_of_convolution(activation: ov.Node) -> ov.Output:
    """Return what is convolved before an activation: activation, bias, convolution, its input."""
    convolution = activation.input_value(0).get_node().input_value(0).get_node()
    if convolution.get_type_name() != "Convolution":
        raise ModelUnavailable("The network is no MobileNetV2 as the project exports it.", "Restore its folder.")
    return convolution.input_value(0)
