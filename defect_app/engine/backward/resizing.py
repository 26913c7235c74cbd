"""The gradient of a resize: the same linear mixing, transposed."""

from __future__ import annotations

import numpy as np
import openvino as ov
from openvino import opset13 as ops
from openvino.passes import ConstantFolding, Manager

from defect_app.engine.backward.building import NoGradient, integers, shape_of, values_of
from defect_app.engine.backward.elementwise import Gradients, Wanted

_SEPARABLE = ("linear_onnx", "linear", "nearest")


def of_interpolate(node: ov.Node, gradient: ov.Output, wanted: Wanted) -> Gradients:
    """Mix the gradient back along each axis by the transposed weights of the resize."""
    if node.get_attributes()["mode"] not in _SEPARABLE:
        raise NoGradient(f"{node.get_friendly_name()} resizes by {node.get_attributes()['mode']}.")
    before, after = shape_of(node.input_value(0)), shape_of(node.output(0))
    for axis, (side, resized) in enumerate(zip(before, after, strict=True)):
        if side != resized:
            gradient = _mixed(gradient, _mixing(node, side, resized), axis)
    return [gradient, *[None] * (node.get_input_size() - 1)]


def _mixing(node: ov.Node, side: int, resized: int) -> np.ndarray:
    """Return how much each place counts for each resized one, shape (side, resized), by resizing unit vectors."""
    settings = node.get_attributes()
    mixed = ops.interpolate(
        ops.constant(np.eye(side, dtype=np.float32)[None, None]),
        integers([side, resized]),
        settings["mode"],
        "sizes",
        [0, 0],
        [0, 0],
        settings["coordinate_transformation_mode"],
        settings["nearest_mode"],
        settings["antialias"],
        settings["cube_coeff"],
        integers([2, 3]),
    )
    # Two axes, the first unchanged, because one alone cannot be folded; and a compiled graph takes far longer.
    model = ov.Model([mixed], [])
    folding = Manager()
    folding.register_pass(ConstantFolding())
    folding.run_passes(model)
    weights: np.ndarray = values_of(model.get_results()[0].input_value(0))[0, 0]
    return weights


def _mixed(gradient: ov.Output, mixing: np.ndarray, axis: int) -> ov.Output:
    """Multiply along one axis: the others stay."""
    dimensions = len(shape_of(gradient))
    order = [i for i in range(dimensions) if i != axis] + [axis]
    last = ops.matmul(ops.transpose(gradient, integers(order)), ops.constant(mixing), False, True)
    return ops.transpose(last, integers(np.argsort(order))).output(0)
