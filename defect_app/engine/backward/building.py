"""The small operations that every gradient rule is built of: constants, shapes, copies of weights."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import openvino as ov
from openvino import opset13 as ops

from defect_app.errors import DefectLensError

Array = np.ndarray


class NoGradient(DefectLensError):
    """A graph holds an operation whose gradient is not known."""


def number(value: float) -> ov.Output:
    """Return a float32 constant without dimensions."""
    return ops.constant(np.float32(value)).output(0)


def integers(values: Sequence[int] | Array) -> ov.Output:
    """Return an int64 constant, shape (n,): axes, sizes, orders."""
    return ops.constant(np.asarray(values, np.int64)).output(0)


def shape_of(port: ov.Output) -> tuple[int, ...]:
    """Return the shape of what a port gives.

    Raises
    ------
    NoGradient
        If it depends on the photo.
    """
    if port.get_partial_shape().is_dynamic:
        raise NoGradient(f"The shape of {port.get_node().get_friendly_name()} is not fixed.")
    return tuple(port.get_shape())


def reshaped(port: ov.Output, shape: Sequence[int]) -> ov.Output:
    """Return the same numbers in another shape."""
    return port if shape_of(port) == tuple(shape) else ops.reshape(port, integers(shape), False).output(0)


def summed_to(gradient: ov.Output, shape: Sequence[int]) -> ov.Output:
    """Undo a broadcast: sum a gradient over the dimensions along which a value of `shape` was repeated."""
    wide = shape_of(gradient)
    lead = len(wide) - len(shape)
    axes = [i for i, side in enumerate(wide) if i < lead or (shape[i - lead] == 1 and side != 1)]
    if axes:
        gradient = ops.reduce_sum(gradient, integers(axes), True).output(0)
    return reshaped(gradient, shape)


def values_of(port: ov.Output) -> Array:
    """Return the numbers of a constant.

    Raises
    ------
    NoGradient
        If the port depends on the photo.
    """
    node = port.get_node()
    if node.get_type_name() != "Constant":
        raise NoGradient(f"{node.get_friendly_name()} is expected to be a constant, and is computed.")
    return np.array(node.data)


def copied(weights: ov.Output) -> ov.Output:
    """Return a second constant with the same numbers.

    OpenVINO's processor plugin keeps the rearranged weights of an operation by the constant that they come from.
    A convolution and its own transpose with as many channels in as out then share one arrangement, and the transpose
    answers wrongly (seen with 2026.4). A constant of its own keeps them apart.
    """
    return ops.constant(values_of(weights)).output(0)
