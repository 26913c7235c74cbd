"""What a recipe is trained on: real pictures and rendered scenes, as pixels and targets."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from defect_app import scenes
from defect_app.catalog import InputSpec
from defect_app.datasets import LabelledPicture, LoadedDataset, load_dataset, load_folder
from defect_app.errors import DataUnavailable, InvalidRecipe
from defect_app.progress import Progress
from defect_app.recipes.recipe import Recipe
from defect_app.scenes.files import SceneFile, scene_file
from defect_app.scenes.seeds import evaluation_seeds, training_seeds
from defect_app.training.localisation_loss import MaskedPictures
from defect_app.training.pictures import TrainingPictures, input_pixels, one_hot, read_inputs
from defect_app.training.sampling import sampled_indices, without_surplus_copies

_last_rendered: dict[tuple[str, range], list[scenes.Scene]] = {}


@dataclass(frozen=True)
class TrainingData:
    """The training set, and what is measured on.

    Attributes
    ----------
    loaded : LoadedDataset
        The real pictures.
    training, validation : TrainingPictures
        At the model's input size. Validation holds real pictures alone.
    validation_scenes : tuple of SceneFile
        Scenes that are not trained on.
    """

    loaded: LoadedDataset
    training: TrainingPictures
    validation: TrainingPictures
    validation_scenes: tuple[SceneFile, ...]


def load_data(recipe: Recipe, data_dir: Path | None, progress: Progress) -> LoadedDataset:
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
    progress: Progress,
    feature_map: tuple[int, int] | None = None,
) -> TrainingData:
    """Read the real pictures, render the scenes, and put them together.

    With the rows and columns of a feature map, the masks of scenes and of real pictures that have one come along, to
    train the network where to look.

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
        rendered = render_many(recipe.product, training_seeds(recipe.seed, recipe.data.scenes), progress)
        photos = np.stack([input_pixels(scene.photo, size) for scene in rendered])
        targets = _targets([scene.label for scene in rendered], loaded.class_names, recipe)
        masks |= _scene_masks(rendered, len(training), size)
        training = TrainingPictures(
            np.concatenate([np.asarray(training.pixels), photos]), np.concatenate([training.targets, targets])
        )
    if feature_map:
        training = replace(training, masked=MaskedPictures(masks, *feature_map))
    return TrainingData(loaded, training, validation, validation_scenes(recipe, progress))


def validation_scenes(recipe: Recipe, progress: Progress) -> tuple[SceneFile, ...]:
    """Render the scenes that are measured, the same ones for every seed of training."""
    seeds = evaluation_seeds(recipe.data.scenes_validation)
    rendered = render_many(recipe.product, seeds, progress) if len(seeds) else []
    return tuple(scene_file(recipe.product, seed, scene) for seed, scene in zip(seeds, rendered, strict=True))


def render_many(product: str, seeds: range, progress: Progress) -> list[scenes.Scene]:
    """Render scenes, half of them good; the last ones stay in memory, since all folds are trained on the same."""
    rendered = _last_rendered.get((product, seeds))
    if rendered is not None:
        return rendered
    found = []
    with ThreadPoolExecutor(2) as pool:
        for scene in pool.map(lambda seed: scenes.render(product, seed), seeds):
            found.append(scene)
            progress("rendering scenes", len(found), len(seeds))
    _last_rendered.clear()
    _last_rendered[product, seeds] = found
    return found


def _sampled(pictures: tuple[LabelledPicture, ...], recipe: Recipe) -> tuple[LabelledPicture, ...]:
    kept = without_surplus_copies([p.group for p in pictures], [p.sha256 for p in pictures], recipe.data.copies_limit)
    pictures = tuple(pictures[i] for i in kept)
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
    unknown = sorted(set(labels) - set(names))
    if unknown:
        raise InvalidRecipe(f"{recipe.name}: scenes of {recipe.product} are labelled {unknown[0]!r}, not a class here.")
    return one_hot(labels, names)
