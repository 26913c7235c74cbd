"""Makes a fast INT8 copy of a bundled model: a model folder of its own, measured like any other."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import openvino as ov

from defect_app.catalog import COPY_SUFFIX, InputSpec, find_model
from defect_app.datasets import LoadedDataset
from defect_app.inspection import Inspector
from defect_app.progress import Progress, no_progress
from defect_app.publishing import DatasetFacts, Publication, TrainingRecord, publish
from defect_app.publishing.training_record import read_record
from defect_app.recipes.recipe import load_recipe
from defect_app.training.pictures import TrainingPictures
from defect_app.training.recipe_spec import point_rule
from defect_app.training.training_data import gather, load_data

CALIBRATION_PICTURES = 300
MOST_DROP = 0.002
"""How much the mean probability of the right class may fall on the validation pictures."""


def quantized(
    model: ov.Model, calibration: np.ndarray, validation: np.ndarray, targets: np.ndarray, most_drop: float = MOST_DROP
) -> ov.Model:
    """Quantise a served model to INT8 with NNCF's accuracy control.

    The dense layer keeps its precision: it is cheap, and the class activation map is read off its weights. So does
    attention, whose softmax would blow up small differences. Biases are corrected layer by layer on the real
    activations, the slow way: with the fast one single photos of casting-mobilenetv2 moved by up to 0.6, with this by
    up to 0.1. Layers whose quantisation costs too much go back to floating point.

    Parameters
    ----------
    model : openvino.Model
        Takes uint8 NHWC; outputs "probabilities" and "features".
    calibration, validation : ndarray of uint8, shape (n, height, width, 3)
        Pictures at the input size: to find the ranges of the activations, and to control the accuracy.
    targets : ndarray, shape (n_validation, n_classes)
        The right class of each validation picture is 1.
    most_drop : float
        How much the mean probability of the right class may fall.
    """
    import nncf

    def mean_right_probability(compiled: Any, pairs: Iterable[tuple[np.ndarray, np.ndarray]]) -> float:
        output = compiled.output("probabilities")
        return float(np.mean([float(compiled(pixels[None])[output][0] @ right) for pixels, right in pairs]))

    pairs = list(zip(validation, targets, strict=True))
    return nncf.quantize_with_accuracy_control(
        model,
        calibration_dataset=nncf.Dataset(list(calibration), lambda pixels: pixels[None]),
        validation_dataset=nncf.Dataset(pairs, lambda pair: pair[0][None]),
        validation_fn=mean_right_probability,
        max_drop=most_drop,
        drop_type=nncf.DropType.ABSOLUTE,
        preset=nncf.QuantizationPreset.MIXED,
        subset_size=len(calibration),
        fast_bias_correction=False,
        ignored_scope=nncf.IgnoredScope(types=["MatMul"], names=attention_operations(model)),
    )


def attention_operations(model: ov.Model) -> list[str]:
    """Return the names of the operations of a served model that weigh places, from their scores to the weighed map.

    Empty where it has no attention, see `attention.attended`.
    """
    found: list[str] = []
    for softmax in model.get_ops():
        if softmax.get_type_name() != "Softmax":
            continue
        after = _first(softmax, lambda op: [t.get_node() for t in op.output(0).get_target_inputs()], _weighs_a_map)
        before = _first(softmax, lambda op: [op.input_value(0).get_node()], lambda op: "Conv" in op.get_type_name())
        # The probabilities are a softmax too, but weigh nothing.
        if after and before:
            found += [before, after]
    return found


def _weighs_a_map(op: Any) -> bool:
    return op.get_type_name() == "Multiply" and bool(op.get_output_partial_shape(0).rank.get_length() == 4)


def _first(start: Any, following: Callable[[Any], list[Any]], wanted: Callable[[Any], bool]) -> str:
    """Return the name of the first operation that is wanted, one after the other from another one; empty for none."""
    op = start
    while op.get_type_name() not in ("Result", "Parameter", "MatMul"):
        coming = following(op)
        if not coming:
            break
        op = coming[0]
        if wanted(op):
            return str(op.get_friendly_name())
    return ""


def quantize(
    model_id: str, *, data_dir: Path | None = None, out: Path | None = None, progress: Progress | None = None
) -> Path:
    """Make ``<model>-int8``: quantised weights with an operating point, evaluation, familiarity and card of their own.

    Parameters
    ----------
    model_id : str
        A bundled inspection model that was trained by a recipe.
    data_dir : Path, optional
        The folder with the archives; default: the environment variable ``DEFECT_APP_DATA``.
    out : Path, optional
        The folder that gets the model folder; default: where the model is.
    progress : callable, optional
        See `progress.Progress`.

    Returns
    -------
    Path
        The new model folder.

    Raises
    ------
    ModelUnavailable
        If the model is missing or disabled.
    DataUnavailable
        If its pictures are missing.
    """
    report = progress or no_progress
    spec, folder = find_model(model_id)
    recipe = load_recipe(spec.recipe)
    loaded = load_data(recipe, data_dir, report)
    size = InputSpec(spec.input.height, spec.input.width, spec.input.fit, spec.input.resize)
    data = gather(recipe, loaded, size, report)
    report("quantising", 0, 1)
    chosen = np.random.default_rng(recipe.seed).permutation(len(data.training))[:CALIBRATION_PICTURES]
    calibration = np.stack([data.training.pixels[i] for i in chosen])
    validation = data.validation
    model = ov.Core().read_model(folder / "model.xml")
    fast = quantized(model, calibration, np.asarray(validation.pixels), np.asarray(validation.targets))

    target = (out or folder.parent) / (spec.id + COPY_SUFFIX)
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    ov.save_model(fast, target / "model.xml")
    fast_spec = replace(
        spec,
        id=target.name,
        title=f"{spec.title}, fast",
        standing="alternative",
        summary=f"{spec.summary} INT8 weights: about twice as many photos a second.",
        trained=datetime.now(UTC).date().isoformat(),
        sha256={},
    )
    record = _record(folder, loaded, Inspector(spec, folder), fast, validation)
    pixels = np.asarray(data.training.pixels)
    publication = Publication(fast_spec, point_rule(recipe), record, loaded, pixels, data.validation_scenes)
    publish(target, publication, report)
    return target


def _record(
    folder: Path, loaded: LoadedDataset, base: Inspector, fast: ov.Model, validation: TrainingPictures
) -> TrainingRecord:
    """Take over how the base model was trained; the parity is that of the fast copy against it."""
    compiled = ov.Core().compile_model(fast, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    output = compiled.output("probabilities")
    differences = [
        float(np.abs(compiled(pixels[None])[output][0] - base.engine.predict(pixels).probabilities).max())
        for pixels in validation.pixels
    ]
    return replace(
        read_record(folder),
        dataset=DatasetFacts.of(loaded.dataset),
        parity=max(differences),
        parity_n=len(differences),
        robustness=None,
        gradients=None,
    )
