"""One compiled OpenVINO model, shared by every thread of the process."""

from __future__ import annotations

import queue
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import openvino as ov

from defect_app.catalog import ModelSpec
from defect_app.engine.activation_map import ActivationMap, class_activation_map
from defect_app.engine.heat_map_kind import head_weights, kind_of_head
from defect_app.errors import ModelUnavailable
from defect_app.logs import logger
from defect_app.machine import judging_threads

_log = logger(__name__)

DEFECT_TARGET = "defect"


@dataclass(frozen=True)
class Prediction:
    """A model's answer on one photo.

    Attributes
    ----------
    probabilities : ndarray of float32, shape (n_classes,)
        Softmax, in the order of the spec's classes.
    features : ndarray of float32, shape (n_channels,)
        What familiarity compares: the model's output "descriptor", the mean of a feature map in its middle; without
        that output the mean of the last feature map.
    activation_map : ActivationMap or None
        Evidence for defect (inspection) or for the top class (recognition); None where the model gives no map, see
        `HeatMapKind`.
    """

    probabilities: np.ndarray
    features: np.ndarray
    activation_map: ActivationMap | None


class Engine:
    """A model compiled once; `predict` may be called from many threads at the same time.

    Every photo is its own batch on a stream of one thread, so that an answer does not depend on what else is being
    judged: the same photo gets the same bits alone, in a crowd and in any order. Throughput comes from as many
    streams as there are cores.

    Parameters
    ----------
    spec : ModelSpec
        What the model is.
    folder : Path
        Its folder, verified by the catalog.
    weights : str
        Stem of the OpenVINO files in the folder.

    Attributes
    ----------
    heat_map_kind : HeatMapKind
        Which kind of heat map this model gives.
    n_features : int
        How many `Prediction.features` there are.
    n_weights : int
        How many numbers the served network holds, single ones left out; normalisation is folded into its layers.

    Raises
    ------
    ModelUnavailable
        If OpenVINO cannot read or compile the model, or its outputs are not those that the spec promises.
    """

    def __init__(self, spec: ModelSpec, folder: Path, weights: str = "model") -> None:
        self.spec = spec
        self.streams = judging_threads()
        try:
            core = ov.Core()
            # Weights are read, not mapped: a file that is overwritten later would change the answers of the model that
            # was loaded and verified, and one that is cut short would end the whole process.
            core.set_property({"ENABLE_MMAP": False})
            model = core.read_model(folder / f"{weights}.xml")
            problem = _contradiction(model, spec)
            if not problem:
                # One photo at a time: sizes that are known beforehand save about a twelfth of the time.
                model.reshape([1, spec.input.height, spec.input.width, 3])
            self._head_weights = head_weights(model, len(spec.classes))
            self.n_weights = _n_weights(model)
            compiled = core.compile_model(model, "CPU", one_thread_each(self.streams))
        except RuntimeError as error:
            _log.info("model_load_failed", model=spec.id, openvino=str(error))
            raise ModelUnavailable(
                f"{spec.id}: {_load_failure(folder, weights, error)}.", "Restore the model folder."
            ) from error
        if problem:
            raise ModelUnavailable(f"{spec.id}: {problem}", "Restore the model folder.")
        self._compiled = compiled
        given = {name: port for port in compiled.outputs for name in port.get_names()}
        self._has_descriptor, self._has_channel_weights = "descriptor" in given, "channel_weights" in given
        self.n_features = int(given["descriptor" if self._has_descriptor else "features"].shape[-1])
        self.heat_map_kind = kind_of_head(self._head_weights, given.get("channel_weights"))
        self._idle: queue.SimpleQueue[Any] = queue.SimpleQueue()
        # One request more than there are streams: a thread fills it while the streams compute.
        for _ in range(self.streams + 1):
            self._idle.put(compiled.create_infer_request())

    def predict(self, pixels: np.ndarray) -> Prediction:
        """Judge one photo at the model's input size.

        Parameters
        ----------
        pixels : ndarray of uint8, shape (height, width, 3)
            RGB, 0..255, exactly the input size of the spec (see `intake.fit_to_input`).

        Raises
        ------
        ValueError
            If the shape or type is another one.
        """
        with self._answered(pixels) as request:
            probabilities = request.get_tensor("probabilities").data[0].copy()
            feature_map = request.get_tensor("features").data[0]
            if self._has_descriptor:
                features = request.get_tensor("descriptor").data[0].copy()
            else:
                features = feature_map.mean(axis=(0, 1))
            return Prediction(probabilities, features, self._map(feature_map, self._weights(request), probabilities))

    def activation_map(self, pixels: np.ndarray, direction: np.ndarray, target: str) -> ActivationMap | None:
        """Return the evidence for any mixture of classes; None where the model gives no map, see `HeatMapKind`.

        Parameters
        ----------
        pixels : ndarray of uint8, shape (height, width, 3)
            As `predict` takes them.
        direction : ndarray, shape (n_classes,)
            How much each class's logit counts, against it where negative.
        target : str
            What the direction stands for.
        """
        with self._answered(pixels) as request:
            weights = self._weights(request)
            if weights is None:
                return None
            return class_activation_map(request.get_tensor("features").data[0], weights @ direction, target)

    @contextmanager
    def _answered(self, pixels: np.ndarray) -> Iterator[Any]:
        """Run the model on one photo and yield the request that holds its outputs."""
        expected = (self.spec.input.height, self.spec.input.width, 3)
        if pixels.shape != expected or pixels.dtype != np.uint8:
            raise ValueError(f"expected uint8 pixels of shape {expected}, got {pixels.dtype} of shape {pixels.shape}")
        with self._request() as request:
            request.infer({0: pixels[None]}, share_inputs=True)
            yield request

    def _weights(self, request: Any) -> np.ndarray | None:
        """Return what channels count for each class: the head's weights, (n_channels, n_classes), or the gradient.

        The gradient has shape (rows, columns, n_channels, n_classes) where the head tells places apart.
        """
        if self._head_weights is None and self._has_channel_weights:
            return np.asarray(request.get_tensor("channel_weights").data[0])
        return self._head_weights

    @contextmanager
    def _request(self) -> Iterator[Any]:
        request = self._idle.get()
        try:
            yield request
        finally:
            self._idle.put(request)

    def _map(
        self, feature_map: np.ndarray, weights: np.ndarray | None, probabilities: np.ndarray
    ) -> ActivationMap | None:
        if weights is None:
            return None
        if self.spec.task == "recognition":
            top = int(np.argmax(probabilities))
            return class_activation_map(feature_map, weights[..., top], self.spec.classes[top].name)
        # The softmax sees only differences of logits, so evidence for defect is what speaks for the defect
        # classes and against the good ones.
        defect = weights[..., list(self.spec.indices_with_role("defect"))].mean(axis=-1)
        ok = weights[..., list(self.spec.indices_with_role("ok"))].mean(axis=-1)
        return class_activation_map(feature_map, defect - ok, DEFECT_TARGET)


def _load_failure(folder: Path, weights: str, error: RuntimeError) -> str:
    """Say in our words why OpenVINO cannot load a model; its own name places in its source code, for the log."""
    files = f"{weights}.xml and {weights}.bin"
    missing = [name for name in (f"{weights}.xml", f"{weights}.bin") if not (folder / name).is_file()]
    if missing:
        return f"the file {missing[0]} is missing"
    if "alloc" in str(error).lower() or "memory" in str(error).lower():
        return "there is not enough memory to load the model"
    return f"{files} are no model that OpenVINO {ov.__version__.partition('-')[0]} can load"


def one_thread_each(streams: int) -> dict[str, Any]:
    """Return how a network is compiled so that answers do not depend on load: float32, a thread for each stream."""
    return {
        # OpenVINO takes bfloat16 by default where the CPU has it, and then answers otherwise than elsewhere.
        "INFERENCE_PRECISION_HINT": "f32",
        "PERFORMANCE_HINT": "THROUGHPUT",
        "NUM_STREAMS": str(streams),
        "INFERENCE_NUM_THREADS": streams,
        "ENABLE_CPU_PINNING": False,
    }


def _contradiction(model: ov.Model, spec: ModelSpec) -> str:
    """Say where the model is not what the spec promises; an empty string when it is."""
    outputs = {name: port for port in model.outputs for name in port.get_names()}
    if not {"probabilities", "features"} <= outputs.keys():
        return "the model lacks the outputs 'probabilities' and 'features'."
    expected = ov.PartialShape([1, spec.input.height, spec.input.width, 3])
    port = model.inputs[0]
    if not port.partial_shape.compatible(expected) or port.element_type != ov.Type.u8:
        return f"the spec promises an input of {expected} uint8, the model takes {port.partial_shape}."
    answered = outputs["probabilities"].partial_shape
    if not answered.compatible(ov.PartialShape([1, len(spec.classes)])):
        return f"the spec names {len(spec.classes)} classes, the model answers with {answered}."
    return ""


def _n_weights(model: Any) -> int:
    constants = [op for op in model.get_ops() if op.get_type_name() == "Constant"]
    sizes = [int(np.prod(list(op.get_output_shape(0)))) for op in constants if _holds_weights(op)]
    return sum(size for size in sizes if size > 1)


def _holds_weights(constant: Any) -> bool:
    kind = constant.get_output_element_type(0)
    return bool(kind.is_real()) or kind in (ov.Type.i8, ov.Type.u8)
