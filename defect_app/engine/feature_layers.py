"""The layers of a network whose output is a map: names, sizes, and which of them end a stage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import openvino as ov

_WINDOWED = ("Convolution", "GroupConvolution", "MaxPool", "AvgPool")
_ACTIVATIONS = ("Relu", "Clamp", "PRelu", "Swish", "Sigmoid", "Tanh", "Add", "Concat", "MaxPool", "AvgPool", "Multiply")


@dataclass(frozen=True, eq=False)
class FeatureLayer:
    """A layer whose output is a map.

    Attributes
    ----------
    name : str
        As training called it.
    operation : str
        Of the graph, whose output it is.
    rows, columns, channels : int
        Of the output.
    is_linear : bool
        Whether it is on its way to an activation: a convolution or its bias.
    channels_first : bool
        Whether the graph holds the channels before the rows.
    port : Output
        Where the graph gives it.
    """

    name: str
    operation: str
    rows: int
    columns: int
    channels: int
    is_linear: bool
    channels_first: bool
    port: ov.Output

    @property
    def words(self) -> str:
        """Name and shape: "out_relu · 7 x 7, 1280 channels"."""
        return f"{self.name} · {self.rows} x {self.columns}, {self.channels} channels"

    def channels_last(self, values: np.ndarray) -> np.ndarray:
        """Return values as the graph gives them, without the batch, in the shape (rows, columns, channels)."""
        return np.ascontiguousarray(values.transpose(1, 2, 0)) if self.channels_first else values

    def moved_to(self, port: ov.Output) -> FeatureLayer:
        """Return the same layer of a copy of the graph."""
        return replace(self, port=port)


def feature_layers(graph: ov.Model, operations: Mapping[str, str], last: str) -> tuple[FeatureLayer, ...]:
    """Return the layers of a graph, from the photo to the logits.

    Parameters
    ----------
    graph : Model
        See `scoring_graph`.
    operations : mapping
        Name of a layer to the operation that gives its output; those that the graph lacks are left out. Without any,
        activations, sums and poolings stand for the layers, under the operations' own names.
    last : str
        What the last layer is called where there are no names.
    """
    maps = {layer.operation: layer for layer in operations_with_maps(graph)}
    if operations:
        return tuple(replace(maps[o], name=name) for name, o in operations.items() if o in maps)
    kinds = {node.get_friendly_name(): node.get_type_name() for node in graph.get_ordered_ops()}
    unnamed = [layer for name, layer in maps.items() if kinds[name] in _ACTIVATIONS and not layer.is_linear]
    return tuple([*unnamed[:-1], *(replace(layer, name=last) for layer in unnamed[-1:])])


def operations_with_maps(graph: ov.Model) -> tuple[FeatureLayer, ...]:
    """Return every operation of a graph whose output is a map, as a layer that bears the operation's name."""
    found: list[FeatureLayer] = []
    first: dict[str, bool] = {}
    for node in graph.get_ordered_ops():
        first[node.get_name()] = _channels_first(node, first)
        shape = node.get_output_partial_shape(0)
        if node.get_type_name() in ("Constant", "Parameter", "Result") or len(shape) != 4 or shape.is_dynamic:
            continue
        _, *sides = (int(side.get_length()) for side in shape)
        channels, rows, columns = sides if first[node.get_name()] else (sides[2], sides[0], sides[1])
        if rows * columns > 1:
            name = node.get_friendly_name()
            found.append(
                FeatureLayer(
                    name, name, rows, columns, channels, _is_linear(node), first[node.get_name()], node.output(0)
                )
            )
    return tuple(found)


def stage_ends(layers: tuple[FeatureLayer, ...]) -> tuple[FeatureLayer, ...]:
    """Return what each stage hands on: the last layer before the map shrinks, and the last of all.

    Maps of several depths may be joined at the end to one that is finer again; it comes last all the same. A layer on
    its way to an activation ends nothing.
    """
    ends: list[FeatureLayer] = []
    for layer in (layer for layer in layers if not layer.is_linear):
        if ends and layer.rows * layer.columns == ends[-1].rows * ends[-1].columns:
            ends[-1] = layer
        elif not ends or layer.rows * layer.columns < ends[-1].rows * ends[-1].columns:
            ends.append(layer)
    return (*ends, *(layer for layer in layers[-1:] if layer not in ends))


def _channels_first(node: ov.Node, known: Mapping[str, bool]) -> bool:
    """Say whether an operation gives channels before rows: windows need that, a transpose changes it, others follow."""
    if node.get_type_name() in _WINDOWED:
        return True
    before = next((known[port.get_node().get_name()] for port in node.input_values()), False)
    return not before if node.get_type_name() == "Transpose" else before


def _is_linear(node: ov.Node) -> bool:
    if node.get_type_name() == "Add":
        return any(port.get_node().get_type_name() == "Constant" for port in node.input_values())
    return "Convolution" in node.get_type_name()
