"""Make tiny real model folders for tests: red parts are defective, green parts are good, blue ones are unfamiliar."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import openvino as ov
from openvino import opset13 as ops

from defect_app.catalog import (
    ChosenThresholds,
    ClassSpec,
    InputSpec,
    InspectionThresholds,
    LicenceSpec,
    ModelSpec,
    RecognitionThresholds,
    read_spec,
    write_spec,
)
from defect_app.engine import Engine
from defect_app.familiarity import FamiliarityModel, measure_quality
from defect_app.intake import fit_to_input

INSPECTION_CLASSES = (
    ClassSpec("def_front", "Defective casting", "defect"),
    ClassSpec("ok_front", "Good casting", "ok"),
)
RECOGNITION_CLASSES = (ClassSpec("red", "Red"), ClassSpec("green", "Green"), ClassSpec("blue", "Blue"))
N_CHANNELS = 8
RED, GREEN, BLUE, LIGHT = 0, 1, 2, 3
"""Feature channels: redder than green, greener than red, bluer than both; how light. The others see texture."""


@dataclass(frozen=True)
class TinyNetwork:
    """Which tiny network: its input's side in pixels, how its head multiplies, how its weights are stored."""

    size: int = 32
    transposed_head: bool = False
    compress_to_fp16: bool = False


USUAL_NETWORK = TinyNetwork()


def make_model_folder(
    root: Path,
    model_id: str = "tiny",
    task: str = "inspection",
    classes: Sequence[ClassSpec] | None = None,
    network: TinyNetwork = USUAL_NETWORK,
    *,
    familiarity: bool = True,
    point: ChosenThresholds | None = None,
) -> Path:
    """Write ``<root>/<model_id>/`` with spec, OpenVINO model and familiarity, and return it."""
    recognition = task == "recognition"
    chosen = tuple(classes or (RECOGNITION_CLASSES if recognition else INSPECTION_CLASSES))
    folder = root / model_id
    folder.mkdir(parents=True)
    model = tiny_network(chosen, network.size, transposed_head=network.transposed_head)
    ov.save_model(model, folder / "model.xml", compress_to_fp16=network.compress_to_fp16)
    default = (
        ChosenThresholds(RecognitionThresholds(0.6))
        if recognition
        else ChosenThresholds(InspectionThresholds(0.3, 0.7), split="validation", n=40)
    )
    spec = ModelSpec(
        id=model_id,
        title=f"Tiny {model_id}",
        task="recognition" if recognition else "inspection",
        classes=chosen,
        input=InputSpec(network.size, network.size, "stretch", "area"),
        explain_layer="features",
        default_point=point or default,
        licence=LicenceSpec("MIT"),
        product="casting",
        dataset="generated",
    )
    if familiarity:
        _familiarity(network).save(folder / "familiarity.npz")
    write_spec(folder, spec)
    return folder


def part_photo(redness: float, seed: int = 0, *, size: int = 96, blueness: float = 0.0) -> np.ndarray:
    """Draw a textured part.

    Parameters
    ----------
    redness : float
        -1 (green, good) to 1 (red, defective); 0 leaves the model undecided.
    seed : int
        Chooses the texture.
    size : int
        Side in pixels.
    blueness : float
        0 (as in training) to 1 (nothing that the tiny model has seen).

    Returns
    -------
    ndarray of uint8, shape (size, size, 3)
        RGB.
    """
    rng = np.random.default_rng(seed)
    shade = np.linspace(-20, 20, size)[:, None] * rng.uniform(0.5, 1.0)
    coarse = np.kron(rng.normal(0, 18, (16, 16)), np.ones((-(-size // 16), -(-size // 16))))[:size, :size]
    grey = 120 + shade + coarse
    channels = [grey + 40 * redness, grey - 40 * redness, grey + 120 * blueness]
    return np.clip(np.stack(channels, axis=-1), 0, 255).astype(np.uint8)


def head_kernel(classes: Sequence[ClassSpec]) -> np.ndarray:
    """Return the dense layer's kernel, float32, shape (N_CHANNELS, n_classes)."""
    kernel = np.random.default_rng(5).normal(0, 0.02, (N_CHANNELS, len(classes)))
    for i, entry in enumerate(classes):
        channel = {"defect": RED, "ok": GREEN}.get(entry.role or "", i % N_CHANNELS)
        kernel[channel, i] += 12.0
    return kernel.astype(np.float32)


def tiny_network(classes: Sequence[ClassSpec], size: int, *, transposed_head: bool = False) -> ov.Model:
    """Build convolution, ReLU, mean, dense layer and softmax, with the two outputs of a real model."""
    pixels = ops.parameter(ov.PartialShape([-1, size, size, 3]), np.uint8, name="pixels")
    planes = ops.transpose(ops.convert(pixels, np.float32), np.array([0, 3, 1, 2]))
    kernel = ops.constant(_convolution_kernel())
    features = ops.relu(ops.convolution(planes, kernel, [4, 4], [0, 0], [0, 0], [1, 1]))
    feature_map = ops.transpose(features, np.array([0, 2, 3, 1]))
    feature_map.output(0).get_tensor().set_names({"features"})
    pooled = ops.reduce_mean(feature_map, np.array([1, 2]), False)
    head = head_kernel(classes)
    if transposed_head:
        logits = ops.matmul(pooled, ops.constant(np.ascontiguousarray(head.T)), False, True)
    else:
        logits = ops.matmul(pooled, ops.constant(head), False, False)
    bias = ops.constant(np.zeros((1, len(classes)), np.float32))
    probabilities = ops.softmax(ops.add(logits, bias), 1)
    probabilities.output(0).get_tensor().set_names({"probabilities"})
    return ov.Model([ops.result(probabilities), ops.result(feature_map)], [pixels], "tiny")


def _convolution_kernel() -> np.ndarray:
    rng = np.random.default_rng(3)
    kernel = rng.normal(0, 1, (N_CHANNELS, 3, 4, 4))
    kernel -= kernel.mean(axis=(1, 2, 3), keepdims=True)
    kernel *= 0.3
    kernel[[RED, GREEN, BLUE, LIGHT]] = 0
    kernel[RED, 0], kernel[RED, 1] = 1, -1
    kernel[GREEN, 1], kernel[GREEN, 0] = 1, -1
    kernel[BLUE, 2], kernel[BLUE, 0], kernel[BLUE, 1] = 1, -0.5, -0.5
    kernel[LIGHT] = 1 / 3
    return (kernel / (16 * 255)).astype(np.float32)


@cache
def _familiarity(network: TinyNetwork) -> FamiliarityModel:
    """Fit the familiarity of all folders with this network: it follows from the features, which no class changes."""
    photos = [part_photo(redness, seed) for seed, redness in enumerate(np.linspace(-1.2, 1.2, 80))]
    with TemporaryDirectory() as scratch:
        folder = make_model_folder(Path(scratch), network=network, familiarity=False)
        spec = read_spec(folder)
        engine = Engine(spec, folder)
    sized = [
        fit_to_input(p, height=spec.input.height, width=spec.input.width, fit="stretch", resize="area") for p in photos
    ]
    features = np.stack([engine.predict(p).features for p in sized])
    return FamiliarityModel.fit(features[::2], features[1::2], [measure_quality(p) for p in sized], slack=2.0)
