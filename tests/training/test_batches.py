"""Batches: the same for a seed, another order in each epoch."""

import numpy as np

from defect_app.catalog import InputSpec
from defect_app.training.batches import AugmentedPictures, training_batches
from defect_app.training.pictures import TrainingPictures

SIZE = InputSpec(8, 8, "stretch", "area")


def test_batches_are_the_same_for_a_seed_and_cover_each_epoch() -> None:
    numbered = TrainingPictures(
        np.arange(10, dtype=np.uint8)[:, None, None, None] * np.ones((10, 8, 8, 3), np.uint8),
        np.zeros((10, 2), np.float32),
    )

    def epochs_of(seed: int) -> list[list[int]]:
        source = AugmentedPictures(numbered, lambda p, rng: p, SIZE)
        batches = training_batches(source, batch_size=5, epochs=2, seed=seed)
        return [batch.numpy()[:, 0, 0, 0].astype(int).tolist() for batch, _ in batches]

    first = epochs_of(0)
    assert first == epochs_of(0)
    assert first != epochs_of(1)
    assert sorted(first[0] + first[1]) == sorted(first[2] + first[3]) == list(range(10))
    assert first[:2] != first[2:]
