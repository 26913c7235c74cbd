"""Gradients of what multiplies by weights: convolutions, grouped convolutions, dense layers."""

from __future__ import annotations

import numpy as np
import openvino as ov
from openvino import opset13 as ops

from defect_app.engine.backward.building import NoGradient, copied, shape_of, values_of
from defect_app.engine.backward.elementwise import Gradients, Wanted
from defect_app.engine.backward.windows import Windows


def of_convolution(node: ov.Node, gradient: ov.Output, wanted: Wanted) -> Gradients:
    """Convolve the gradient with the transposed kernel."""
    windows = Windows.of(node, shape_of(node.input_value(1))[2:])
    if windows.step_by_one:
        # Output and input channels change places, and the windows are read from their end.
        turned = values_of(node.input_value(1)).swapaxes(0, 1)[..., ::-1, ::-1]
        return [_convolved(gradient, turned, windows, ops.convolution), None]
    return [spread(gradient, copied(node.input_value(1)), windows, ops.convolution_backprop_data), None]


def of_group_convolution(node: ov.Node, gradient: ov.Output, wanted: Wanted) -> Gradients:
    """Do the same in each group of channels."""
    windows = Windows.of(node, shape_of(node.input_value(1))[3:])
    if windows.step_by_one:
        turned = values_of(node.input_value(1)).swapaxes(1, 2)[..., ::-1, ::-1]
        return [_convolved(gradient, turned, windows, ops.group_convolution), None]
    return [spread(gradient, copied(node.input_value(1)), windows, ops.group_convolution_backprop_data), None]


def of_matmul(node: ov.Node, gradient: ov.Output, wanted: Wanted) -> Gradients:
    """Multiply the gradient by the transposed weights of a dense layer."""
    settings = node.get_attributes()
    if wanted[1] or settings["transpose_a"] or len(shape_of(node.input_value(0))) != 2:
        raise NoGradient(f"{node.get_friendly_name()} is no dense layer.")
    weights = copied(node.input_value(1))
    return [ops.matmul(gradient, weights, False, not settings["transpose_b"]).output(0), None]


def _convolved(gradient: ov.Output, turned: np.ndarray, windows: Windows, plain: object) -> ov.Output:
    """Do what `spread` does, for windows that step by one place, by a plain convolution with the turned kernel.

    It is the same sum, but OpenVINO makes ready for a plain convolution in an eighth of the time that a transposed one
    takes (2 and 20 ms for a kernel of one place, with 2026.4), which is most of the wait for a first map.
    """
    assert callable(plain)
    reach = [(side - 1) * step for side, step in zip(turned.shape[-2:], windows.dilations, strict=True)]
    before = [r - b for r, b in zip(reach, windows.before, strict=True)]
    after = [r - a for r, a in zip(reach, windows.after, strict=True)]
    kernel = ops.constant(np.ascontiguousarray(turned))
    found: ov.Output = plain(gradient, kernel, [1, 1], before, after, windows.dilations, "explicit").output(0)
    return found


def spread(gradient: ov.Output, kernel: ov.Output, windows: Windows, transposed: object) -> ov.Output:
    """Give each place of a window its share of the window's gradient.

    Parameters
    ----------
    gradient : Output
        By what the windows gave.
    kernel : Output
        How much each place counted.
    windows : Windows
        Where they lie.
    transposed : callable
        The transposed convolution, plain or grouped, of OpenVINO's operations.
    """
    assert callable(transposed)
    found: ov.Output = transposed(
        gradient,
        kernel,
        windows.strides,
        None,
        windows.before,
        windows.after,
        windows.dilations,
        "explicit",
        windows.left_over,
    ).output(0)
    return found
