"""Finds each Keras layer in the converted graph, and what rounding took from its weights, by comparing numbers."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import openvino as ov

from defect_app.engine.feature_layers import FeatureLayer, operations_with_maps
from defect_app.engine.half_precision import lost_by_rounding
from defect_app.engine.layer_names import LayerNames
from defect_app.engine.scoring_graph import scoring_graph

ALIKE = 1e-3
"""Greatest difference between a layer and its operation, as a share of the layer's strongest answer."""
_NO_LAYER = (keras.layers.InputLayer, keras.layers.ZeroPadding2D)


def layer_names(server: Any, exact: ov.Model, served: ov.Model) -> LayerNames:
    """Return what ``explain.npz`` holds for a network.

    A layer whose output the conversion folded away, such as a convolution before its batch norm, is left out. So are
    layers that do the same to the same input, since the conversion makes them one: its gradient is that of them all.

    Parameters
    ----------
    server : keras.Model
        The network, probabilities first.
    exact, served : Model
        The same network converted, with weights of float32 and as it serves; both are used up.

    Raises
    ------
    ValueError
        If the two graphs are not the same but for rounding.
    """
    height, width = server.input_shape[1:3]
    graph = scoring_graph(exact, height, width)
    pairs = _pairs(graph, scoring_graph(served, height, width))
    served_name = {one.get_friendly_name(): other.get_friendly_name() for one, other in pairs}
    found = _operations(server, graph, (height, width))
    return LayerNames({name: served_name[operation] for name, operation in found.items()}, _lost(pairs))


def _pairs(one: ov.Model, other: ov.Model) -> list[tuple[ov.Node, ov.Node]]:
    """Return the operations of two equal graphs beside each other."""
    computed = [
        [node for node in graph.get_ordered_ops() if node.get_type_name() not in ("Constant", "Parameter", "Result")]
        for graph in (one, other)
    ]
    kinds = [[node.get_type_name() for node in nodes] for nodes in computed]
    if kinds[0] != kinds[1]:
        raise ValueError("expected two conversions of one network, got graphs of different operations")
    return list(zip(*computed, strict=True))


def _lost(pairs: list[tuple[ov.Node, ov.Node]]) -> dict[str, np.ndarray]:
    found: dict[str, np.ndarray] = {}
    for pair in pairs:
        for exact, served in zip(*(node.input_values() for node in pair), strict=True):
            weight, rounded = exact.get_node(), served.get_node()
            if weight.get_type_name() != "Constant" or not weight.get_element_type().is_real():
                continue
            values, kept = np.array(weight.data), np.array(rounded.data)
            if np.array_equal(values, kept):
                continue
            if not np.array_equal(values.astype(np.float16), kept):
                values = values.T  # a kernel that the head's heat map shares may be stored the other way
            if not np.array_equal(values.astype(np.float16), kept):
                raise ValueError(f"expected {rounded.get_friendly_name()} to be rounded, got other numbers")
            # A bias shifts a whole channel; the errors of a kernel's thousands of numbers cancel.
            lost = lost_by_rounding(values, np.int16 if values.size == max(values.shape, default=1) else np.int8)
            if lost.any():
                found[rounded.get_friendly_name()] = lost
    return found


def _operations(server: Any, graph: ov.Model, size: tuple[int, int]) -> dict[str, str]:
    """Return for each layer with a map the first operation of the graph that answers alike to one picture."""
    picture = _busy_picture(*size)
    operations = operations_with_maps(graph)
    compiled = ov.Core().compile_model(
        ov.Model([operation.port for operation in operations], graph.get_parameters()),
        "CPU",
        {"INFERENCE_PRECISION_HINT": "f32"},
    )
    given = compiled([picture])
    answers = [o.channels_last(np.array(given[i][0])) for i, o in enumerate(operations)]
    layers = [layer for layer in server.layers if not isinstance(layer, _NO_LAYER) and _is_map(layer)]
    outputs = keras.Model(server.inputs, [layer.output for layer in layers])
    found: dict[str, str] = {}
    for layer, wanted in zip(layers, keras.tree.flatten(outputs([picture], training=False)), strict=True):
        operation = _alike(np.asarray(wanted)[0], operations, answers)
        if operation is not None:
            found[layer.name] = operation.operation
    merged = _merged([layer for layer in layers if layer.name in found], found)
    return {name: operation for name, operation in found.items() if name not in merged}


def _merged(layers: list[Any], found: dict[str, str]) -> set[str]:
    """Return the names of layers that share an operation and an input with another."""
    names: dict[tuple[str, int], list[str]] = {}
    for layer in layers:
        for tensor in keras.tree.flatten(layer.input):
            names.setdefault((found[layer.name], id(tensor)), []).append(layer.name)
    return {name for alike in names.values() if len(set(alike)) > 1 for name in alike}


def _alike(wanted: np.ndarray, operations: tuple[FeatureLayer, ...], answers: list[np.ndarray]) -> FeatureLayer | None:
    scale = float(np.abs(wanted).max(initial=0.0))
    if scale == 0:
        return None
    differences = [
        float(np.abs(answer - wanted).max()) / scale if answer.shape == wanted.shape else np.inf for answer in answers
    ]
    best = int(np.argmin(differences))
    return operations[best] if differences[best] < ALIKE else None


def _busy_picture(height: int, width: int) -> np.ndarray:
    """Return a picture that wakes most channels, float32 of shape (1, height, width, 3): blocks of colour and noise."""
    rng = np.random.default_rng(0)
    blocks = np.kron(rng.integers(0, 256, (8, 8, 3)), np.ones((-(-height // 8), -(-width // 8), 1)))[:height, :width]
    return np.clip(blocks + rng.normal(0, 20, blocks.shape), 0, 255).astype(np.float32)[None]


def _is_map(layer: Any) -> bool:
    shape: tuple[int | None, ...] = tuple(getattr(layer.output, "shape", ()))
    return len(shape) == 4 and None not in shape[1:] and (shape[1] or 0) * (shape[2] or 0) > 1
