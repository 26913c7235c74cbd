"""Gradients of operations that move numbers without changing them: orders of dimensions, shapes, joins, borders."""

from __future__ import annotations

import numpy as np
import openvino as ov
from openvino import opset13 as ops

from defect_app.engine.backward.building import NoGradient, integers, reshaped, shape_of, values_of
from defect_app.engine.backward.elementwise import Gradients, Wanted


def of_transpose(node: ov.Node, gradient: ov.Output, wanted: Wanted) -> Gradients:
    """Put the dimensions back in order."""
    order = values_of(node.input_value(1)).astype(int)
    return [ops.transpose(gradient, integers(np.argsort(order))).output(0), None]


def of_reshape(node: ov.Node, gradient: ov.Output, wanted: Wanted) -> Gradients:
    """Return to the shape before; for squeeze and unsqueeze as well."""
    return [reshaped(gradient, shape_of(node.input_value(0))), *[None] * (node.get_input_size() - 1)]


def of_concat(node: ov.Node, gradient: ov.Output, wanted: Wanted) -> Gradients:
    """Cut the gradient into the parts that were joined."""
    axis = node.get_attributes()["axis"]
    ends = np.cumsum([shape_of(port)[axis] for port in node.input_values()])
    starts = [0, *ends[:-1]]
    return [
        _cut(gradient, [start], [end], [axis]) if needed else None
        for start, end, needed in zip(starts, ends, wanted, strict=True)
    ]


def of_pad(node: ov.Node, gradient: ov.Output, wanted: Wanted) -> Gradients:
    """Take the border away that was put around."""
    if node.get_attributes()["pad_mode"] != "constant":
        raise NoGradient(f"{node.get_friendly_name()} repeats its border.")
    before, sides = values_of(node.input_value(1)).astype(int), shape_of(node.input_value(0))
    axes = list(range(len(sides)))
    cut = _cut(gradient, list(before), [b + side for b, side in zip(before, sides, strict=True)], axes)
    return [cut, *[None] * (node.get_input_size() - 1)]


def _cut(port: ov.Output, starts: list[int], ends: list[int], axes: list[int]) -> ov.Output:
    return ops.slice(port, integers(starts), integers(ends), integers([1] * len(axes)), integers(axes)).output(0)
