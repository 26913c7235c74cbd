"""One training run: a recipe and split pictures become a network with its best weights, exported to a folder."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import keras
import numpy as np

from defect_app.datasets import LoadedDataset
from defect_app.progress import Progress
from defect_app.recipes.recipe import Recipe
from defect_app.scenes.files import SceneFile
from defect_app.training.augmentation import augment
from defect_app.training.batches import AugmentedPictures, SampleSource
from defect_app.training.distillation import blend, gather_views, student_view
from defect_app.training.export import export_network
from defect_app.training.fit import FitResult, FitSettings, fit
from defect_app.training.history import write_history
from defect_app.training.keras_archive import deflate
from defect_app.training.localisation_loss import localisation_loss
from defect_app.training.losses import Loss, classification_loss, distillation_loss
from defect_app.training.networks import Network, build_for_training, build_network, in_float32
from defect_app.training.pictures import TrainingPictures
from defect_app.training.recipe_spec import input_spec
from defect_app.training.training_data import gather
from defect_app.training.untuned import untuned_map
from defect_app.training.views import FrozenTrunk


@dataclass(frozen=True)
class RunLimits:
    """How much of a recipe is trained, where it is not the whole.

    Attributes
    ----------
    epochs : int or None
        Instead of the recipe's.
    steps : int or None
        Steps an epoch at most, for trials.
    """

    epochs: int | None = None
    steps: int | None = None


WHOLE: Final = RunLimits()
"""The recipe as it is."""


@dataclass(frozen=True)
class RunSettings:
    """How long a run takes at most, and where it works.

    Attributes
    ----------
    epochs : int
        At most.
    work : Path
        A folder of its own, for the best weights so far: two runs at once must not share it.
    data_dir : Path or None
        The folder with archives of start weights.
    steps_limit : int or None
        Steps an epoch at most, for trials.
    """

    epochs: int
    work: Path
    data_dir: Path | None = None
    steps_limit: int | None = None


@dataclass(frozen=True)
class TrainingTask:
    """All that the loop needs, and what is measured afterwards.

    Attributes
    ----------
    training : AugmentedPictures
        The training set.
    validation : TrainingPictures
        What decides which epoch is the best.
    loss : callable
        See `losses`.
    scenes : tuple of SceneFile
        Evaluated, not trained on.
    reference_pixels : ndarray of uint8, shape (n, height, width, 3)
        Training pictures as references of familiarity; empty for none.
    teacher : keras.Model or None
        Of a distilled model.
    """

    training: AugmentedPictures
    validation: TrainingPictures
    loss: Loss
    scenes: tuple[SceneFile, ...]
    reference_pixels: np.ndarray
    teacher: Any = None


@dataclass(frozen=True)
class TrainedNetwork:
    """A network after its training, in float32, with its task, how the fit went, and how many minutes it took."""

    network: Network
    task: TrainingTask
    result: FitResult
    minutes: float


def run_training(
    recipe: Recipe, loaded: LoadedDataset, folder: Path, settings: RunSettings, report: Progress
) -> TrainedNetwork:
    """Train a recipe on the train pictures, and export the network to `folder` with its history.

    Ctrl-C ends the training; the best epoch so far is exported all the same.

    Raises
    ------
    InvalidRecipe
        If the recipe asks for what cannot be.
    DataUnavailable
        If pictures or start weights are missing.
    """
    keras.utils.set_random_seed(recipe.seed)
    n_classes = len(loaded.classes)
    network = build_for_training(recipe, n_classes, settings.data_dir)
    task = _task(recipe, loaded, network, settings.data_dir, report)
    started = time.perf_counter()
    model, source, validation = _trainable_part(network, task, recipe, report)
    result = fit(
        model,
        source,
        validation,
        task.loss,
        FitSettings(
            recipe.optimiser,
            recipe.schedule,
            settings.epochs,
            recipe.seed,
            settings.work / "best.weights.h5",
            settings.steps_limit,
        ),
        progress=lambda done, total, words: report(words, done, total),
    )
    if recipe.distillation is not None:
        blend(network.training_model, task.teacher, recipe.distillation.student_share)
    minutes = (time.perf_counter() - started) / 60
    network = in_float32(network, recipe, n_classes, settings.data_dir)
    untuned = recipe.familiarity.judged_by == "untuned"
    descriptor_map = untuned_map(network.inference_model, settings.data_dir) if untuned else network.descriptor_map
    export_network(network.inference_model, folder, descriptor_map)
    deflate(folder / "model.keras")
    write_history(folder, result.history)
    return TrainedNetwork(network, task, result, minutes)


def _trainable_part(
    network: Network, task: TrainingTask, recipe: Recipe, report: Progress
) -> tuple[Any, SampleSource, TrainingPictures]:
    """Return the part of the network that is trained, and what it takes: pictures, or views at its first layer."""
    entries = recipe.backbone
    if not entries.views:
        return network.training_model, task.training, task.validation
    trunk = FrozenTrunk(network.training_model)
    source = trunk.views(task.training, entries.views, report)
    validation = TrainingPictures(trunk.features(np.asarray(task.validation.pixels)), task.validation.targets)
    return trunk.top, source, validation


def _task(
    recipe: Recipe, loaded: LoadedDataset, network: Network, data_dir: Path | None, report: Progress
) -> TrainingTask:
    size, entries = input_spec(recipe), recipe.distillation
    if entries is not None:
        teacher = build_network(recipe, len(loaded.classes), data_dir).training_model
        training, validation = gather_views(recipe, entries, loaded, teacher, data_dir, report)
        return TrainingTask(
            AugmentedPictures(training, lambda pixels, rng: student_view(pixels, size, entries, rng), size),
            validation,
            distillation_loss(entries.temperature),
            scenes=(),
            reference_pixels=np.empty((0, size.height, size.width, 3), np.uint8),
            teacher=teacher,
        )
    places = recipe.loss.localisation > 0
    rows, columns = network.inference_model.outputs[1].shape[1:3]
    data = gather(recipe, loaded, size, report, feature_map=(rows, columns) if places else None)
    loss = classification_loss(recipe.loss, data.training.targets.mean(axis=0))
    if places:
        loss = localisation_loss(loss, recipe.loss.localisation, loaded.classes)
    return TrainingTask(
        AugmentedPictures(
            data.training,
            lambda pixels, rng: augment(pixels, recipe.augmentation, rng),
            size,
            changes=repr(recipe.augmentation),
        ),
        data.validation,
        loss,
        data.validation_scenes,
        reference_pixels=np.asarray(data.training.pixels),
    )
