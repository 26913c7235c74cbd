"""Gradients of operations that work place by place: sums, products, activations, and the softmax of attention."""

from __future__ import annotations

import openvino as ov
from openvino import opset13 as ops

from defect_app.engine.backward.building import NoGradient, number, reshaped, shape_of, summed_to

Gradients = list[ov.Output | None]
Wanted = tuple[bool, ...]


def of_add(node: ov.Node, gradient: ov.Output, wanted: Wanted) -> Gradients:
    """Pass the gradient on to both summands."""
    return [summed_to(gradient, shape_of(node.input_value(i))) if wanted[i] else None for i in (0, 1)]


def of_subtract(node: ov.Node, gradient: ov.Output, wanted: Wanted) -> Gradients:
    """Pass the gradient on to the first, and turned over to the second."""
    signed = (gradient, ops.negative(gradient).output(0) if wanted[1] else gradient)
    return [summed_to(signed[i], shape_of(node.input_value(i))) if wanted[i] else None for i in (0, 1)]


def of_multiply(node: ov.Node, gradient: ov.Output, wanted: Wanted) -> Gradients:
    """Weigh the gradient of each factor by the other one."""
    found: Gradients = []
    for i in (0, 1):
        weighed = ops.multiply(gradient, node.input_value(1 - i)).output(0) if wanted[i] else None
        found.append(None if weighed is None else summed_to(weighed, shape_of(node.input_value(i))))
    return found


def of_divide(node: ov.Node, gradient: ov.Output, wanted: Wanted) -> Gradients:
    """Divide the gradient by a divisor that does not depend on the photo."""
    if wanted[1]:
        raise NoGradient(f"{node.get_friendly_name()} divides by what depends on the photo.")
    return [summed_to(ops.divide(gradient, node.input_value(1)).output(0), shape_of(node.input_value(0))), None]


def of_relu(node: ov.Node, gradient: ov.Output, wanted: Wanted) -> Gradients:
    """Let the gradient through where the output is above 0."""
    return [ops.select(ops.greater(node.output(0), number(0)), gradient, number(0)).output(0)]


def of_clamp(node: ov.Node, gradient: ov.Output, wanted: Wanted) -> Gradients:
    """Let the gradient through where the output lies strictly between the bounds, as TensorFlow does for ReLU6."""
    bounds, output = node.get_attributes(), node.output(0)
    inside = ops.logical_and(ops.greater(output, number(bounds["min"])), ops.less(output, number(bounds["max"])))
    return [ops.select(inside, gradient, number(0)).output(0)]


def of_prelu(node: ov.Node, gradient: ov.Output, wanted: Wanted) -> Gradients:
    """Weigh the gradient by the learnt slope where the input is not above 0."""
    given, slopes = node.input_value(0), node.input_value(1)
    if len(shape_of(slopes)) == 1:
        # One slope a channel, and channels are the second dimension.
        slopes = reshaped(slopes, [-1, *[1] * (len(shape_of(given)) - 2)])
    return [ops.select(ops.greater(given, number(0)), gradient, ops.multiply(gradient, slopes)).output(0), None]


def of_sigmoid(node: ov.Node, gradient: ov.Output, wanted: Wanted) -> Gradients:
    """Weigh the gradient by s (1 - s)."""
    output = node.output(0)
    return [ops.multiply(gradient, ops.multiply(output, ops.subtract(number(1), output))).output(0)]


def of_tanh(node: ov.Node, gradient: ov.Output, wanted: Wanted) -> Gradients:
    """Weigh the gradient by 1 - t²."""
    output = node.output(0)
    return [ops.multiply(gradient, ops.subtract(number(1), ops.multiply(output, output))).output(0)]


def of_swish(node: ov.Node, gradient: ov.Output, wanted: Wanted) -> Gradients:
    """Weigh the gradient by s + b x s (1 - s), for x times s, the sigmoid of b x."""
    beta = node.input_value(1) if node.get_input_size() > 1 else number(1)
    gate = ops.sigmoid(ops.multiply(node.input_value(0), beta))
    steepness = ops.multiply(beta, ops.multiply(node.output(0), ops.subtract(number(1), gate)))
    passed = ops.multiply(gradient, ops.add(gate, steepness)).output(0)
    return [passed, *[None] * (node.get_input_size() - 1)]


def of_softmax(node: ov.Node, gradient: ov.Output, wanted: Wanted) -> Gradients:
    """Weigh, by each share, how far the gradient is above its mean by all shares."""
    shares, axis = node.output(0), ops.constant([node.get_attributes()["axis"]], ov.Type.i64)
    mean = ops.reduce_sum(ops.multiply(gradient, shares), axis, True)
    return [ops.multiply(shares, ops.subtract(gradient, mean)).output(0)]
