"""What a recipe learns from: real pictures and rendered scenes, as pixels and targets."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np

from defect_app import scenes
from defect_app.catalog import InputSpec
from defect_app.datasets import LabelledPicture, LoadedDataset, load_dataset, load_folder
from defect_app.errors import DataUnavailable, InvalidRecipe
from defect_app.intake import encode_jpeg
from defect_app.training.localisation import MaskedPictures
from defect_app.training.pipeline import TrainingPictures, input_pixels, one_hot, read_inputs
from defect_app.training.recipe import Recipe
from defect_app.training.sampling import sampled_indices

SCENE_JPEG_QUALITY = 92
VALIDATION_SCENES_FROM = 5_000_000
"""First seed of the scenes that are measured, far from the ones that are learnt from."""
TRAINING_SCENES_FROM = 1_000_000
STRANGERS_FROM = 6_000_000
STRANGERS = 25
"""Scenes of each other product by which familiarity's limit is set."""

_last_rendered: dict[tuple[str, range], list[scenes.Scene]] = {}

CountProgress = Callable[[str, int, int], None]
"""Called with what is being done, how many are done, and how many there are."""


@dataclass(frozen=True)
class RenderedScene:
    """A scene as an evaluation row needs it: name, JPEG bytes and label."""

    image: str
    data: bytes
    label: str


@dataclass(frozen=True)
class Material:
    """What is learnt from and what is measured on.

    Attributes
    ----------
    loaded : LoadedDataset
        The real pictures.
    training, validation : TrainingPictures
        At the model's input size. Validation holds real pictures alone.
    validation_scenes : tuple of RenderedScene
        Scenes that are kept apart.
    """

    loaded: LoadedDataset
    training: TrainingPictures
    validation: TrainingPictures
    validation_scenes: tuple[RenderedScene, ...]


def load_data(recipe: Recipe, data_dir: Path | None, progress: CountProgress) -> LoadedDataset:
    """Load the recipe's data set: a registered one, or a folder of folders in the data folder.

    Raises
    ------
    DataUnavailable
        If it is not there.
    """

    def report(done: int, total: int) -> None:
        progress(f"reading {recipe.data.dataset}", done, total)

    if "/" in recipe.data.dataset:
        return load_folder(Path(recipe.data.dataset), progress=report)
    return load_dataset(recipe.data.dataset, data_dir, progress=report)


def gather(
    recipe: Recipe,
    loaded: LoadedDataset,
    size: InputSpec,
    progress: CountProgress,
    feature_map: tuple[int, int] | None = None,
) -> Material:
    """Read the real pictures, render the scenes, and put them together.

    With the rows and columns of a feature map, the masks of scenes and of real pictures that have one come along, to
    teach the network where to look.

    Raises
    ------
    DataUnavailable
        If a split is empty.
    InvalidRecipe
        If a scene's label is none of the classes.
    """
    parts = []
    chosen = _sampled(loaded.of_split("train"), recipe)
    for words, pictures in (("train", chosen), ("validate", loaded.of_split("validation"))):
        if not pictures:
            raise DataUnavailable(f"{loaded.dataset.title}: no pictures to {words} with.", "Add pictures.")
        pixels = read_inputs(pictures, size, lambda done, total: progress("scaling pictures", done, total))
        parts.append(TrainingPictures(pixels, one_hot([p.label for p in pictures], loaded.class_names)))
    training, validation = parts
    masks = _real_masks(chosen, size)
    if recipe.data.scenes:
        rendered = render_many(
            recipe.product, range_of(TRAINING_SCENES_FROM, recipe.seed, recipe.data.scenes), progress
        )
        photos = np.stack([input_pixels(scene.photo, size) for scene in rendered])
        targets = _targets([scene.label for scene in rendered], loaded.class_names, recipe)
        masks |= _scene_masks(rendered, len(training), size)
        training = TrainingPictures(
            np.concatenate([np.asarray(training.pixels), photos]), np.concatenate([training.targets, targets])
        )
    if feature_map:
        training = replace(training, masked=MaskedPictures(masks, *feature_map))
    return Material(loaded, training, validation, validation_scenes(recipe, progress))


def validation_scenes(recipe: Recipe, progress: CountProgress) -> tuple[RenderedScene, ...]:
    """Render the scenes that are measured, the same ones for every seed of training."""
    seeds = range_of(VALIDATION_SCENES_FROM, 0, recipe.data.scenes_validation)
    rendered = render_many(recipe.product, seeds, progress) if len(seeds) else []
    return tuple(_as_file(recipe.product, seed, scene) for seed, scene in zip(seeds, rendered, strict=True))


def strangers_to(product: str) -> tuple[RenderedScene, ...]:
    """Render some scenes of every other product: what a model of this one shall call unfamiliar."""
    return tuple(scene for other in scenes.PRODUCTS if other != product for scene in _some_of(other))


@lru_cache(maxsize=len(scenes.PRODUCTS))
def _some_of(product: str) -> tuple[RenderedScene, ...]:
    seeds = range(STRANGERS_FROM, STRANGERS_FROM + STRANGERS)
    return tuple(_as_file(product, seed, scenes.render(product, seed)) for seed in seeds)


def _as_file(product: str, seed: int, scene: scenes.Scene) -> RenderedScene:
    data = encode_jpeg(scene.photo, quality=SCENE_JPEG_QUALITY)
    return RenderedScene(f"scenes/{product}/{seed}.jpg", data, scene.label)


def range_of(start: int, seed: int, count: int) -> range:
    """Return `count` scene seeds that differ from those of another training seed."""
    first = start + 10_000 * seed
    return range(first, first + count)


def render_many(product: str, seeds: range, progress: CountProgress) -> list[scenes.Scene]:
    """Render scenes, half of them good; those that were rendered last are kept, for the folds learn from the same."""
    kept = _last_rendered.get((product, seeds))
    if kept is not None:
        return kept
    found = []
    with ThreadPoolExecutor(2) as pool:
        for rendered in pool.map(lambda seed: scenes.render(product, seed), seeds):
            found.append(rendered)
            progress("rendering scenes", len(found), len(seeds))
    _last_rendered.clear()
    _last_rendered[product, seeds] = found
    return found


def _sampled(pictures: tuple[LabelledPicture, ...], recipe: Recipe) -> tuple[LabelledPicture, ...]:
    indices = sampled_indices([p.label for p in pictures], recipe.data.sampling, recipe.seed)
    return tuple(pictures[i] for i in indices)


def _real_masks(pictures: tuple[LabelledPicture, ...], size: InputSpec) -> dict[int, np.ndarray]:
    """Read the masks of the pictures that have one, uint8 at the input size, by the picture's place."""
    masks = {}
    for place, picture in enumerate(pictures):
        mask = cv2.imread(str(picture.mask), cv2.IMREAD_GRAYSCALE) if picture.mask else None
        if mask is not None and mask.any():
            masks[place] = _fitted(mask > 0, size)
    return masks


def _scene_masks(rendered: list[scenes.Scene], first: int, size: InputSpec) -> dict[int, np.ndarray]:
    return {first + i: _fitted(scene.mask, size) for i, scene in enumerate(rendered) if scene.mask.any()}


def _fitted(mask: np.ndarray, size: InputSpec) -> np.ndarray:
    """Bring a mask to the input size in the way its picture comes there; 255 on the defect."""
    return input_pixels(np.repeat(mask[..., None].astype(np.uint8) * 255, 3, axis=2), size)[..., 0]


def _targets(labels: list[str], names: tuple[str, ...], recipe: Recipe) -> np.ndarray:
    strange = sorted(set(labels) - set(names))
    if strange:
        raise InvalidRecipe(f"{recipe.name}: scenes of {recipe.product} are labelled {strange[0]!r}, not a class here.")
    return one_hot(labels, names)
