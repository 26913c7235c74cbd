"""One learning: a recipe and split pictures become a network with the best epoch's weights, exported to a folder."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np

from defect_app.catalog import InputSpec
from defect_app.datasets import LoadedDataset
from defect_app.training.augmentation import augment
from defect_app.training.distillation import blend, gather_views, student_view
from defect_app.training.export import export_network
from defect_app.training.fit import FitResult, fit, write_history
from defect_app.training.keras_archive import deflate
from defect_app.training.localisation import localisation_loss
from defect_app.training.losses import Loss, classification_loss, distillation_loss
from defect_app.training.material import RenderedScene, gather
from defect_app.training.networks import Network, build_learner, build_network, in_float32
from defect_app.training.pipeline import Deck, PictureDeck, TrainingPictures
from defect_app.training.recipe import Recipe
from defect_app.training.untuned import untuned_map
from defect_app.training.views import FrozenTrunk

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how many steps are done, and how many there are."""


@dataclass(frozen=True)
class Run:
    """How far a learning goes, and where it works.

    Attributes
    ----------
    epochs : int
        At most.
    work : Path
        A folder of its own, for the best weights so far: two learnings at once must not share it.
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
class Lesson:
    """All that the loop needs: pictures, how they are changed, what is made small, and what is measured later.

    Attributes
    ----------
    deck : PictureDeck
        What is learnt from.
    validation : TrainingPictures
        What decides which epoch is the best.
    loss : callable
        See `losses`.
    scenes : tuple of RenderedScene
        Measured, never learnt from.
    remembered : ndarray of uint8, shape (n, height, width, 3)
        What familiarity may remember; empty for none.
    teacher : keras.Model or None
        Of a distilled model.
    """

    deck: PictureDeck
    validation: TrainingPictures
    loss: Loss
    scenes: tuple[RenderedScene, ...]
    remembered: np.ndarray
    teacher: Any = None


@dataclass(frozen=True)
class Learnt:
    """A learning that is over: the network in float32, its lesson, how it went, and how many minutes it took."""

    network: Network
    lesson: Lesson
    result: FitResult
    minutes: float


def input_size(recipe: Recipe) -> InputSpec:
    """Return the model's input as a spec has it."""
    return InputSpec(recipe.input.height, recipe.input.width, recipe.input.fit, recipe.input.resize)


def learn(recipe: Recipe, loaded: LoadedDataset, folder: Path, run: Run, report: Progress) -> Learnt:
    """Learn a recipe on the train pictures, and export the network to `folder` with its history.

    Ctrl-C ends the learning; the best epoch so far is exported all the same.

    Raises
    ------
    InvalidRecipe
        If the recipe asks for what cannot be.
    DataUnavailable
        If pictures or start weights are missing.
    """
    keras.utils.set_random_seed(recipe.seed)
    size, n_classes = input_size(recipe), len(loaded.classes)
    network = build_learner(recipe, n_classes, run.data_dir)
    lesson = _lesson(recipe, loaded, network, size, run.data_dir, report)
    started = time.perf_counter()
    learner, deck, validation = _what_learns(network, lesson, recipe, report)
    result = fit(
        learner,
        deck,
        validation,
        lesson.loss,
        recipe,
        epochs=run.epochs,
        seed=recipe.seed,
        checkpoint=run.work / "best.weights.h5",
        progress=lambda done, total, words: report(words, done, total),
        steps_limit=run.steps_limit,
    )
    if recipe.distillation is not None:
        blend(network.learner, lesson.teacher, recipe.distillation.student_share)
    minutes = (time.perf_counter() - started) / 60
    network = in_float32(network, recipe, n_classes, run.data_dir)
    untuned = recipe.familiarity.judged_by == "untuned"
    familiar = untuned_map(network.server, run.data_dir) if untuned else network.familiar
    export_network(network.server, folder, familiar)
    deflate(folder / "model.keras")
    write_history(folder, result.history)
    return Learnt(network, lesson, result, minutes)


def _what_learns(
    network: Network, lesson: Lesson, recipe: Recipe, report: Progress
) -> tuple[Any, Deck, TrainingPictures]:
    """Return the part of the network that learns, and what it takes: pictures, or views of them at its first layer."""
    entries = recipe.backbone
    if not entries.views:
        return network.learner, lesson.deck, lesson.validation
    trunk = FrozenTrunk(network.learner, entries.learns_from)
    deck = trunk.views(lesson.deck, entries.views, report)
    validation = TrainingPictures(trunk.features(np.asarray(lesson.validation.pixels)), lesson.validation.targets)
    return trunk.top, deck, validation


def _lesson(
    recipe: Recipe,
    loaded: LoadedDataset,
    network: Network,
    size: InputSpec,
    data_dir: Path | None,
    report: Progress,
) -> Lesson:
    entries = recipe.distillation
    if entries is not None:
        teacher = build_network(recipe, len(loaded.classes), data_dir).learner
        training, validation = gather_views(recipe, entries, loaded, teacher, size, data_dir, report)
        return Lesson(
            PictureDeck(training, lambda pixels, rng: student_view(pixels, size, entries, rng), size),
            validation,
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
    return Lesson(
        PictureDeck(material.training, lambda pixels, rng: augment(pixels, recipe.augmentation, rng), size),
        material.validation,
        loss,
        material.validation_scenes,
        remembered=np.asarray(material.training.pixels),
    )
