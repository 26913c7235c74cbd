"""How the pictures lie on disk: folders of one class, one ImageNet file a class, mosaics of small tiles."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np

from defect_app.catalog import ClassSpec
from defect_app.datasets.dataset import Folder, LabelledPicture
from defect_app.errors import DataUnavailable

PICTURE_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".bmp"})
MASK_SUFFIX = "_mask.png"
MOSAIC_TILE_SIDE = 32
MOSAIC_ROWS, MOSAIC_COLUMNS = 25, 40

_CIFAR10_TEST_LABELS = "labels_test_first1000.txt"
"""In the archive of the first 1,000 test pictures; the whole set, as it is pulled, has ``labels_test.txt``."""

# Two pairs of ImageNet classes share a name, and one pair differs only in its capital.
_TOLD_APART = {
    "n02012849": "crane_bird",
    "n03126707": "crane_machine",
    "n02113186": "Cardigan_corgi",
    "n03710637": "maillot",
    "n03710721": "maillot_tank_suit",
}


def list_folders(root: Path, folders: Sequence[Folder]) -> list[tuple[LabelledPicture, str]]:
    """List the pictures of labelled folders, each with its official split or an empty string.

    A file ``<name>_mask.png`` is the mask of the picture ``<name>``, not a picture.
    """
    found = []
    for folder in folders:
        directory = root / folder.path
        for path in sorted(directory.iterdir()) if directory.is_dir() else []:
            if path.suffix.lower() not in PICTURE_SUFFIXES or path.name.endswith(MASK_SUFFIX):
                continue
            mask = path.with_name(path.stem + MASK_SUFFIX)
            picture = LabelledPicture(
                image=path.relative_to(root).as_posix(),
                label=folder.label,
                split="train",
                sha256="",
                path=path,
                mask=mask if mask.is_file() else None,
            )
            found.append((picture, folder.official_split))
    return found


def list_imagenet(pictures: Path, weights: Path) -> tuple[tuple[ClassSpec, ...], list[tuple[LabelledPicture, str]]]:
    """List one photo a class, and name the 1,000 classes in the usual order.

    Parameters
    ----------
    pictures : Path
        Holds ``imagenet_samples/<wnid>_<class>.JPEG``.
    weights : Path
        Holds ``mobilenetv2/imagenet_class_index.json``.

    Raises
    ------
    DataUnavailable
        If the class index or the photo of a class is missing.
    """
    try:
        index = json.loads((weights / "mobilenetv2" / "imagenet_class_index.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DataUnavailable(f"The list of ImageNet classes cannot be read: {error}.", "Fetch its archive.") from error
    wnids = [index[str(i)][0] for i in range(len(index))]
    classes = tuple(_imagenet_class(wnid, index[str(i)][1]) for i, wnid in enumerate(wnids))
    name_of = {wnid: entry.name for wnid, entry in zip(wnids, classes, strict=True)}
    listed = []
    for path in sorted((pictures / "imagenet_samples").glob("*.JPEG")):
        label = name_of.get(path.name.split("_")[0])
        if label is None:
            raise DataUnavailable(f"The photo {path.name} is of none of the ImageNet classes.", "Fetch its archive.")
        listed.append((LabelledPicture(path.name, label, "train", "", path), ""))
    return classes, listed


def list_mosaics(root: Path, classes: Sequence[ClassSpec]) -> list[tuple[LabelledPicture, str]]:
    """List the tiles of the CIFAR-10 mosaics, 1,000 a file, with the official split."""
    folder = root / "cifar10"
    listed = []
    for split, pattern, label_file in (
        ("train", "train_*", "labels_train.txt"),
        ("test", "test_*", _CIFAR10_TEST_LABELS if (folder / _CIFAR10_TEST_LABELS).is_file() else "labels_test.txt"),
    ):
        try:
            labels = [classes[int(line)].name for line in (folder / label_file).read_text().split()]
        except (OSError, ValueError, IndexError) as error:
            raise DataUnavailable(f"The labels {label_file} cannot be read: {error}.", "Fetch its archive.") from error
        tiles = MOSAIC_ROWS * MOSAIC_COLUMNS
        for number, path in enumerate(sorted(folder.glob(pattern))):
            for tile, label in enumerate(labels[number * tiles : (number + 1) * tiles]):
                image = f"cifar10/{path.stem}/{tile:03d}"
                listed.append((LabelledPicture(image, label, "train", "", path, tile=tile), split))
    return listed


def mosaic_tile(path: Path, tile: int) -> np.ndarray:
    """Return one tile of a mosaic, uint8 RGB of shape (32, 32, 3)."""
    row, column = divmod(tile, MOSAIC_COLUMNS)
    side = MOSAIC_TILE_SIDE
    return np.ascontiguousarray(_mosaic(path)[row * side : (row + 1) * side, column * side : (column + 1) * side])


@lru_cache(maxsize=4)
def _mosaic(path: Path) -> np.ndarray:
    decoded = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if decoded is None:
        raise DataUnavailable(f"The mosaic {path.name} cannot be read.", "Fetch its archive again.")
    return cv2.cvtColor(decoded, cv2.COLOR_BGR2RGB)


def _imagenet_class(wnid: str, raw: str) -> ClassSpec:
    name = _TOLD_APART.get(wnid, raw.replace("''", "'"))
    title = name.replace("_", " ")
    return ClassSpec(name, title[:1].upper() + title[1:])
