"""Pictures in memory, changed by chance on the way to the optimiser."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Protocol

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


@dataclass(frozen=True)
class PictureDeck:
    """Pictures that are changed anew each time they are dealt.

    Attributes
    ----------
    pictures : TrainingPictures
        What is dealt.
    change : callable
        Brings one picture to the model's input size, changed by chance.
    size : InputSpec
        The model's input.
    """

    pictures: TrainingPictures
    change: Change
    size: InputSpec

    def __len__(self) -> int:
        return len(self.pictures)

    @property
    def input_shape(self) -> tuple[int, ...]:
        """Shape of one dealt picture."""
        return (self.size.height, self.size.width, 3)

    @property
    def n_targets(self) -> int:
        """How many numbers a picture's targets are: the classes, and with masks the places of the feature map."""
        masked = self.pictures.masked
        return int(self.pictures.targets.shape[1]) + (masked.n_places if masked else 0)

    def load(self, index: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Return one picture, changed by chance, and its targets followed by the shares of the places."""
        pixels, targets, masked = self.pictures.pixels[index], self.pictures.targets[index], self.pictures.masked
        if masked is None:
            return self.change(pixels, rng), targets
        if index not in masked.masks:
            return self.change(pixels, rng), np.concatenate([targets, np.zeros(masked.n_places, np.float32)])
        changed = self.change(np.dstack([pixels, masked.masks[index]]), rng)
        return changed[..., :3], np.concatenate([targets, masked.shares(changed[..., 3])])


class Deck(Protocol):
    """What `dealt_batches` deals: a number of pictures, or of what stands for them."""

    def __len__(self) -> int:
        """Return how many there are."""
        ...

    @property
    def input_shape(self) -> tuple[int, ...]:
        """Shape of what the learning network takes."""
        ...

    @property
    def n_targets(self) -> int:
        """How many numbers the targets of one are."""
        ...

    def load(self, index: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Return one of them as it is learnt from, and its targets."""
        ...


def dealt_batches(deck: Deck, *, batch_size: int, epochs: int, seed: int) -> Any:
    """Deal a deck in batches, in another order and with other changes in each epoch.

    Parameters
    ----------
    deck : Deck
        What is dealt.
    batch_size, epochs : int
        The last batch of an epoch, if not full, is left out.
    seed : int
        The same seed gives the same batches, whatever the number of threads.

    Returns
    -------
    tf.data.Dataset
        Of (float32 inputs of shape (batch, *input_shape), float32 targets of shape (batch, n_targets)).
    """
    steps = steps_per_epoch(len(deck), batch_size)

    def orders() -> Any:
        for epoch in range(epochs):
            order = np.random.default_rng([seed, epoch]).permutation(len(deck))
            # Small sets fill their one batch by repeating pictures.
            order = np.resize(order, max(len(order), batch_size))
            for step in range(steps):
                yield np.int64(epoch), order[step * batch_size : (step + 1) * batch_size].astype(np.int64)

    def load(epoch: np.ndarray, indices: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        batch = np.empty((len(indices), *deck.input_shape), np.float32)
        targets = np.empty((len(indices), deck.n_targets), np.float32)
        for place, index in enumerate(indices):
            rng = np.random.default_rng([seed, int(epoch), int(index), place])
            batch[place], targets[place] = deck.load(int(index), rng)
        return batch, targets

    def as_tensors(epoch: Any, indices: Any) -> tuple[Any, Any]:
        batch, targets = tf.numpy_function(load, [epoch, indices], [tf.float32, tf.float32])
        batch.set_shape((batch_size, *deck.input_shape))
        targets.set_shape((batch_size, deck.n_targets))
        return batch, targets

    signature = (tf.TensorSpec((), tf.int64), tf.TensorSpec((batch_size,), tf.int64))
    dealt = tf.data.Dataset.from_generator(orders, output_signature=signature)
    return dealt.map(as_tensors, num_parallel_calls=2, deterministic=True).prefetch(3)


def steps_per_epoch(n_pictures: int, batch_size: int) -> int:
    """Return the number of full batches in an epoch, at least one."""
    return max(1, n_pictures // batch_size)
