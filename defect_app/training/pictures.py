"""Pictures in memory, as a network takes them: read through intake, scaled to its input, with their targets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from defect_app.catalog import InputSpec
from defect_app.datasets import LabelledPicture, picture_bytes
from defect_app.errors import DataUnavailable
from defect_app.intake import Rejection, fit_to_input, read_photo
from defect_app.training.localisation_loss import MaskedPictures


@dataclass(frozen=True)
class TrainingPictures:
    """Pictures with their targets.

    Attributes
    ----------
    pixels : sequence of ndarray of uint8, shape (height, width, 3)
        RGB; an array of shape (n, height, width, 3), or a list of pictures of different sizes.
    targets : ndarray of float32, shape (n, n_classes)
        One row a picture: shares of the classes, or a teacher's logits.
    masked : MaskedPictures or None
        Where the defects lie, for the pictures of which it is known.
    """

    pixels: Sequence[np.ndarray] | np.ndarray
    targets: np.ndarray
    masked: MaskedPictures | None = None

    def __len__(self) -> int:
        return len(self.targets)


def photo_pixels(picture: LabelledPicture, size: InputSpec) -> np.ndarray:
    """Read a picture through intake, as a photo that a user hands in.

    Raises
    ------
    DataUnavailable
        If intake refuses it.
    """
    photo = read_photo(picture_bytes(picture), picture.image, least_side=max(size.height, size.width))
    if isinstance(photo, Rejection):
        raise DataUnavailable(f"The picture {picture.image} cannot be used: {photo.reason}.", photo.remedy)
    return photo.pixels


def input_pixels(pixels: np.ndarray, size: InputSpec) -> np.ndarray:
    """Scale a picture to the model's input, uint8 of shape (height, width, 3)."""
    return fit_to_input(pixels, height=size.height, width=size.width, fit=size.fit, resize=size.resize)


def read_inputs(
    pictures: Sequence[LabelledPicture], size: InputSpec, progress: Callable[[int, int], None] | None = None
) -> np.ndarray:
    """Read pictures at the model's input size.

    Returns
    -------
    ndarray of uint8, shape (n, height, width, 3)
        RGB.
    """
    inputs = np.empty((len(pictures), size.height, size.width, 3), np.uint8)
    with ThreadPoolExecutor(2) as pool:
        for index, pixels in enumerate(pool.map(lambda p: input_pixels(photo_pixels(p, size), size), pictures)):
            inputs[index] = pixels
            if progress is not None:
                progress(index + 1, len(pictures))
    return inputs


def one_hot(labels: Sequence[str], names: Sequence[str]) -> np.ndarray:
    """Return float32 targets of shape (n, n_classes)."""
    return np.eye(len(names), dtype=np.float32)[[names.index(label) for label in labels]]
