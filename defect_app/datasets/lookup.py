"""Find one stored picture of a registered data set by its name, without listing and hashing the whole set."""

from __future__ import annotations

import re
from pathlib import Path

from defect_app.datasets.archives import unpacked
from defect_app.datasets.dataset import LabelledPicture
from defect_app.datasets.loading import picture_bytes
from defect_app.datasets.registry import get_dataset
from defect_app.errors import DataUnavailable

_TILE = re.compile(r"cifar10/(train|test)_(\w+)/(\d{1,3})")
_MOSAIC_SUFFIX = {"train": ".jpg", "test": ".webp"}


def stored_picture(dataset: str, image: str, data_dir: Path | None = None, cache: Path | None = None) -> bytes:
    """Return the bytes of the picture that an evaluation names.

    Parameters
    ----------
    dataset : str
        Name of a registered data set.
    image : str
        `LabelledPicture.image`. It comes out of a file, so it is data: nothing outside the set is ever read.
    data_dir, cache : Path, optional
        See `archives.unpacked`.

    Raises
    ------
    DataUnavailable
        If the set is unknown or not on this machine, or has no such picture.
    """
    known = get_dataset(dataset)
    root = unpacked(known.archives[0], data_dir, cache).resolve()
    missing = DataUnavailable(f"{known.title} has no picture of this name.", "Run the evaluate command again.")
    tile = None
    if known.layout == "mosaics":
        found = _TILE.fullmatch(image)
        if found is None:
            raise missing
        part, number, tile = found[1], found[2], int(found[3])
        path = root / "cifar10" / f"{part}_{number}{_MOSAIC_SUFFIX[part]}"
    else:
        path = root / ("imagenet_samples" if known.layout == "imagenet" else "") / image
    try:
        path = path.resolve()
        if not path.is_relative_to(root) or not path.is_file():
            raise missing
        return picture_bytes(LabelledPicture(image, "", "test", "", path, tile=tile))
    except (OSError, ValueError) as error:
        # Also names that no file system takes: too long, or with a NUL.
        raise missing from error
