"""Frozen layers are looked through once: the same features, the same learning, views shared between folds."""

import keras
import numpy as np
import pytest

from defect_app.catalog import InputSpec
from defect_app.training import views
from defect_app.training.localisation import MaskedPictures
from defect_app.training.pipeline import PictureDeck, TrainingPictures, dealt_batches
from defect_app.training.views import FrozenTrunk

SIZE = InputSpec(32, 32, "stretch", "area")


@pytest.fixture(scope="module")
def learner():
    keras.utils.set_random_seed(0)
    inputs = keras.Input((32, 32, 3))
    x = keras.layers.Conv2D(4, 3, 2, padding="same", activation="relu", name="low")(inputs)
    x = keras.layers.Conv2D(6, 3, 2, padding="same", activation="relu", name="high")(x)
    x = keras.layers.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, keras.layers.Dense(2, name="logits")(x))


def _deck(n=6, masked=None):
    pixels = np.random.default_rng(0).integers(0, 256, (n, 32, 32, 3), np.uint8)
    targets = np.eye(2, dtype=np.float32)[np.arange(n) % 2]
    flip = lambda p, rng: p[:, ::-1] if rng.random() < 0.5 else p  # noqa: E731
    return PictureDeck(TrainingPictures(pixels, targets, masked), flip, SIZE)


def test_trunk_and_top_together_are_the_learner(learner):
    deck = _deck()
    trunk = FrozenTrunk(learner, "high")
    features = trunk.features(np.asarray(deck.pictures.pixels))
    assert features.shape == (6, 16, 16, 4)
    assert features.dtype == np.float16
    whole = np.asarray(learner.predict_on_batch(np.asarray(deck.pictures.pixels, np.float32)))
    parted = np.asarray(trunk.top.predict_on_batch(features.astype(np.float32)))
    np.testing.assert_allclose(parted, whole, rtol=5e-3, atol=0.05 * np.abs(whole).max())


def test_the_top_shares_its_layers_with_the_learner(learner):
    top = FrozenTrunk(learner, "high").top
    assert top.get_layer("logits") is learner.get_layer("logits")
    assert "low" not in [layer.name for layer in top.layers]


def test_views_are_those_of_changed_pictures_and_are_made_once(learner, monkeypatch):
    deck, told = _deck(), []
    trunk = FrozenTrunk(learner, "high")
    dealt = trunk.views(deck, 5, lambda words, done, total: told.append((done, total)))
    assert told[-1] == (30, 30)
    assert len(dealt) == 6
    assert dealt.input_shape == (16, 16, 4)
    # A flip either happened or not: two different views among five, each of them known.
    clean = trunk.features(np.asarray(deck.pictures.pixels))
    flipped = trunk.features(np.asarray(deck.pictures.pixels)[:, :, ::-1])
    for index in range(6):
        for view in dealt.pictures[index][0]:
            assert any(np.array_equal(view, known[index]) for known in (clean, flipped))
    told.clear()
    trunk.views(deck, 5, lambda words, done, total: told.append((done, total)))
    assert told == []
    assert len(views._kept) >= 6


def test_views_carry_their_places_and_are_dealt_in_batches(learner):
    mask = np.zeros((32, 32), np.uint8)
    mask[:16, :16] = 255
    deck = _deck(masked=MaskedPictures({1: mask}, 2, 2))
    dealt = FrozenTrunk(learner, "high").views(deck, 4, lambda words, done, total: None)
    assert dealt.n_targets == 6
    shares = dealt.pictures[1][1][:, 2:]
    assert set(map(tuple, shares.tolist())) <= {(1.0, 0.0, 0.0, 0.0), (0.0, 1.0, 0.0, 0.0)}
    assert not dealt.pictures[0][1][:, 2:].any()
    batches = list(dealt_batches(dealt, batch_size=3, epochs=2, seed=0))
    assert [tuple(x.shape) for x, _ in batches] == [(3, 16, 16, 4)] * 4
