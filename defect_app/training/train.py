"""From a recipe's name to a finished model folder."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import keras
import numpy as np

from defect_app.catalog import MODELS_FOLDER, InputSpec
from defect_app.datasets import LoadedDataset
from defect_app.training.augmentation import augment
from defect_app.training.distillation import RobustnessFigures, blend, gather_views, measure_robustness, student_view
from defect_app.training.export import export_network, parity
from defect_app.training.fit import FitResult, fit, write_history
from defect_app.training.localisation import localisation_loss
from defect_app.training.losses import Loss, classification_loss, distillation_loss
from defect_app.training.material import RenderedScene, gather, load_data
from defect_app.training.networks import Network, build_learner, build_network, in_float32
from defect_app.training.pipeline import Change, TrainingPictures, read_inputs
from defect_app.training.publish import DatasetFacts, TrainingRecord, draft_spec, publish
from defect_app.training.recipe import Recipe, load_recipe

WORK_FOLDER = Path(__file__).resolve().parents[2] / "var" / "training"
PARITY_PICTURES = 256

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how many steps are done, and how many there are."""


@dataclass(frozen=True)
class _Lesson:
    """All that the loop needs: pictures, how they are changed, what is made small, and what is measured later."""

    training: TrainingPictures
    validation: TrainingPictures
    change: Change
    loss: Loss
    scenes: tuple[RenderedScene, ...]
    remembered: np.ndarray
    teacher: Any = None


def train(
    recipe_name: str | Path,
    *,
    data_dir: Path | None = None,
    epochs: int | None = None,
    seed: int | None = None,
    out: Path | None = None,
    progress: Progress | None = None,
    steps_limit: int | None = None,
) -> Path:
    """Train a recipe, evaluate the result with the files that serve, and put the model folder in its place.

    Ctrl-C ends the learning: the best epoch so far is exported and evaluated all the same. Nothing in `out` is
    touched before the new folder is complete.

    Parameters
    ----------
    recipe_name : str or Path
        A bundled recipe's name, or the path of a TOML file.
    data_dir : Path, optional
        The folder with the archives; default: the environment variable ``DEFECT_APP_DATA``.
    epochs, seed : int, optional
        Instead of the recipe's.
    out : Path, optional
        The folder that gets the model folder; default: the project's ``models/``.
    progress : callable, optional
        See `Progress`.
    steps_limit : int, optional
        Steps an epoch at most, for trials.

    Returns
    -------
    Path
        The model folder.

    Raises
    ------
    InvalidRecipe
        If the recipe is unknown or wrong.
    DataUnavailable
        If pictures or start weights are missing.
    """
    recipe = load_recipe(recipe_name)
    if seed is not None:
        recipe = replace(recipe, seed=seed)
    report = progress or (lambda words, done, total: None)
    keras.utils.set_random_seed(recipe.seed)
    size = InputSpec(recipe.input.height, recipe.input.width, recipe.input.fit, recipe.input.resize)
    loaded = load_data(recipe, data_dir, report)
    network = build_learner(recipe, len(loaded.classes), data_dir)
    lesson = _lesson(recipe, loaded, network, size, data_dir, report)
    # A folder of its own: two trainings at once must not share a checkpoint.
    work = WORK_FOLDER / f"{recipe.name}-{recipe.seed}-{os.getpid()}"
    started = time.perf_counter()
    result = fit(
        network.learner,
        lesson.training,
        lesson.validation,
        lesson.change,
        lesson.loss,
        recipe,
        size,
        epochs=epochs or recipe.schedule.epochs,
        seed=recipe.seed,
        checkpoint=work / "best.weights.h5",
        progress=lambda done, total, words: report(words, done, total),
        steps_limit=steps_limit,
    )
    if recipe.distillation is not None:
        blend(network.learner, lesson.teacher, recipe.distillation.student_share)
    minutes = (time.perf_counter() - started) / 60
    network = in_float32(network, recipe, len(loaded.classes), data_dir)
    staged = work / recipe.model
    export_network(network.server, staged, network.familiar_layer)
    write_history(staged, result.history)
    record = _record(recipe, loaded, network, lesson, result, minutes, size, staged)
    spec = draft_spec(recipe, loaded, network.feature_layer)
    publish(staged, spec, recipe, loaded, record, lesson.remembered, lesson.scenes, report, data_dir)
    folder = _moved(staged, (out or MODELS_FOLDER) / recipe.model)
    # Only now: whatever goes wrong before, the best weights are still there.
    shutil.rmtree(work, ignore_errors=True)
    return folder


def _lesson(
    recipe: Recipe,
    loaded: LoadedDataset,
    network: Network,
    size: InputSpec,
    data_dir: Path | None,
    report: Progress,
) -> _Lesson:
    entries = recipe.distillation
    if entries is not None:
        teacher = build_network(recipe, len(loaded.classes), data_dir).learner
        training, validation = gather_views(recipe, entries, loaded, teacher, size, data_dir, report)
        return _Lesson(
            training,
            validation,
            lambda pixels, rng: student_view(pixels, size, entries, rng),
            distillation_loss(entries.temperature),
            scenes=(),
            remembered=np.empty((0, size.height, size.width, 3), np.uint8),
            teacher=teacher,
        )
    places = recipe.loss.localisation > 0
    rows, columns = network.server.outputs[1].shape[1:3]
    material = gather(recipe, loaded, size, report, feature_map=(rows, columns) if places else None)
    loss = classification_loss(recipe.loss, material.training.targets.mean(axis=0))
    if places:
        loss = localisation_loss(loss, recipe.loss.localisation, loaded.classes)
    return _Lesson(
        material.training,
        material.validation,
        lambda pixels, rng: augment(pixels, recipe.augmentation, rng),
        loss,
        material.validation_scenes,
        remembered=np.asarray(material.training.pixels),
    )


def _record(
    recipe: Recipe,
    loaded: LoadedDataset,
    network: Network,
    lesson: _Lesson,
    result: FitResult,
    minutes: float,
    size: InputSpec,
    staged: Path,
) -> TrainingRecord:
    compared = read_inputs(loaded.of_split("test")[:PARITY_PICTURES] or loaded.pictures[:PARITY_PICTURES], size)
    robustness: RobustnessFigures | None = None
    if lesson.teacher is not None:
        test = loaded.of_split("test")
        robustness = measure_robustness(lesson.teacher, network.learner, test, loaded.class_names, size)
    return TrainingRecord(
        recipe=recipe.name,
        dataset=DatasetFacts.of(loaded.dataset),
        seed=recipe.seed,
        epochs=len(result.history),
        best_epoch=result.best_epoch,
        minutes=minutes,
        n_training=len(lesson.training),
        n_scenes=recipe.data.scenes,
        parity=parity(network.server, staged, compared),
        parity_n=len(compared),
        robustness=robustness,
    )


def _moved(staged: Path, target: Path) -> Path:
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists():
        shutil.rmtree(target)
    shutil.move(staged, target)
    return target
