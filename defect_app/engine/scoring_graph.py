"""The part of a served graph that leads to its logits, in float32 from the photo on: what explanations run."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import openvino as ov
from openvino import opset13 as ops
from openvino.passes import ConstantFolding, Manager

from defect_app.engine.half_precision import restored
from defect_app.errors import ModelUnavailable

WEIGHTED = ("Convolution", "GroupConvolution", "MatMul")
_BEHIND = ("Add", "Multiply", "PRelu")
"""What is added or multiplied behind a weighted operation belongs to the same layer."""


def scoring_graph(model: ov.Model, height: int, width: int, lost: Mapping[str, np.ndarray] | None = None) -> ov.Model:
    """Cut a served model before its softmax, and let it take photos of float32.

    A saturated softmax has no gradient left, so explanations start from the logits. The photo is not rounded to whole
    numbers, because noise and shades are added to it.

    Parameters
    ----------
    model : Model
        From photos, shape (batch, height, width, 3), to "probabilities" and other outputs; it is used up.
    height, width : int
        Of the photo in pixels.
    lost : mapping, optional
        What rounding took from the weights, by their names, see `layer_names.LayerNames`; default: nothing.

    Returns
    -------
    Model
        From "photo", float32 RGB 0..255 of shape (1, height, width, 3), to the logits, shape (1, n_classes). All
        weights are constants of float32.

    Raises
    ------
    ModelUnavailable
        If the probabilities are no softmax of logits, or a weight has another shape than what it lost.
    """
    model.reshape([1, height, width, 3])
    softmax = _probabilities(model).input_value(0).get_node()
    if softmax.get_type_name() != "Softmax":
        raise ModelUnavailable("The probabilities of this model are no softmax, so there are no logits to explain.")
    photo = ops.parameter([1, height, width, 3], np.float32, name="photo")
    for parameter in model.get_parameters():
        _replace_photo(parameter, photo)
    graph = ov.Model([softmax.input_value(0)], [photo])
    for node in graph.get_ordered_ops():
        if node.get_type_name() == "Convert" and node.input_value(0).get_node().get_type_name() == "Constant":
            _widen(node, lost or {})
    # Sizes are fixed now: what computed them is constant.
    folding = Manager()
    folding.register_pass(ConstantFolding())
    folding.run_passes(graph)
    return graph


def weights_of(graph: ov.Model) -> list[ov.Node]:
    """Return the constants of floating point that hold more than one number, in the order of the graph."""
    return [
        node
        for node in graph.get_ordered_ops()
        if node.get_type_name() == "Constant" and node.get_element_type().is_real() and np.prod(node.shape) > 1
    ]


def weighted_layers(graph: ov.Model) -> list[list[ov.Node]]:
    """Return the constants of each layer with weights, from the photo to the logits: kernel, bias, slopes."""
    layer_of: dict[str, list[ov.Node]] = {}
    found: list[list[ov.Node]] = []
    vectors = {weight.get_name() for weight in weights_of(graph)}
    for node in graph.get_ordered_ops():
        inputs = [port.get_node() for port in node.input_values()]
        weights = [given for given in inputs if given.get_name() in vectors]
        if not weights or node.get_type_name() not in WEIGHTED + _BEHIND:
            continue
        before = next((layer_of[given.get_name()] for given in inputs if given.get_name() in layer_of), None)
        if before is None or node.get_type_name() in WEIGHTED:
            before = []
            found.append(before)
        before += weights
        layer_of[node.get_name()] = before
    return found


def _probabilities(model: ov.Model) -> ov.Node:
    for result in model.get_results():
        if "probabilities" in result.input_value(0).get_names() | result.output(0).get_names():
            return result
    raise ModelUnavailable("This model has no output 'probabilities'.", "Restore the model folder.")


def _replace_photo(parameter: ov.Node, photo: ov.Node) -> None:
    """Let a parameter of float32 take the place of one of whole numbers, and of its conversion to float32."""
    for target in list(parameter.output(0).get_target_inputs()):
        node = target.get_node()
        if node.get_type_name() == "Convert":
            node.output(0).replace(photo.output(0))
        else:
            target.replace_source_output(photo.output(0))


def _widen(convert: ov.Node, lost: Mapping[str, np.ndarray]) -> None:
    """Put a constant of float32 in the place of one of half precision and its conversion."""
    half, name = np.array(convert.input_value(0).get_node().data), convert.get_friendly_name()
    missing = lost.get(name)
    if missing is not None and (missing.shape != half.shape or half.dtype != np.float16):
        raise ModelUnavailable(f"What the weight {name} lost by rounding is of another shape.", "Restore the folder.")
    whole = half.astype(np.float32) if missing is None else restored(half, missing)
    constant = ops.constant(whole)
    constant.set_friendly_name(name)
    convert.output(0).replace(constant.output(0))
