"""Gradients of pooling: the strongest place of a window, its mean, and both over a whole map."""

from __future__ import annotations

import numpy as np
import openvino as ov
from openvino import opset13 as ops

from defect_app.engine.backward.building import integers, number, reshaped, shape_of, values_of
from defect_app.engine.backward.convolution import spread
from defect_app.engine.backward.elementwise import Gradients, Wanted
from defect_app.engine.backward.windows import Windows


def of_max_pool(node: ov.Node, gradient: ov.Output, wanted: Wanted) -> Gradients:
    """Give all of a window's gradient to its strongest place, and of equal ones to the first, as TensorFlow does.

    Window by window place by place: what stands there is read by a convolution with a kernel that is 1 at that place
    alone, and the gradient is put there by the transposed one. OpenVINO's pooling gives the places as numbers too, but
    by slow plain code: 30 times the time of this on the metal tiles' networks.
    """
    photo, output = node.input_value(0), node.output(0)
    kernel = tuple(node.get_attributes()["kernel"])
    windows, channels = Windows.of(node, kernel), shape_of(photo)[1]
    found, left = None, gradient
    for place in np.ndindex(*kernel):
        alone = np.zeros((1, 1, 1, *kernel), np.float32)
        alone[(..., *place)] = 1
        weights = ops.broadcast(ops.constant(alone), integers([channels, 1, 1, *kernel])).output(0)
        standing = ops.group_convolution(
            photo, weights, windows.strides, windows.before, windows.after, windows.dilations
        )
        strongest = ops.equal(standing, output)
        inside = _inside(place, windows, shape_of(photo)[2:], shape_of(output)[2:])
        if not inside.all():
            # The border's zeros are no places, though a window of nothing but zeros is as strong.
            strongest = ops.logical_and(strongest, ops.constant(inside[None, None]))
        share = ops.select(strongest, left, number(0)).output(0)
        left = ops.select(strongest, number(0), left).output(0)
        part = spread(share, weights, windows, ops.group_convolution_backprop_data)
        found = part if found is None else ops.add(found, part).output(0)
    return [found]


def of_avg_pool(node: ov.Node, gradient: ov.Output, wanted: Wanted) -> Gradients:
    """Share a window's gradient among its places."""
    settings, photo = node.get_attributes(), node.input_value(0)
    kernel = tuple(settings["kernel"])
    windows, channels = Windows.of(node, kernel), shape_of(photo)[1]
    sides, counts = shape_of(photo)[2:], shape_of(node.output(0))[2:]
    if settings["exclude-pad"]:
        places = np.sum([_inside(place, windows, sides, counts) for place in np.ndindex(*kernel)], axis=0)
    else:
        places = np.full(counts, np.prod(kernel))
    share = ops.multiply(gradient, ops.constant((1 / places)[None, None].astype(np.float32))).output(0)
    weights = ops.constant(np.ones((channels, 1, 1, *kernel), np.float32)).output(0)
    return [spread(share, weights, windows, ops.group_convolution_backprop_data)]


def of_reduce_mean(node: ov.Node, gradient: ov.Output, wanted: Wanted) -> Gradients:
    """Share the gradient evenly among all that the mean was taken of."""
    shape = shape_of(node.input_value(0))
    axes = _axes(node, len(shape))
    share = ops.multiply(gradient, number(1 / np.prod([shape[axis] for axis in axes]))).output(0)
    narrow = [1 if axis in axes else side for axis, side in enumerate(shape)]
    return [ops.broadcast(reshaped(share, narrow), integers(shape)).output(0), None]


def of_reduce_max(node: ov.Node, gradient: ov.Output, wanted: Wanted) -> Gradients:
    """Give the gradient to the strongest place of a map; equal ones share it, as in TensorFlow."""
    photo = node.input_value(0)
    shape = shape_of(photo)
    axes = _axes(node, len(shape))
    narrow = [1 if axis in axes else side for axis, side in enumerate(shape)]
    strongest = ops.convert(ops.equal(photo, reshaped(node.output(0), narrow)), np.float32)
    count = ops.reduce_sum(strongest, integers(axes), True)
    return [ops.multiply(strongest, ops.divide(reshaped(gradient, narrow), count)).output(0), None]


def _axes(node: ov.Node, dimensions: int) -> list[int]:
    return [int(axis) % dimensions for axis in np.atleast_1d(values_of(node.input_value(1)))]


def _inside(place: tuple[int, ...], windows: Windows, sides: tuple[int, ...], counts: tuple[int, ...]) -> np.ndarray:
    """Say of which windows a place lies on the map, not on its border; bool, shape (rows, columns) of the output."""
    rows, columns = (
        (np.arange(counts[i]) * windows.strides[i] + place[i] * windows.dilations[i] - windows.before[i])
        for i in (0, 1)
    )
    return np.outer((rows >= 0) & (rows < sides[0]), (columns >= 0) & (columns < sides[1]))
