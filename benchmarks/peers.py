"""The peers: the app that everybody writes first, and OpenVINO's own benchmark."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.photos import NamedBytes
from defect_app.catalog import ModelSpec
from defect_app.errors import ModelUnavailable

Judge = Callable[[Sequence[NamedBytes]], list[str]]
"""From (name, bytes) of photos to the label of each."""


def usual_app(folder: Path, spec: ModelSpec) -> Judge:
    """Return the usual app: decode with Pillow, resize, `keras.predict`, one photo after the other, no heat map.

    Parameters
    ----------
    folder : Path
        Holds ``model.keras``.
    spec : ModelSpec
        Its spec.

    Returns
    -------
    callable
        From (name, bytes) of photos to the label of each.

    Raises
    ------
    ModelUnavailable
        If there is no ``model.keras``.
    """
    if not (folder / "model.keras").is_file():
        raise ModelUnavailable(f"{folder.name} has no model.keras to compare with.", "Choose another model.")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import keras

    model = keras.models.load_model(folder / "model.keras", safe_mode=True, compile=False)
    size = (spec.input.width, spec.input.height)

    def judge(photos: Sequence[NamedBytes]) -> list[str]:
        labels = []
        for _, data in photos:
            picture = Image.open(io.BytesIO(data)).convert("RGB").resize(size)
            probabilities = model.predict(np.asarray(picture, np.float32)[None], verbose=0)[0]
            labels.append(spec.class_names[int(np.argmax(probabilities))])
        return labels

    return judge


def benchmark_app_per_s(model_file: Path, spec: ModelSpec, seconds: int) -> float:
    """Return the photos a second that OpenVINO's ``benchmark_app`` reaches in float32, asynchronously.

    Raises
    ------
    RuntimeError
        If it fails or its answer is not understood.
    """
    shape = f"[1,{spec.input.height},{spec.input.width},3]"
    command = [str(Path(sys.executable).with_name("benchmark_app")), "-m", str(model_file), "-d", "CPU"]
    command += ["-hint", "throughput", "-infer_precision", "f32", "-api", "async", "-t", str(seconds), "-shape", shape]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60 + 3 * seconds)
    found = re.search(r"Throughput:\s+([0-9.]+) FPS", done.stdout)
    if done.returncode or not found:
        raise RuntimeError(f"benchmark_app failed: {(done.stderr or done.stdout)[-300:]}")
    return float(found[1])
