"""Self-distillation: a student trained to answer on degraded pictures as the start weights answer on clean ones."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from defect_app.catalog import InputSpec
from defect_app.datasets import LabelledPicture, LoadedDataset, load_dataset
from defect_app.datasets.splits import first_share
from defect_app.progress import Progress
from defect_app.publishing.training_record import RobustnessFigures
from defect_app.recipes import Recipe
from defect_app.recipes.entries import DistillationEntries
from defect_app.training.degradation import degrade
from defect_app.training.fit import predict_logits
from defect_app.training.pictures import TrainingPictures, input_pixels, photo_pixels
from defect_app.training.recipe_spec import input_spec

LARGEST_SOURCE_SIDE = 320
"""Pictures stay in memory at no more than this; larger ones would not show in a model's input."""
SMALLEST_CROP = 0.6
DEGRADED_VERSIONS = 3
"""Of each picture that is measured, so that one lucky version decides nothing."""


def gather_views(
    recipe: Recipe,
    entries: DistillationEntries,
    loaded: LoadedDataset,
    teacher: Any,
    data_dir: Path | None,
    progress: Progress,
) -> tuple[TrainingPictures, TrainingPictures]:
    """Collect views of the training pictures with the teacher's logits, and fixed degraded ones to validate on.

    Returns
    -------
    training : TrainingPictures
        Clean views of different sizes; their targets are the teacher's logits on them.
    validation : TrainingPictures
        Degraded and clean pictures of the validation split at the input size, with the teacher's logits on the clean.
    """
    size = input_spec(recipe)
    pictures = list(loaded.of_split("train"))
    for name in recipe.data.unlabelled:
        others = load_dataset(name, data_dir).of_split("train")
        chosen = first_share([p.sha256 for p in others], min(1.0, recipe.data.unlabelled_limit / len(others)))
        pictures += [p for p, is_chosen in zip(others, chosen, strict=True) if is_chosen]
    rng = np.random.default_rng(recipe.seed)
    views = []
    for done, picture in enumerate(pictures, start=1):
        source = _source(picture, size)
        views.append(source)
        views += [_chance_crop(source, rng) for _ in range(entries.crops - 1)]
        progress("reading pictures for the teacher", done, len(pictures))
    training = TrainingPictures(views, _teacher_logits(teacher, views, size, progress))

    clean = [_source(p, size) for p in loaded.of_split("validation")]
    targets = _teacher_logits(teacher, clean, size, progress)
    seen = np.concatenate([_degraded(clean, size, version=0), _fitted(clean, size)])
    return training, TrainingPictures(seen, np.concatenate([targets, targets]))


def student_view(
    pixels: np.ndarray, size: InputSpec, entries: DistillationEntries, rng: np.random.Generator
) -> np.ndarray:
    """Return what the student sees of a clean view: degraded, or clean; mirrored half of the time."""
    if rng.random() < 0.5:
        pixels = pixels[:, ::-1]
    if rng.random() < entries.degraded_share:
        return degrade(np.ascontiguousarray(pixels), size, rng)
    return input_pixels(np.ascontiguousarray(pixels), size)


def blend(student: Any, teacher: Any, student_share: float) -> None:
    """Mix the student's weights with its teacher's, in place.

    What the student forgot of the clean pictures comes back sooner than what it gained on degraded ones goes.
    Wortsman et al., "Robust fine-tuning of zero-shot models", CVPR 2022.

    Parameters
    ----------
    student, teacher : keras.Model
        Of the same layers.
    student_share : float
        In (0, 1].
    """
    mixed = [
        student_share * np.asarray(own) + (1 - student_share) * np.asarray(start)
        for own, start in zip(student.get_weights(), teacher.get_weights(), strict=True)
    ]
    student.set_weights(mixed)


def measure_robustness(
    teacher: Any, student: Any, pictures: Sequence[LabelledPicture], names: Sequence[str], size: InputSpec
) -> RobustnessFigures:
    """Compare teacher and student on the very same clean and degraded pictures."""
    actual = np.array([names.index(p.label) for p in pictures])
    sources = [photo_pixels(p, size) for p in pictures]
    clean = _fitted(sources, size)
    right = {"teacher": [0.0, 0.0], "student": [0.0, 0.0]}
    for who, network in (("teacher", teacher), ("student", student)):
        right[who][0] = float(np.mean(predict_logits(network, clean).argmax(axis=1) == actual))
    for version in range(DEGRADED_VERSIONS):
        degraded = _degraded(sources, size, version=version + 1)
        for who, network in (("teacher", teacher), ("student", student)):
            share = float(np.mean(predict_logits(network, degraded).argmax(axis=1) == actual))
            right[who][1] += share / DEGRADED_VERSIONS
    return RobustnessFigures(len(pictures), DEGRADED_VERSIONS, *_in_order(right))


def _in_order(right: dict[str, list[float]]) -> tuple[float, float, float, float]:
    return right["teacher"][0], right["student"][0], right["teacher"][1], right["student"][1]


def _source(picture: LabelledPicture, size: InputSpec) -> np.ndarray:
    pixels = photo_pixels(picture, size)
    shorter = min(pixels.shape[:2])
    if shorter <= LARGEST_SOURCE_SIDE:
        return pixels
    scale = LARGEST_SOURCE_SIDE / shorter
    height, width = (round(side * scale) for side in pixels.shape[:2])
    return input_pixels(pixels, InputSpec(height, width, "stretch", "area"))


def _chance_crop(pixels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    height, width = pixels.shape[:2]
    side = round(min(height, width) * rng.uniform(SMALLEST_CROP, 1.0))
    top, left = (int(rng.integers(0, room + 1)) for room in (height - side, width - side))
    return np.ascontiguousarray(pixels[top : top + side, left : left + side])


def _teacher_logits(teacher: Any, views: Sequence[np.ndarray], size: InputSpec, progress: Progress) -> np.ndarray:
    parts = []
    for start in range(0, len(views), 256):
        parts.append(predict_logits(teacher, _fitted(views[start : start + 256], size)))
        progress("asking the teacher", min(start + 256, len(views)), len(views))
    return np.concatenate(parts).astype(np.float32)


def _fitted(sources: Sequence[np.ndarray], size: InputSpec) -> np.ndarray:
    return np.stack([input_pixels(s, size) for s in sources])


def _degraded(sources: Sequence[np.ndarray], size: InputSpec, version: int) -> np.ndarray:
    return np.stack([degrade(s, size, np.random.default_rng([version, i])) for i, s in enumerate(sources)])
