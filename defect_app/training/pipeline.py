"""Pictures in memory, changed by chance on the way to the optimiser."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import tensorflow as tf

from defect_app.catalog import InputSpec
from defect_app.datasets import LabelledPicture, picture_bytes
from defect_app.errors import DataUnavailable
from defect_app.intake import Rejection, fit_to_input, read_photo
from defect_app.training.localisation import MaskedPictures

Change = Callable[[np.ndarray, np.random.Generator], np.ndarray]


@dataclass(frozen=True)
class TrainingPictures:
    """Pictures with what is to be learnt of them.

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


def shuffled_batches(
    pictures: TrainingPictures, change: Change, *, size: InputSpec, batch_size: int, epochs: int, seed: int
) -> Any:
    """Deal the pictures in batches, in another order and with other changes in each epoch.

    Parameters
    ----------
    pictures : TrainingPictures
        What is dealt.
    change : callable
        Brings one picture to the model's input size, changed by chance.
    size : InputSpec
        The model's input.
    batch_size, epochs : int
        The last batch of an epoch, if not full, is left out.
    seed : int
        The same seed gives the same batches, whatever the number of threads.

    Returns
    -------
    tf.data.Dataset
        Of (float32 pictures of shape (batch, height, width, 3) in 0..255, float32 targets); with masked pictures the
        shares of the places follow the classes in the targets.
    """
    steps = steps_per_epoch(len(pictures), batch_size)
    masked = pictures.masked

    def orders() -> Any:
        for epoch in range(epochs):
            order = np.random.default_rng([seed, epoch]).permutation(len(pictures))
            # Small sets fill their one batch by repeating pictures.
            order = np.resize(order, max(len(order), batch_size))
            for step in range(steps):
                yield np.int64(epoch), order[step * batch_size : (step + 1) * batch_size].astype(np.int64)

    def load(epoch: np.ndarray, indices: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        batch = np.empty((len(indices), size.height, size.width, 3), np.float32)
        shares = np.zeros((len(indices), masked.n_places if masked else 0), np.float32)
        for place, index in enumerate(indices):
            rng = np.random.default_rng([seed, int(epoch), int(index), place])
            pixels = pictures.pixels[index]
            if masked and int(index) in masked.masks:
                changed = change(np.dstack([pixels, masked.masks[int(index)]]), rng)
                shares[place] = masked.shares(changed[..., 3])
            else:
                changed = change(pixels, rng)
            batch[place] = changed[..., :3]
        return batch, np.concatenate([pictures.targets[indices], shares], axis=1)

    def as_tensors(epoch: Any, indices: Any) -> tuple[Any, Any]:
        batch, targets = tf.numpy_function(load, [epoch, indices], [tf.float32, tf.float32])
        batch.set_shape((batch_size, size.height, size.width, 3))
        targets.set_shape((batch_size, pictures.targets.shape[1] + (masked.n_places if masked else 0)))
        return batch, targets

    signature = (tf.TensorSpec((), tf.int64), tf.TensorSpec((batch_size,), tf.int64))
    dealt = tf.data.Dataset.from_generator(orders, output_signature=signature)
    return dealt.map(as_tensors, num_parallel_calls=2, deterministic=True).prefetch(3)


def steps_per_epoch(n_pictures: int, batch_size: int) -> int:
    """Return the number of full batches in an epoch, at least one."""
    return max(1, n_pictures // batch_size)
