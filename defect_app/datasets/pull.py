"""Fetches data sets that may be fetched by a program, and packs them into the archives that the registry reads."""

from __future__ import annotations

import os
import shutil
import tarfile
import tempfile
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from defect_app.datasets.archives import data_folder
from defect_app.datasets.cifar10 import LabelledArrays, fetch_cifar10
from defect_app.datasets.dataset import Dataset
from defect_app.datasets.layouts import MOSAIC_COLUMNS, MOSAIC_ROWS, MOSAIC_TILE_SIDE
from defect_app.datasets.registry import get_dataset
from defect_app.errors import DataUnavailable
from defect_app.extras import needs_extra
from defect_app.progress import Progress, no_progress

CASTING_HANDLE = "ravirajsinh45/real-life-industrial-dataset-of-casting-product"
LOSSY_JPEG_QUALITY = 75

Pack = Callable[[Dataset, Path, Progress], None]
"""Fetches a data set and lays it out in an empty folder as its archive has it."""


def pull_dataset(name: str, data_dir: Path | None = None, progress: Progress | None = None) -> Path:
    """Fetch a data set into the data folder; nothing appears there before it is whole.

    Parameters
    ----------
    name : str
        See `registry.all_datasets`.
    data_dir : Path, optional
        See `archives.data_folder`.
    progress : callable, optional
        Called while CIFAR-10 is downloaded and while pictures are packed; Kaggle shows its own progress.

    Returns
    -------
    Path
        The archive; the one that was there already, if it was.

    Raises
    ------
    DataUnavailable
        If the set is unknown, cannot be fetched by a program or cannot be reached, or the folder cannot be written to.
    """
    dataset = get_dataset(name)
    target = data_folder(data_dir) / dataset.archives[0]
    if target.is_file():
        return target
    if name not in _PACKERS:
        raise DataUnavailable(
            f"{dataset.title} cannot be fetched by this command.",
            f"Get it from: {dataset.source}. Put it into {target.parent} as {', '.join(dataset.archives)}.",
        )
    try:
        with tempfile.TemporaryDirectory(prefix="pulling-", dir=target.parent) as scratch:
            _PACKERS[name](dataset, Path(scratch) / "content", progress or no_progress)
            packed = Path(scratch) / target.name
            # Pictures are compressed already: the fastest setting is as good as any.
            options = {"mode": "w:xz", "preset": 0} if target.suffix == ".xz" else {"mode": "w"}
            with tarfile.open(packed, **options) as tar:
                for entry in sorted((Path(scratch) / "content").iterdir()):
                    tar.add(entry, arcname=entry.name)
            os.replace(packed, target)
    except OSError as error:
        raise DataUnavailable(
            f"{target.parent} cannot be written to: {error}.", "Name another folder by --data."
        ) from error
    return target


def _pack_cifar10(dataset: Dataset, folder: Path, progress: Progress) -> None:
    train, test = _cifar10_arrays(progress)
    home = folder / "cifar10"
    home.mkdir(parents=True)
    total, done = len(train) + len(test), 0
    for split, part in (("train", train), ("test", test)):
        (home / f"labels_{split}.txt").write_text("".join(f"{int(label)}\n" for label in part.labels))
        for number, start in enumerate(range(0, len(part), MOSAIC_ROWS * MOSAIC_COLUMNS)):
            tiles = part.pictures[start : start + MOSAIC_ROWS * MOSAIC_COLUMNS]
            # PNG keeps every pixel.
            _write(home / f"{split}_{number:02}.png", _mosaic(tiles))
            done += len(tiles)
            progress("Packing pictures", done, total)


def _pack_cifar10_test(dataset: Dataset, folder: Path, progress: Progress) -> None:
    _, test = _cifar10_arrays(progress)
    names = [entry.name for entry in dataset.classes]
    for index, (picture, label) in enumerate(zip(test.pictures, test.labels, strict=True)):
        path = folder / "cifar10_jpeg" / "test" / names[int(label)] / f"{index:05}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        _write(path, picture, [cv2.IMWRITE_JPEG_QUALITY, LOSSY_JPEG_QUALITY])
        progress("Packing pictures", index + 1, len(test))


def _pack_casting(dataset: Dataset, folder: Path, progress: Progress) -> None:
    root = _kaggle_folder(CASTING_HANDLE)
    wanted = [Path(entry.path) for entry in dataset.folders]
    # The archive wraps its folders once more, and more than once in some versions.
    homes = [f.parent for f in sorted(root.rglob(wanted[0].parts[0])) if all((f.parent / w).is_dir() for w in wanted)]
    if not homes:
        raise DataUnavailable(
            f"What came from Kaggle for {dataset.title} has another layout than {wanted[0]}.",
            f"Lay it out so by hand, and pack it as {dataset.archives[0]}.",
        )
    for done, part in enumerate(wanted, start=1):
        shutil.copytree(homes[0] / part, folder / part)
        progress("Packing folders", done, len(wanted))


_PACKERS: dict[str, Pack] = {"casting": _pack_casting, "cifar10": _pack_cifar10, "cifar10_test": _pack_cifar10_test}


def _cifar10_arrays(progress: Progress) -> tuple[LabelledArrays, LabelledArrays]:
    with tempfile.TemporaryDirectory(prefix="cifar10-") as scratch:
        return fetch_cifar10(Path(scratch) / "cifar-10-binary.tar.gz", progress)


def _kaggle_folder(handle: str) -> Path:
    with needs_extra("train"):
        import kagglehub

    try:
        return Path(kagglehub.dataset_download(handle))
    except Exception as error:
        raise _unreachable(handle, "Kaggle", error) from error


def _unreachable(what: str, where: str, error: Exception) -> DataUnavailable:
    """Turn whatever a download throws, which the library does not narrow down, into one line."""
    reason = (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
    return DataUnavailable(
        f"{what} cannot be fetched from {where}: {reason[:200]}.",
        "Try again where the internet can be reached, or put the archive into the data folder by hand.",
    )


def _mosaic(tiles: np.ndarray) -> np.ndarray:
    """Lay tiles out row by row; uint8 of shape (25 x 32, 40 x 32, 3), black where there are none."""
    side = MOSAIC_TILE_SIDE
    filled = np.zeros((MOSAIC_ROWS * MOSAIC_COLUMNS, side, side, 3), np.uint8)
    filled[: len(tiles)] = tiles
    grid = filled.reshape(MOSAIC_ROWS, MOSAIC_COLUMNS, side, side, 3)
    return np.ascontiguousarray(grid.transpose(0, 2, 1, 3, 4).reshape(MOSAIC_ROWS * side, MOSAIC_COLUMNS * side, 3))


def _write(path: Path, pixels: np.ndarray, options: list[int] | None = None) -> None:
    if not cv2.imwrite(str(path), cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR), options or []):
        raise OSError(f"{path.name} cannot be written")
