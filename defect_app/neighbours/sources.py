"""Where reference pictures come from: rendered scenes, a data set on this machine, the photos of a taught product."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from defect_app import scenes
from defect_app.catalog import ModelSpec
from defect_app.datasets import get_dataset
from defect_app.datasets.archives import data_folder, unpacked
from defect_app.datasets.dataset import Dataset, LabelledPicture
from defect_app.datasets.layouts import list_folders, list_mosaics
from defect_app.datasets.loading import picture_bytes
from defect_app.errors import DataUnavailable, DefectLensError
from defect_app.evaluation import read_evaluation
from defect_app.paths import VAR
from defect_app.publishing.training_record import read_record
from defect_app.scenes.files import SCENES_VERSION, scene_jpeg
from defect_app.scenes.seeds import training_seeds
from defect_app.teaching.photo_set import files_of, read_set

NEIGHBOURS_FOLDER = VAR / "neighbours"
SCENES = 24
"""So many are rendered: enough for three of each class, in some seconds."""
MOST_OF_CLASS, MOST_PICTURES, MOST_CLASSES = 40, 240, 40
"""Of a data set: more would take longer than a person waits."""


@dataclass(frozen=True)
class Picture:
    """A file with its truth: name, class name, what there is to see (may be empty), and its bytes."""

    name: str
    label: str
    what: str
    data: bytes


@dataclass(frozen=True)
class ReferenceSource:
    """A lot of pictures whose truth is known.

    Attributes
    ----------
    title : str
        On a switch: "Rendered scenes".
    words : str
        In a sentence: "24 rendered scenes of its training".
    key : str
        Of its cache: changes with what it holds.
    n : int
        How many pictures there are, at most.
    pictures : callable
        Reads or renders them, one after the other.
    """

    title: str
    words: str
    key: str
    n: int
    pictures: Callable[[], Iterator[Picture]]


def sources_for(spec: ModelSpec, folder: Path, kept: Path | None = None) -> tuple[ReferenceSource, ...]:
    """Return the sources that there are for a model, without reading a picture; rendered scenes first.

    Parameters
    ----------
    spec : ModelSpec
        The model.
    folder : Path
        Its folder.
    kept : Path, optional
        Where rendered scenes are kept, default ``var/neighbours``.
    """
    found = (_scenes(spec, folder, kept or NEIGHBOURS_FOLDER), _taught(spec), _dataset(spec, folder))
    return tuple(source for source in found if source is not None)


def _scenes(spec: ModelSpec, folder: Path, kept: Path) -> ReferenceSource | None:
    if spec.product not in scenes.PRODUCTS or not set(scenes.labels(spec.product)) <= set(spec.class_names):
        return None
    try:
        trained_with = read_record(folder).n_scenes
    except DefectLensError:
        trained_with = 0
    sense = "of its training" if trained_with else "(it was not trained with such)"
    return ReferenceSource(
        "Rendered scenes",
        f"{SCENES} rendered scenes {sense}",
        f"scenes-{SCENES_VERSION}-{SCENES}",
        SCENES,
        lambda: _rendered(spec.product, kept / f"scenes-{spec.product}-{SCENES_VERSION}"),
    )


def _rendered(product: str, kept: Path) -> Iterator[Picture]:
    with ThreadPoolExecutor(2) as pool:
        yield from pool.map(lambda seed: _scene(product, seed, kept), training_seeds(0, SCENES))


def _scene(product: str, seed: int, kept: Path) -> Picture:
    """Return a scene; what it took half a second to render is kept for the next model of the product."""
    name = f"{product} {seed}"
    path, told = kept / f"{seed}.jpg", kept / f"{seed}.txt"
    try:
        label, what = told.read_text(encoding="utf-8").split("\n", 1)
        if label in scenes.labels(product):
            return Picture(name, label, what, path.read_bytes())
    except (OSError, ValueError):
        pass  # not kept yet, or not whole
    scene = scenes.render(product, seed)
    data = scene_jpeg(scene)
    try:
        kept.mkdir(parents=True, exist_ok=True)
        # The text comes last: a picture without one is rendered anew.
        write_whole(path, data)
        write_whole(told, f"{scene.label}\n{scene.what}".encode())
    except OSError:
        pass  # it is only kept to save time
    return Picture(name, scene.label, scene.what, data)


def _taught(spec: ModelSpec) -> ReferenceSource | None:
    try:
        known = read_set(spec.id)
    except DefectLensError:
        return None
    if known is None or not known.photos:
        return None
    taught = known
    photos = taught.photos[:MOST_PICTURES]

    def pictures() -> Iterator[Picture]:
        for photo, file in zip(taught.photos[:MOST_PICTURES], files_of(taught), strict=False):
            with file.file.open() as opened:
                yield Picture(photo.name, photo.label, "", opened.read())

    digest = np.bitwise_xor.reduce([np.uint64(int(photo.sha256[:16], 16)) for photo in photos])
    words = f"the {len(photos)} photos" if len(photos) > 1 else "the photo"
    return ReferenceSource(
        "Photos it was taught with",
        f"{words} that it was taught with",
        f"taught-{int(digest):016x}",
        len(photos),
        pictures,
    )


def _dataset(spec: ModelSpec, folder: Path) -> ReferenceSource | None:
    if not spec.dataset or len(spec.classes) > MOST_CLASSES:
        return None
    try:
        known = get_dataset(spec.dataset)
        archives = [data_folder() / archive for archive in known.archives]
        stats = [archive.stat() for archive in archives]
    except (DataUnavailable, OSError):
        return None
    if known.layout == "imagenet":
        return None
    of_each = min(MOST_OF_CLASS, MOST_PICTURES // len(spec.classes))

    def pictures() -> Iterator[Picture]:
        training = _training_pictures(known, folder)
        generator = np.random.default_rng(0)
        for name in spec.class_names:
            of_class = [picture for picture in training if picture.label == name]
            chosen = generator.permutation(len(of_class))[:of_each]
            for picture in (of_class[i] for i in sorted(chosen)):
                yield Picture(picture.image, picture.label, "", picture_bytes(picture))

    size = "-".join(f"{stat.st_size}-{int(stat.st_mtime)}" for stat in stats)
    return ReferenceSource(
        "Training photos",
        f"up to {of_each} training photos of each class ({known.title})",
        f"data-{known.name}-{size}-{of_each}",
        of_each * len(spec.classes),
        pictures,
    )


def _training_pictures(known: Dataset, folder: Path) -> list[LabelledPicture]:
    """Return the pictures that a model may have been trained on, by what it was evaluated on.

    Not by `load_dataset`, which compares all pictures with each other the first time and takes minutes for that.
    """
    root = unpacked(known.archives[0])
    listed = list_mosaics(root, known.classes) if known.layout == "mosaics" else list_folders(root, known.folders)
    try:
        rows = read_evaluation(folder).rows
        evaluated = set(rows.loc[rows["split"].isin(["test", "validation"]), "image"])
    except DefectLensError:
        evaluated = set()
    return [picture for picture, official in listed if official != "test" and picture.image not in evaluated]


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that no other process ever sees a half of it.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    unfinished = path.with_name(f"{path.name}.{os.getpid()}.new")
    unfinished.write_bytes(data)
    os.replace(unfinished, path)
