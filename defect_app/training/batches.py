"""Batches for the optimiser: samples in a new order each epoch, each changed by chance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import tensorflow as tf

from defect_app.catalog import InputSpec
from defect_app.training.pictures import TrainingPictures

Augmentation = Callable[[np.ndarray, np.random.Generator], np.ndarray]
"""From a picture, with its mask as a fourth channel where there is one, to a changed one at the input size."""


class SampleSource(Protocol):
    """What batches are drawn from: a number of pictures, or of what stands for them."""

    def __len__(self) -> int:
        """Return how many there are."""
        ...

    @property
    def input_shape(self) -> tuple[int, ...]:
        """Shape of what the trained network takes."""
        ...

    @property
    def n_targets(self) -> int:
        """How many numbers the targets of one are."""
        ...

    def sample(self, index: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Return one of them as it is trained on, and its targets."""
        ...


@dataclass(frozen=True)
class AugmentedPictures:
    """A `SampleSource` of pictures that are changed anew each time they are drawn.

    Attributes
    ----------
    pictures : TrainingPictures
        The training set.
    augmentation : callable
        Brings one picture to the model's input size, changed by chance.
    size : InputSpec
        The model's input.
    changes : str
        Tells one augmentation from another, where changed pictures are kept.
    """

    pictures: TrainingPictures
    augmentation: Augmentation
    size: InputSpec
    changes: str = ""

    def __len__(self) -> int:
        return len(self.pictures)

    @property
    def input_shape(self) -> tuple[int, ...]:
        """Shape of one sample."""
        return (self.size.height, self.size.width, 3)

    @property
    def n_targets(self) -> int:
        """How many numbers a picture's targets are: the classes, and with masks the places of the feature map."""
        masked = self.pictures.masked
        return int(self.pictures.targets.shape[1]) + (masked.n_places if masked else 0)

    def sample(self, index: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Return one picture, changed by chance, and its targets followed by the shares of the places."""
        pixels, targets, masked = self.pictures.pixels[index], self.pictures.targets[index], self.pictures.masked
        if masked is None:
            return self.augmentation(pixels, rng), targets
        if index not in masked.masks:
            return self.augmentation(pixels, rng), np.concatenate([targets, np.zeros(masked.n_places, np.float32)])
        changed = self.augmentation(np.dstack([pixels, masked.masks[index]]), rng)
        return changed[..., :3], np.concatenate([targets, masked.shares(changed[..., 3])])


def training_batches(source: SampleSource, *, batch_size: int, epochs: int, seed: int) -> Any:
    """Draw a source in batches, in another order and with other changes in each epoch.

    Parameters
    ----------
    source : SampleSource
        The training set.
    batch_size, epochs : int
        The last batch of an epoch, if not full, is left out.
    seed : int
        The same seed gives the same batches, whatever the number of threads.

    Returns
    -------
    tf.data.Dataset
        Of (float32 inputs of shape (batch, *input_shape), float32 targets of shape (batch, n_targets)).
    """
    steps = steps_per_epoch(len(source), batch_size)

    # TensorFlow's own threads run these, where nothing is counted.
    def orders() -> Any:  # pragma: no cover
        for epoch in range(epochs):
            order = np.random.default_rng([seed, epoch]).permutation(len(source))
            # Small sets fill their one batch by repeating pictures.
            order = np.resize(order, max(len(order), batch_size))
            for step in range(steps):
                yield np.int64(epoch), order[step * batch_size : (step + 1) * batch_size].astype(np.int64)

    def load(epoch: np.ndarray, indices: np.ndarray) -> tuple[np.ndarray, np.ndarray]:  # pragma: no cover
        batch = np.empty((len(indices), *source.input_shape), np.float32)
        targets = np.empty((len(indices), source.n_targets), np.float32)
        for place, index in enumerate(indices):
            rng = np.random.default_rng([seed, int(epoch), int(index), place])
            batch[place], targets[place] = source.sample(int(index), rng)
        return batch, targets

    def as_tensors(epoch: Any, indices: Any) -> tuple[Any, Any]:
        batch, targets = tf.numpy_function(load, [epoch, indices], [tf.float32, tf.float32])
        batch.set_shape((batch_size, *source.input_shape))
        targets.set_shape((batch_size, source.n_targets))
        return batch, targets

    signature = (tf.TensorSpec((), tf.int64), tf.TensorSpec((batch_size,), tf.int64))
    ordered = tf.data.Dataset.from_generator(orders, output_signature=signature)
    return ordered.map(as_tensors, num_parallel_calls=2, deterministic=True).prefetch(3)


def steps_per_epoch(n_pictures: int, batch_size: int) -> int:
    """Return the number of full batches in an epoch, at least one."""
    return max(1, n_pictures // batch_size)
