"""Frozen layers are looked through once: the same features, the same learning, views shared between folds."""

from dataclasses import replace

import keras
import numpy as np
import pytest

from defect_app.catalog import InputSpec
from defect_app.errors import InvalidRecipe
from defect_app.training import views
from defect_app.training.batches import AugmentedPictures, training_batches
from defect_app.training.localisation_loss import MaskedPictures
from defect_app.training.pictures import TrainingPictures
from defect_app.training.views import FrozenTrunk

SIZE = InputSpec(32, 32, "stretch", "area")


@pytest.fixture(scope="module")
def network() -> keras.Model:
    keras.utils.set_random_seed(0)
    inputs = keras.Input((32, 32, 3))
    x = keras.layers.Conv2D(4, 3, 2, padding="same", activation="relu", name="low")(inputs)
    x = keras.layers.Conv2D(6, 3, 2, padding="same", activation="relu", name="high")(x)
    x = keras.layers.GlobalAveragePooling2D()(x)
    network = keras.Model(inputs, keras.layers.Dense(2, name="logits")(x))
    network.get_layer("low").trainable = False
    return network


def _pictures(n: int = 6, masked: MaskedPictures | None = None) -> AugmentedPictures:
    pixels = np.random.default_rng(0).integers(0, 256, (n, 32, 32, 3), np.uint8)
    targets = np.eye(2, dtype=np.float32)[np.arange(n) % 2]
    flip = lambda p, rng: p[:, ::-1] if rng.random() < 0.5 else p  # noqa: E731
    return AugmentedPictures(TrainingPictures(pixels, targets, masked), flip, SIZE)


def test_trunk_and_top_together_are_the_network(network: keras.Model) -> None:
    source = _pictures()
    trunk = FrozenTrunk(network)
    features = trunk.features(np.asarray(source.pictures.pixels))
    assert features.shape == (6, 16, 16, 4)
    assert features.dtype == np.float16
    whole = np.asarray(network.predict_on_batch(np.asarray(source.pictures.pixels, np.float32)))
    parted = np.asarray(trunk.top.predict_on_batch(features.astype(np.float32)))
    np.testing.assert_allclose(parted, whole, rtol=5e-3, atol=0.05 * np.abs(whole).max())


def test_the_top_shares_its_layers_with_the_network(network: keras.Model) -> None:
    top = FrozenTrunk(network).top
    assert top.get_layer("logits") is network.get_layer("logits")
    assert "low" not in [layer.name for layer in top.layers]


def test_views_are_those_of_changed_pictures_and_are_made_once(
    network: keras.Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, steps = _pictures(), []
    trunk = FrozenTrunk(network)
    cached = trunk.views(source, 5, lambda words, done, total: steps.append((done, total)))
    assert steps[-1] == (30, 30)
    assert len(cached) == 6
    assert cached.input_shape == (16, 16, 4)
    # A flip either happened or not: two different views among five, each of them known.
    clean = trunk.features(np.asarray(source.pictures.pixels))
    flipped = trunk.features(np.asarray(source.pictures.pixels)[:, :, ::-1])
    for index in range(6):
        for view in cached.pictures[index][0]:
            assert any(np.array_equal(view, known[index]) for known in (clean, flipped))
    steps.clear()
    trunk.views(source, 5, lambda words, done, total: steps.append((done, total)))
    assert steps == []
    assert len(views._cache) >= 6
    trunk.views(replace(source, changes="others"), 5, lambda words, done, total: steps.append((done, total)))
    assert steps[-1] == (30, 30), "views of other changes are others"


def test_views_carry_their_places_and_are_drawn_in_batches(network: keras.Model) -> None:
    mask = np.zeros((32, 32), np.uint8)
    mask[:16, :16] = 255
    source = _pictures(masked=MaskedPictures({1: mask}, 2, 2))
    cached = FrozenTrunk(network).views(source, 4, lambda words, done, total: None)
    assert cached.n_targets == 6
    shares = cached.pictures[1][1][:, 2:]
    assert set(map(tuple, shares.tolist())) <= {(1.0, 0.0, 0.0, 0.0), (0.0, 1.0, 0.0, 0.0)}
    assert not cached.pictures[0][1][:, 2:].any()
    batches = list(training_batches(cached, batch_size=3, epochs=2, seed=0))
    assert [tuple(x.shape) for x, _ in batches] == [(3, 16, 16, 4)] * 4


def test_a_top_that_takes_maps_of_two_depths_gets_their_numbers_in_a_row() -> None:
    keras.utils.set_random_seed(0)
    inputs = keras.Input((32, 32, 3))
    fine = keras.layers.Conv2D(4, 3, 2, padding="same", activation="relu", name="fine")(inputs)
    coarse = keras.layers.Conv2D(6, 3, 2, padding="same", activation="relu", name="coarse")(fine)
    mixed = [keras.layers.GlobalAveragePooling2D()(keras.layers.Conv2D(5, 1)(map_)) for map_ in (fine, coarse)]
    network = keras.Model(inputs, keras.layers.Dense(2, name="logits")(keras.layers.Concatenate()(mixed)))
    network.get_layer("fine").trainable = network.get_layer("coarse").trainable = False
    source, trunk = _pictures(), FrozenTrunk(network)
    features = trunk.features(np.asarray(source.pictures.pixels))
    assert features.shape == (6, 16 * 16 * 4 + 8 * 8 * 6)
    assert {id(v) for v in trunk.top.trainable_variables} == {id(v) for v in network.trainable_variables}
    whole = np.asarray(network.predict_on_batch(np.asarray(source.pictures.pixels, np.float32)))
    parted = np.asarray(trunk.top.predict_on_batch(features.astype(np.float32)))
    np.testing.assert_allclose(parted, whole, rtol=5e-3, atol=0.05 * np.abs(whole).max())


def test_a_network_whose_first_layer_learns_has_nothing_to_look_through_once() -> None:
    inputs = keras.Input((32, 32, 3))
    logits = keras.layers.Dense(2)(keras.layers.GlobalAveragePooling2D()(keras.layers.Conv2D(4, 3)(inputs)))
    with pytest.raises(InvalidRecipe, match=r"backbone\.views"):
        FrozenTrunk(keras.Model(inputs, logits))
