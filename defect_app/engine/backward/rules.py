"""Which rule differentiates which operation of OpenVINO."""

from __future__ import annotations

from collections.abc import Callable

import openvino as ov

from defect_app.engine.backward import convolution, elementwise, pooling, reshaping, resizing
from defect_app.engine.backward.building import NoGradient
from defect_app.engine.backward.elementwise import Gradients, Wanted

Rule = Callable[[ov.Node, ov.Output, Wanted], Gradients]
"""Takes an operation, the gradient by its output, and of which inputs the gradient is wanted; returns that of each
input, None where it is not wanted."""

RULES: dict[str, Rule] = {
    "Add": elementwise.of_add,
    "Subtract": elementwise.of_subtract,
    "Multiply": elementwise.of_multiply,
    "Divide": elementwise.of_divide,
    "Relu": elementwise.of_relu,
    "Clamp": elementwise.of_clamp,
    "PRelu": elementwise.of_prelu,
    "Sigmoid": elementwise.of_sigmoid,
    "Tanh": elementwise.of_tanh,
    "Swish": elementwise.of_swish,
    "Softmax": elementwise.of_softmax,
    "Transpose": reshaping.of_transpose,
    "Reshape": reshaping.of_reshape,
    "Squeeze": reshaping.of_reshape,
    "Unsqueeze": reshaping.of_reshape,
    "Concat": reshaping.of_concat,
    "Pad": reshaping.of_pad,
    "Convolution": convolution.of_convolution,
    "GroupConvolution": convolution.of_group_convolution,
    "MatMul": convolution.of_matmul,
    "MaxPool": pooling.of_max_pool,
    "AvgPool": pooling.of_avg_pool,
    "ReduceMean": pooling.of_reduce_mean,
    "ReduceMax": pooling.of_reduce_max,
    "Interpolate": resizing.of_interpolate,
}


def rule_of(node: ov.Node) -> Rule:
    """Return the rule of an operation.

    Raises
    ------
    NoGradient
        If there is none.
    """
    kind = node.get_type_name()
    if kind not in RULES:
        raise NoGradient(f"No gradient is known of the operation {kind} ({node.get_friendly_name()}).")
    return RULES[kind]
