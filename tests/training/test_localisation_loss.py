"""Teaching where to look: masks move with their pictures, and the evidence moves onto the defect."""

from pathlib import Path

import keras
import numpy as np

from defect_app.catalog import ClassSpec, InputSpec
from defect_app.recipes.entries import AugmentationEntries, LossEntries, OptimiserEntries, ScheduleEntries
from defect_app.training.augmentation import augment
from defect_app.training.batches import AugmentedPictures, training_batches
from defect_app.training.fit import FitSettings, fit
from defect_app.training.localisation_loss import MaskedPictures, localisation_loss, with_evidence
from defect_app.training.losses import classification_loss
from defect_app.training.pictures import TrainingPictures

CLASSES = (ClassSpec("ok", "Good", "ok"), ClassSpec("defect", "Bad", "defect"))
SIZE = InputSpec(16, 16, "stretch", "area")


def spotted(n: int = 32) -> TrainingPictures:
    """Grey pictures, every second one with a bright spot, which is the defect, in one of four corners."""
    pixels, masks = np.full((n, 16, 16, 3), 90, np.uint8), {}
    for i in range(1, n, 2):
        row, column = divmod(i // 2 % 4, 2)
        spot = np.s_[1 + 8 * row : 7 + 8 * row, 1 + 8 * column : 7 + 8 * column]
        pixels[i][spot] = 230
        masks[i] = np.zeros((16, 16), np.uint8)
        masks[i][spot] = 255
    return TrainingPictures(pixels, np.eye(2, dtype=np.float32)[np.arange(n) % 2], MaskedPictures(masks, 2, 2))


def test_the_shares_of_a_mask_sum_to_one_and_lie_where_the_mask_lies() -> None:
    mask = np.zeros((16, 16), np.uint8)
    mask[:8, 8:] = 255
    mask[8:12, :4] = 255
    shares = MaskedPictures({}, 2, 2).shares(mask)
    np.testing.assert_allclose(shares, [0.0, 0.8, 0.2, 0.0], atol=1e-6)
    assert MaskedPictures({}, 2, 2).shares(np.zeros((16, 16), np.uint8)).sum() == 0


def test_a_mask_moves_with_its_picture() -> None:
    entries = AugmentationEntries(flip_horizontal=True, rotation_degrees=180.0, zoom=0.1, shift=0.1, contrast=0.2)
    picture = np.full((64, 64, 3), 60, np.uint8)
    picture[20:30, 36:52] = 200
    mask = (picture[..., :1] == 200).astype(np.uint8) * 255
    for seed in range(20):
        changed = augment(np.dstack([picture, mask]), entries, np.random.default_rng(seed))
        spot = changed[..., 0] > (int(changed[..., 0].min()) + int(changed[..., 0].max())) // 2
        differing = spot != (changed[..., 3] > 127)
        assert differing.mean() < 0.005


def test_batches_carry_the_places_behind_the_classes_and_zeros_where_they_are_unknown() -> None:
    pictures = spotted(8)
    batches = training_batches(AugmentedPictures(pictures, lambda p, rng: p, SIZE), batch_size=8, epochs=1, seed=0)
    pixels, targets = next(iter(batches))
    assert targets.shape == (8, 6)
    sums = np.asarray(targets)[:, 2:].sum(axis=1)
    np.testing.assert_allclose(sums, np.asarray(targets)[:, 1], atol=1e-6)
    assert pixels.shape == (8, 16, 16, 3)


def test_without_places_the_loss_is_the_classification_loss() -> None:
    base = classification_loss(LossEntries(), np.array([0.5, 0.5]))
    both = localisation_loss(base, 0.5, CLASSES)
    targets, logits = np.eye(2, dtype=np.float32), np.array([[1.0, -1.0], [0.3, 0.2]], np.float32)
    np.testing.assert_allclose(np.asarray(both(targets, logits)), np.asarray(base(targets, logits)), rtol=1e-6)


def test_evidence_on_the_defect_costs_less_than_evidence_beside_it() -> None:
    loss = localisation_loss(classification_loss(LossEntries(), np.array([0.5, 0.5])), 1.0, CLASSES)
    targets = np.array([[0, 1, 1, 0, 0, 0]], np.float32)
    on = np.array([[-1, 1, -3, 3, 0, 0, 0, 0, 0, 0]], np.float32)
    beside = np.array([[-1, 1, 0, 0, -3, 3, 0, 0, 0, 0]], np.float32)
    assert float(np.asarray(loss(targets, on))[0]) + 3 < float(np.asarray(loss(targets, beside))[0])


def test_a_network_learns_to_look_at_the_defect(tmp_path: Path) -> None:
    keras.utils.set_random_seed(0)
    inputs = keras.Input((16, 16, 3))
    scaled = keras.layers.Rescaling(1 / 127.5, -1)(inputs)
    features = keras.layers.Conv2D(8, 8, strides=8, activation="relu")(scaled)
    dense = keras.layers.Dense(2)
    logits = dense(keras.layers.GlobalAveragePooling2D()(features))
    network = keras.Model(inputs, with_evidence(logits, features, dense))
    pictures = spotted()
    loss = localisation_loss(classification_loss(LossEntries(localisation=0.5), np.array([0.5, 0.5])), 0.5, CLASSES)
    validation = TrainingPictures(pictures.pixels, pictures.targets)
    settings = FitSettings(
        OptimiserEntries(learning_rate=0.02),
        ScheduleEntries(epochs=20, batch_size=8),
        20,
        0,
        tmp_path / "best.weights.h5",
    )
    source = AugmentedPictures(pictures, lambda p, rng: p, SIZE)
    result = fit(network, source, validation, loss, settings, progress=lambda done, total, words: None)
    assert result.history[-1].validation_accuracy == 1.0
    outputs = np.asarray(network.predict_on_batch(np.asarray(pictures.pixels, np.float32)))
    evidence = outputs[1::2, 2:].reshape(-1, 4, 2) @ np.array([-1.0, 1.0])
    assert list(evidence.argmax(axis=1)) == [i // 2 % 4 for i in range(1, 32, 2)]
