"""A model's own layers run over photos of any size, with filters behind them that find the part: for framing."""

from __future__ import annotations

import queue
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import openvino as ov
from openvino import opset13 as ops

from defect_app.engine.openvino_engine import one_thread_each
from defect_app.errors import ModelUnavailable
from defect_app.machine import judging_threads

DESCRIPTOR = "descriptor"


@dataclass(frozen=True, eq=False)
class WindowFilter:
    """What is computed for a window of a feature map: a weighted sum of all its numbers for each answer.

    Attributes
    ----------
    weights : ndarray of float32, shape (n_answers, n_channels, rows, columns)
        Rows and columns are the window's, in cells of the feature map.
    bias : ndarray of float32, shape (n_answers,)
        Added to each answer.
    """

    weights: np.ndarray
    bias: np.ndarray

    @property
    def rows(self) -> int:
        """Height of the window in cells."""
        return int(self.weights.shape[2])

    @property
    def columns(self) -> int:
        """Width of the window in cells."""
        return int(self.weights.shape[3])


class FrameNetwork:
    """The first layers of a model, fully convolutional, and a filter that answers for every window at once.

    As in `Engine`, each photo is computed by one thread in float32, so that its answers are the same bits in a crowd.
    It is compiled when the first photo asks for it: most processes never meet an unfamiliar one.

    Parameters
    ----------
    folder : Path
        A model folder, verified by the catalog.
    layer : str
        The operation of ``model.xml`` whose map is filtered; empty: the map whose mean is the model's descriptor.
    window : WindowFilter, optional
        None gives the feature map itself.
    """

    def __init__(self, folder: Path, layer: str, window: WindowFilter | None) -> None:
        self._folder, self._layer, self._window = folder, layer, window
        self._lock = threading.Lock()
        self._idle: queue.SimpleQueue[Any] | None = None

    def __call__(self, pixels: np.ndarray) -> np.ndarray:
        """Return the answers for every window of a picture.

        Parameters
        ----------
        pixels : ndarray of uint8, shape (height, width, 3)
            RGB, of any size that holds a window.

        Returns
        -------
        ndarray of float32, shape (rows, columns, n_answers)
            By the window's upper left cell.

        Raises
        ------
        ModelUnavailable
            If the model has no such layer, is quantised, or OpenVINO cannot compile it.
        """
        idle = self._requests()
        request = idle.get()
        try:
            request.infer({0: np.ascontiguousarray(pixels)[None]}, share_inputs=True)
            return np.ascontiguousarray(request.get_output_tensor(0).data[0].transpose(1, 2, 0))
        finally:
            idle.put(request)

    def _requests(self) -> queue.SimpleQueue[Any]:
        with self._lock:
            if self._idle is None:
                self._idle = self._compiled()
            return self._idle

    def _compiled(self) -> queue.SimpleQueue[Any]:
        streams = judging_threads()
        try:
            core = ov.Core()
            # Read, not mapped: see `Engine`.
            core.set_property({"ENABLE_MMAP": False})
            model = core.read_model(self._folder / "model.xml")
            if any(node.get_type_name() == "FakeQuantize" for node in model.get_ordered_ops()):
                # OpenVINO's integer kernels end the process at some of the sizes that they meet here.
                raise ModelUnavailable(f"{self._folder.name}: a quantised network cannot search photos of any size.")
            graph = ov.Model([ops.result(_map_of(model, self._layer))], model.get_parameters())
            # Before it is filtered: a window may be larger than the photo that the model judges.
            graph.reshape(ov.PartialShape([1, -1, -1, 3]))
            if self._window is not None:
                filtered = _filtered(graph.get_results()[0].input_value(0), self._window)
                graph = ov.Model([ops.result(filtered)], graph.get_parameters())
            compiled = core.compile_model(graph, "CPU", one_thread_each(streams))
            idle: queue.SimpleQueue[Any] = queue.SimpleQueue()
            for _ in range(streams):
                idle.put(compiled.create_infer_request())
        except RuntimeError as error:
            raise ModelUnavailable(
                f"{self._folder.name}: its network cannot search photos for the part.", "Restore the model folder."
            ) from error
        return idle


def _map_of(model: ov.Model, layer: str) -> ov.Output:
    for node in model.get_ordered_ops():
        if layer and node.get_friendly_name() == layer:
            return node.output(0)
        if not layer and DESCRIPTOR in node.output(0).get_names() and node.get_type_name() == "ReduceMean":
            return node.input_value(0)
    raise ModelUnavailable(f"The model has no map {layer or DESCRIPTOR!r} to search.", "Restore the model folder.")


def _filtered(port: ov.Output, window: WindowFilter) -> ov.Output:
    weights = ops.constant(np.ascontiguousarray(window.weights, np.float32))
    summed = ops.convolution(port, weights, [1, 1], [0, 0], [0, 0], [1, 1])
    bias = ops.constant(np.ascontiguousarray(window.bias, np.float32).reshape(1, -1, 1, 1))
    return ops.add(summed, bias).output(0)
