"""Pictures without the part: photos of other data sets and drawn grounds, cut to any size."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import cv2
import numpy as np

from defect_app.datasets import all_datasets, load_dataset, picture_bytes
from defect_app.datasets.dataset import LabelledPicture
from defect_app.errors import DataUnavailable
from defect_app.intake import Rejection, read_photo
from defect_app.scenes.ground import GROUNDS, draw_ground

EVERYDAY_PHOTOS = "imagenet_sample"
SHARE_OF_PHOTOS = 0.7
_GROUND_SIDE_PX = 500
_CUT_AT_MOST = 1.5

Half = Literal["fitting", "measuring"]
"""Photos of one half fit the filters and limits, those of the other measure them."""


class Backgrounds:
    """Photos of other data sets, and drawn grounds; without such photos, grounds alone.

    Parameters
    ----------
    half : {"fitting", "measuring"}
        Every second photo belongs to either half.
    data_dir : Path, optional
        See `datasets.load_dataset`.
    """

    def __init__(self, half: Half, data_dir: Path | None = None) -> None:
        self._photos = _photos_of(EVERYDAY_PHOTOS, data_dir)[0 if half == "fitting" else 1 :: 2]

    @property
    def n_photos(self) -> int:
        """How many photos there are beside the grounds."""
        return len(self._photos)

    def draw(self, rng: np.random.Generator, *, height: int, width: int) -> np.ndarray:
        """Return a background, uint8 of shape (height, width, 3), RGB."""
        photo = self._photo(rng) if self._photos and rng.random() < SHARE_OF_PHOTOS else None
        if photo is None:
            ground = draw_ground(rng, str(rng.choice(GROUNDS)), _GROUND_SIDE_PX)
            photo = np.clip(ground * 255, 0, 255).astype(np.uint8)
        scale = max(height / photo.shape[0], width / photo.shape[1]) * rng.uniform(1.0, _CUT_AT_MOST)
        size = (max(width, round(photo.shape[1] * scale)), max(height, round(photo.shape[0] * scale)))
        resized = cv2.resize(photo, size, interpolation=cv2.INTER_LINEAR)
        top, left = int(rng.integers(size[1] - height + 1)), int(rng.integers(size[0] - width + 1))
        return np.array(resized[top : top + height, left : left + width], np.uint8)

    def _photo(self, rng: np.random.Generator) -> np.ndarray | None:
        picture = self._photos[int(rng.integers(len(self._photos)))]
        read = read_photo(picture_bytes(picture), picture.image)
        return None if isinstance(read, Rejection) else read.pixels


def _photos_of(dataset: str, data_dir: Path | None) -> Sequence[LabelledPicture]:
    assert any(known.name == dataset for known in all_datasets())
    try:
        loaded = load_dataset(dataset, data_dir)
    except DataUnavailable:
        return ()
    return sorted(loaded.pictures, key=lambda picture: picture.image)
