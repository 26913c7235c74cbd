"""Heads trained on a frozen backbone's features, which are worked out once for all variants, folds and seeds."""

from __future__ import annotations

import hashlib
import os
import time
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np

from defect_app.datasets import LabelledPicture, LoadedDataset, content_digest
from defect_app.errors import InvalidRecipe
from defect_app.progress import Progress
from defect_app.recipes.recipe import Recipe
from defect_app.training.backbones import build_backbone
from defect_app.training.fit import FitResult, FitSettings, fit, predict_logits
from defect_app.training.heads import apply_head, head_layers
from defect_app.training.losses import classification_loss
from defect_app.training.pictures import TrainingPictures, one_hot, read_inputs
from defect_app.training.recipe_spec import input_spec
from defect_app.training.sampling import sampled_indices

BATCH = 16


@dataclass(frozen=True)
class Features:
    """What a frozen backbone makes of a data set's pictures.

    Attributes
    ----------
    of : dict of str to ndarray of float32, shape (n_channels,)
        Means over the last feature map, by the picture's name.
    parameters : int
        Of the backbone.
    cpu_ms_per_photo : float
        Time of all cores together from pixels to features.
    """

    of: dict[str, np.ndarray]
    parameters: int
    cpu_ms_per_photo: float


@dataclass(frozen=True)
class TrainedHead:
    """A head after its training.

    Attributes
    ----------
    probabilities : ndarray of float32, shape (n, n_classes)
        Of the pictures that it was asked about.
    result : FitResult
        Its course.
    parameters, n_training : int
        Numbers of the head, and pictures that it learnt from, repeated ones counted again.
    cpu_seconds_per_epoch : float
        Time of all cores together.
    """

    probabilities: np.ndarray
    result: FitResult
    parameters: int
    n_training: int
    cpu_seconds_per_epoch: float


@dataclass(frozen=True)
class FeatureRows:
    """A `SampleSource` of features, shape (n, 1, 1, n_channels), and targets, shape (n, n_classes)."""

    features: np.ndarray
    targets: np.ndarray

    def __len__(self) -> int:
        return len(self.features)

    @property
    def input_shape(self) -> tuple[int, ...]:
        """Shape of one row."""
        return tuple(self.features.shape[1:])

    @property
    def n_targets(self) -> int:
        """How many numbers the targets of one are."""
        return int(self.targets.shape[1])

    def sample(self, index: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:  # noqa: ARG002
        """Return one row as it is."""
        return self.features[index], self.targets[index]


def frozen_features(
    recipe: Recipe, loaded: LoadedDataset, store: Path, data_dir: Path | None, report: Progress
) -> Features:
    """Return the features of all pictures, from `store` where the same were worked out before.

    Raises
    ------
    InvalidRecipe
        If the recipe's features are not the plain mean of one frozen map.
    DataUnavailable
        If pictures or start weights are missing.
    """
    plain = recipe.head.kind == "pooled" and not recipe.head.attention and not recipe.backbone.joined_with
    if not plain or recipe.backbone.depths or recipe.data.scenes:
        raise InvalidRecipe(
            f"{recipe.name}: a frozen study takes the mean of one map of photos alone.",
            "Set head.attention = false, data.scenes = 0 and backbone.depths = [] in its changes.",
        )
    size = input_spec(recipe)
    identity = f"{recipe.backbone.name} {recipe.backbone.weights} {recipe.backbone.features_at} {size!r}"
    digest = hashlib.sha256(f"{identity}\n{content_digest(loaded)}".encode()).hexdigest()[:16]
    path = store / f"features-{digest}.npz"
    names = [picture.image for picture in loaded.pictures]
    if path.exists():
        with np.load(path) as stored:
            rows = dict(zip(names, stored["features"], strict=True))
            return Features(rows, int(stored["parameters"]), float(stored["cpu_ms_per_photo"]))
    # Weights that are drawn are the same in every process that works features out.
    keras.utils.set_random_seed(0)
    built = build_backbone(recipe.backbone, height=size.height, width=size.width, data_dir=data_dir)
    pooled = keras.layers.GlobalAveragePooling2D()(built.features)
    network = keras.Model(built.inputs, pooled)
    found: list[np.ndarray] = []
    seconds = 0.0
    for start in range(0, len(names), BATCH):
        pixels = read_inputs(loaded.pictures[start : start + BATCH], size).astype(np.float32)
        if not found:
            # What is compiled at the first call is no part of a photo's time.
            network.predict_on_batch(pixels)
        began = time.process_time()
        found.append(np.asarray(network.predict_on_batch(pixels), np.float32))
        seconds += time.process_time() - began
        report("looking through frozen layers", start + len(pixels), len(names))
    features, parameters = np.concatenate(found), int(network.count_params())
    per_photo = 1000 * seconds / len(names)
    store.mkdir(parents=True, exist_ok=True)
    # Of this process alone: others may work out the same at the same time.
    partial = path.with_suffix(f".{os.getpid()}.part.npz")
    np.savez(partial, features=features, parameters=parameters, cpu_ms_per_photo=per_photo)
    partial.replace(path)
    return Features(dict(zip(names, features, strict=True)), parameters, per_photo)


def train_head(
    recipe: Recipe, loaded: LoadedDataset, features: Features, asked: tuple[LabelledPicture, ...], work: Path
) -> TrainedHead:
    """Train a recipe's head on the train pictures' features, with its loss, sampling, optimiser and schedule.

    Parameters
    ----------
    recipe : Recipe
        Its augmentation plays no part: features are of the pictures as they are.
    loaded : LoadedDataset
        Split into train and validation.
    features : Features
        Of all its pictures.
    asked : tuple of LabelledPicture
        Judged afterwards.
    work : Path
        A folder of its own, for the best weights so far.
    """
    keras.utils.set_random_seed(recipe.seed)
    training = _rows(loaded.of_split("train"), loaded, features)
    chosen = sampled_indices([p.label for p in loaded.of_split("train")], recipe.data.sampling, recipe.seed)
    training = FeatureRows(training.features[chosen], training.targets[chosen])
    validation = _rows(loaded.of_split("validation"), loaded, features)
    inputs = keras.Input(training.input_shape, name="features")
    n_classes = len(loaded.classes)
    network = keras.Model(inputs, apply_head(head_layers(recipe.head, n_classes), inputs, training=True))
    loss = classification_loss(recipe.loss, training.targets.mean(axis=0))
    settings = FitSettings(
        recipe.optimiser, recipe.schedule, recipe.schedule.epochs, recipe.seed, work / "best.weights.h5"
    )
    began = time.process_time()
    measured = TrainingPictures(validation.features, validation.targets)
    result = fit(network, training, measured, loss, settings, progress=_silent)
    seconds = time.process_time() - began
    if result.interrupted:
        raise KeyboardInterrupt
    logits = predict_logits(network, _rows(asked, loaded, features).features)
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    probabilities = (shifted / shifted.sum(axis=1, keepdims=True)).astype(np.float32)
    epochs = max(1, len(result.history))
    return TrainedHead(probabilities, result, int(network.count_params()), len(training), seconds / epochs)


def _silent(done: int, total: int, words: str) -> None:
    """Report nothing of a training that takes seconds."""


def _rows(pictures: tuple[LabelledPicture, ...], loaded: LoadedDataset, features: Features) -> FeatureRows:
    rows = np.stack([features.of[picture.image] for picture in pictures])[:, None, None]
    return FeatureRows(rows, one_hot([picture.label for picture in pictures], loaded.class_names))
