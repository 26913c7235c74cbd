"""Runs photos through the bundled network once, for everything that teaching needs to know of them."""

from __future__ import annotations

import queue
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import openvino as ov

from defect_app.engine.taught import memory, pooled
from defect_app.engine.taught.backbone import read_backbone
from defect_app.engine.taught.patches import raw_patches
from defect_app.machine import judging_threads


@dataclass(frozen=True, eq=False)
class PhotoFeatures:
    """What the network says of one photo.

    Attributes
    ----------
    look : ndarray of float32, shape (n_channels,)
        Means of a late layer: what familiarity compares.
    values : ndarray
        What the head judges by: pooled layers, float32 of shape (n_features,), see `pooled.pooled_features`; or
        patches, float16 of shape (n_patches, n_channels), see `patches.raw_patches`.
    """

    look: np.ndarray
    values: np.ndarray


class FeatureExtractor:
    """The compiled network; safe to share between threads.

    Parameters
    ----------
    folder : Path
        Of the bundled network, see `backbone.read_backbone`.
    height, width : int
        Of the photos in pixels; multiples of 32.
    patches : bool
        Whether patches are wanted instead of pooled layers: 784 vectors a photo of 224 x 224.
    """

    def __init__(self, folder: Path, height: int, width: int, *, patches: bool = False) -> None:
        backbone = read_backbone(folder, height, width)
        if patches:
            outputs = [pooled.means_of(backbone, memory.LOOK_LAYER), raw_patches(backbone)]
        else:
            outputs = [pooled.means_of(backbone, pooled.LOOK_LAYER), pooled.pooled_features(backbone)]
        self.threads = judging_threads()
        compiled = ov.Core().compile_model(
            ov.Model(outputs, [backbone.photo]),
            "CPU",
            {
                "INFERENCE_PRECISION_HINT": "f32",
                "PERFORMANCE_HINT": "THROUGHPUT",
                "NUM_STREAMS": str(self.threads),
                "INFERENCE_NUM_THREADS": self.threads,
                "ENABLE_CPU_PINNING": False,
            },
        )
        self._shape, self.patches = (height, width, 3), patches
        self._idle: queue.SimpleQueue[Any] = queue.SimpleQueue()
        for _ in range(self.threads + 1):
            self._idle.put(compiled.create_infer_request())

    def features(self, pixels: np.ndarray) -> PhotoFeatures:
        """Run one photo.

        Parameters
        ----------
        pixels : ndarray of uint8, shape (height, width, 3)
            RGB, 0..255.

        Raises
        ------
        ValueError
            If the shape or type is another one.
        """
        if pixels.shape != self._shape or pixels.dtype != np.uint8:
            raise ValueError(f"expected uint8 pixels of shape {self._shape}, got {pixels.dtype} {pixels.shape}")
        request = self._idle.get()
        try:
            request.infer({0: pixels[None]}, share_inputs=True)
            look, values = (request.get_output_tensor(i).data[0] for i in range(2))
            return PhotoFeatures(look.copy(), values.astype(np.float16 if self.patches else np.float32))
        finally:
            self._idle.put(request)
