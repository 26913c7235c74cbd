"""A model run backwards: logits, feature maps and gradients of any score, from OpenVINO alone."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import openvino as ov
from openvino import opset13 as ops

from defect_app.catalog import ModelSpec
from defect_app.engine.backward import NoGradient, gradients
from defect_app.engine.core import explaining_core
from defect_app.engine.feature_layers import FeatureLayer, feature_layers, stage_ends
from defect_app.engine.layer_names import read_layer_names
from defect_app.engine.scoring_graph import scoring_graph, weighted_layers, weights_of
from defect_app.errors import ModelUnavailable
from defect_app.machine import return_freed_memory, usable_cores

MOST_COMPILED = 2
"""Compiled graphs are kept so that the next question does not wait: 20 to 35 MB each, without their activations."""
JOINED_FROM_PX = 200_000
"""From so many pixels of input on small operations are joined: what they hand on would take much memory."""


class _Graph(NamedTuple):
    """What a compiled graph gives beside the logits: some layers' outputs, and gradients by them or by the photo."""

    layers: tuple[str, ...] = ()
    backward: bool = True


@dataclass(frozen=True, eq=False)
class LayerGradient:
    """What a layer answers to a photo, and how a score follows it.

    Attributes
    ----------
    logits : ndarray of float32, shape (n_classes,)
        The model's answer before the softmax.
    features : ndarray of float32, shape (rows, columns, n_channels)
        The layer's output.
    gradient : ndarray of float32, shape (rows, columns, n_channels)
        Of the score by that output.
    """

    logits: np.ndarray
    features: np.ndarray
    gradient: np.ndarray


class GradientEngine:
    """The forward and backward pass of a model; one caller at a time, others wait.

    The backward pass is worked out from ``model.xml`` itself, each time for the one layer that is asked for: nothing is
    stored beside the model that could fall out of step with it, and late layers need hardly more than the forward pass.

    Parameters
    ----------
    spec : ModelSpec
        What the model is.
    folder : Path
        Its folder, verified by the catalog.

    Raises
    ------
    ModelUnavailable
        If OpenVINO cannot read the model, or it has no logits.
    """

    def __init__(self, spec: ModelSpec, folder: Path) -> None:
        names = read_layer_names(folder)
        try:
            model = explaining_core().read_model(folder / "model.xml")
            self._graph = scoring_graph(model, spec.input.height, spec.input.width, names.lost)
        except RuntimeError as error:
            first_line = (str(error).strip() or "unknown error").splitlines()[0]
            raise ModelUnavailable(f"{spec.id}: OpenVINO cannot read the model ({first_line}).") from error
        self.layers: tuple[FeatureLayer, ...] = feature_layers(self._graph, names.operations, spec.explain_layer)
        self._lock = threading.RLock()
        self._compiled: OrderedDict[_Graph, Any] = OrderedDict()
        self._working: Any = None

    @property
    def stage_ends(self) -> tuple[FeatureLayer, ...]:
        """See `feature_layers.stage_ends`."""
        return stage_ends(self.layers)

    def layer_called(self, name: str) -> FeatureLayer:
        """Return the layer of this name.

        Raises
        ------
        ModelUnavailable
            If there is none.
        """
        for layer in self.layers:
            if layer.name == name:
                return layer
        raise ModelUnavailable(f"The model has no layer {name!r} with a map.", "Choose one of the list.")

    def at_layer(self, photo: np.ndarray, direction: np.ndarray, name: str) -> LayerGradient:
        """Differentiate a score by a layer's output.

        Parameters
        ----------
        photo : ndarray of uint8 or float32, shape (height, width, 3)
            RGB 0..255 at the input size.
        direction : ndarray, shape (n_classes,)
            How much each class's logit counts for the score.
        name : str
            One of `layers`.

        Raises
        ------
        ModelUnavailable
            If there is no such layer.
        NoGradient
            If an operation on the way has no known gradient.
        """
        return self.at_layers(photo, direction, (name,))[0]

    def at_layers(self, photo: np.ndarray, direction: np.ndarray, names: tuple[str, ...]) -> list[LayerGradient]:
        """Do the same for several layers in one pass; their maps are all in memory at once."""
        layers = [self.layer_called(name) for name in names]
        with self._lock:
            logits, *maps = self._answers(_Graph(names), photo, direction)
        found = zip(layers, maps[: len(layers)], maps[len(layers) :], strict=True)
        return [LayerGradient(logits, layer.channels_last(f), layer.channels_last(g)) for layer, f, g in found]

    def at_photo(self, photo: np.ndarray, direction: np.ndarray) -> np.ndarray:
        """Return the gradient of a score by the photo, shape (height, width, 3); arguments as in `at_layer`."""
        with self._lock:
            _, gradient = self._answers(_Graph(), photo, direction)
        return gradient

    def logits(self, photos: Sequence[np.ndarray]) -> np.ndarray:
        """Return the logits of photos, shape (n_photos, n_classes); each as `at_layer` takes it, one at a time."""
        with self._lock:
            request = self._ready(_Graph(backward=False))
            return np.stack([_run(request, [photo])[0] for photo in photos])

    def feature_maps(self, photo: np.ndarray, names: Sequence[str]) -> list[np.ndarray]:
        """Return what layers answer to a photo, each of shape (rows, columns, n_channels)."""
        layers = [self.layer_called(name) for name in names]
        with self._lock:
            request = self._ready(_Graph(tuple(names), backward=False))
            return [layer.channels_last(a) for layer, a in zip(layers, _run(request, [photo])[1:], strict=True)]

    def missing_gradient(self, name: str = "") -> str:
        """Return why a score has no gradient by a layer's output, without a name by the photo; empty where it has."""
        port = self.layer_called(name).port if name else self._graph.get_parameters()[0].output(0)
        logits = self._graph.get_results()[0].input_value(0)
        try:
            gradients(self._graph, logits, ops.parameter(logits.get_shape(), np.float32).output(0), [port])
        except NoGradient as error:
            return str(error)
        return ""

    def shuffled(self, share: float, seed: int = 0) -> GradientEngine:
        """Return a copy of the model whose last layers have their weights shuffled.

        Parameters
        ----------
        share : float
            Of the layers with weights, from the logits towards the photo, in [0, 1]; above 0 at least the last one.
        seed : int
            Of the shuffling. Each constant keeps its numbers, in another order.

        Raises
        ------
        ValueError
            If `share` is outside [0, 1].
        """
        if not 0 <= share <= 1:
            raise ValueError(f"expected a share from 0 to 1, got {share}")
        copy = object.__new__(GradientEngine)
        copy._graph = self._graph.clone()
        layers = weighted_layers(copy._graph)
        count = max(1, round(share * len(layers))) if share else 0
        rng = np.random.default_rng(seed)
        for layer in reversed(layers[len(layers) - count :]):
            for constant in layer:
                values = np.array(constant.data)
                mixed = ops.constant(rng.permuted(values.ravel()).reshape(values.shape))
                mixed.set_friendly_name(constant.get_friendly_name())
                constant.output(0).replace(mixed.output(0))
        ports = {node.get_friendly_name(): node.output(0) for node in copy._graph.get_ordered_ops()}
        copy.layers = tuple(layer.moved_to(ports[layer.operation]) for layer in self.layers)
        copy._lock, copy._compiled, copy._working = threading.RLock(), OrderedDict(), None
        return copy

    def weights(self) -> list[tuple[str, np.ndarray]]:
        """Return the names and numbers of all weights, from the photo to the logits."""
        return [(node.get_friendly_name(), np.array(node.data)) for node in weights_of(self._graph)]

    def rest(self) -> None:
        """Give back the memory of the last question's activations, up to 180 MB for tall photos; graphs are kept."""
        with self._lock:
            if self._working is not None:
                self._working.get_compiled_model().release_memory()
                self._working = None
                return_freed_memory()

    def release(self) -> None:
        """Let go of the compiled graphs as well; the next question compiles anew."""
        with self._lock:
            if self._compiled:
                self._working = None
                self._compiled.clear()
                return_freed_memory()

    def _answers(self, asked: _Graph, photo: np.ndarray, direction: np.ndarray) -> list[np.ndarray]:
        """Return the logits, the outputs of layers, and the score's gradients by them; without layers by the photo."""
        return _run(self._ready(asked), [photo, np.asarray(direction, np.float32)])

    def _ready(self, asked: _Graph) -> Any:
        """Return the request for what is asked for, compiled if need be; it alone holds activations."""
        request = self._compiled.get(asked)
        if request is not self._working:
            self.rest()
        if request is None:
            while len(self._compiled) >= MOST_COMPILED:
                self._compiled.popitem(last=False)
            ports = [self.layer_called(name).port for name in asked.layers]
            at = (ports or [self._graph.get_parameters()[0].output(0)]) if asked.backward else []
            request = self._compiled[asked] = self._compile(ports, at)
        self._compiled.move_to_end(asked)
        self._working = request
        return request

    def _compile(self, ports: list[ov.Output], at: Sequence[ov.Output]) -> Any:
        """Compile what gives the logits, some layers' outputs, and the gradients at some places."""
        photo = self._graph.get_parameters()[0]
        logits = self._graph.get_results()[0].input_value(0)
        wanted, inputs = [logits, *ports], [photo]
        if at:
            direction = ops.parameter(logits.get_shape(), np.float32, name="direction")
            inputs.append(direction)
            wanted += gradients(self._graph, logits, direction.output(0), at)
        settings = {
            "INFERENCE_PRECISION_HINT": "f32",
            "PERFORMANCE_HINT": "LATENCY",
            "INFERENCE_NUM_THREADS": usable_cores(),
            "ENABLE_CPU_PINNING": False,
        }
        _, height, width, _ = photo.get_partial_shape()
        if height.get_length() * width.get_length() < JOINED_FROM_PX:
            # Joining small operations takes a quarter to a third of making a graph ready.
            settings["SNIPPETS_MODE"] = "DISABLE"
        return explaining_core().compile_model(ov.Model(wanted, inputs), "CPU", settings).create_infer_request()


def _run(request: Any, inputs: list[np.ndarray]) -> list[np.ndarray]:
    """Return copies of what a request answers, without the dimension of the batch."""
    request.infer([np.asarray(values, np.float32)[None] for values in inputs])
    return [np.array(request.get_output_tensor(i).data[0]) for i in range(len(request.model_outputs))]
