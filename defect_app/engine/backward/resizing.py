"""The gradient of a resize: the same linear mixing, transposed."""

from __future__ import annotations

import numpy as np
import openvino as ov
from openvino import opset13 as ops

from defect_app.engine.backward.building import NoGradient, integers, shape_of
from defect_app.engine.backward.elementwise import Gradients, Wanted
from defect_app.engine.core import explaining_core

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
    units = ops.parameter([side, side], np.float32)
    mixed = ops.interpolate(
        units,
        integers([resized]),
        settings["mode"],
        "sizes",
        [0, 0],
        [0, 0],
        settings["coordinate_transformation_mode"],
        settings["nearest_mode"],
        settings["antialias"],
        settings["cube_coeff"],
        integers([1]),
    )
    model = ov.Model([mixed], [units])
    compiled = explaining_core().compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    return np.array(compiled([np.eye(side, dtype=np.float32)])[0])


def _mixed(gradient: ov.Output, mixing: np.ndarray, axis: int) -> ov.Output:
    """Multiply along one axis: the others stay."""
    dimensions = len(shape_of(gradient))
    order = [i for i in range(dimensions) if i != axis] + [axis]
    last = ops.matmul(ops.transpose(gradient, integers(order)), ops.constant(mixing), False, True)
    return ops.transpose(last, integers(np.argsort(order))).output(0)
