"""Attention weighs places and breaks nothing behind it: the mean weight is 1, the class activation map adds up."""

import keras
import numpy as np
import pytest

from defect_app.catalog import ClassSpec
from defect_app.errors import InvalidRecipe
from defect_app.recipes.entries import LossEntries
from defect_app.training.attention import attended, joined_depths
from defect_app.training.localisation_loss import localisation_loss, with_scores
from defect_app.training.losses import classification_loss

CLASSES = (ClassSpec("ok", "Good", "ok"), ClassSpec("defect", "Bad", "defect"))


def test_depths_are_joined_at_the_finest_size() -> None:
    keras.utils.set_random_seed(0)
    fine, coarse = keras.Input((16, 8, 5)), keras.Input((4, 2, 7))
    joined, learning = joined_depths([fine, coarse])
    assert joined.shape == (None, 16, 8, 64)
    model = keras.Model([fine, coarse], joined)
    assert set(learning) == {layer.name for layer in model.layers if layer.weights}
    # A change of one coarse place is seen around it alone.
    zeros = [np.zeros((1, 16, 8, 5), np.float32), np.ones((1, 4, 2, 7), np.float32)]
    moved = [zeros[0], zeros[1].copy()]
    moved[1][0, 0, 0] = 3.0
    difference = np.abs(np.asarray(model(moved)) - np.asarray(model(zeros))).sum(axis=(0, 3))
    assert difference[:4, :4].max() > 0
    assert difference[8:].max() == 0


def test_the_depths_are_mixed_as_by_one_convolution_over_all_of_them() -> None:
    keras.utils.set_random_seed(4)
    fine, coarse = keras.Input((8, 4, 5)), keras.Input((4, 2, 7))
    joined, _ = joined_depths([fine, coarse])
    model = keras.Model([fine, coarse], joined)
    model.get_layer("depths_mixed_1").bias.assign(np.linspace(-1, 1, 64))
    kernels = [np.asarray(model.get_layer(f"depths_mixed_{number}").kernel)[0, 0] for number in (1, 2)]
    rng = np.random.default_rng(0)
    maps = [rng.normal(size=(2, 8, 4, 5)).astype(np.float32), rng.normal(size=(2, 4, 2, 7)).astype(np.float32)]
    enlarged = np.asarray(keras.layers.UpSampling2D(2, interpolation="bilinear")(maps[1]))
    mixed = np.concatenate([maps[0], enlarged], axis=-1) @ np.concatenate(kernels) + np.linspace(-1, 1, 64)
    last = model.layers[-1]
    np.testing.assert_allclose(
        np.asarray(model(maps)), np.asarray(last(np.maximum(mixed, 0).astype(np.float32))), rtol=1e-4, atol=1e-5
    )


def test_depths_that_do_not_match_are_refused() -> None:
    with pytest.raises(InvalidRecipe, match="do not match"):
        joined_depths([keras.Input((9, 9, 2)), keras.Input((4, 4, 2))])


def test_places_are_weighed_with_mean_one_and_the_map_adds_up_to_the_logits() -> None:
    keras.utils.set_random_seed(1)
    inputs = keras.Input((6, 4, 8))
    weighed, scores = attended(inputs)
    dense = keras.layers.Dense(2, name="logits")
    logits = dense(keras.layers.GlobalAveragePooling2D()(weighed))
    model = keras.Model(inputs, [logits, weighed, scores])
    picture = np.random.default_rng(0).normal(size=(3, 6, 4, 8)).astype(np.float32)
    found, map_, scores = (np.asarray(x) for x in model(picture))
    weights = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(map_, picture * weights.reshape(3, 6, 4, 1) * 24, rtol=1e-4, atol=1e-5)
    evidence = np.tensordot(map_, np.asarray(dense.kernel), axes=1).mean(axis=(1, 2)) + np.asarray(dense.bias)
    np.testing.assert_allclose(evidence, found, rtol=1e-4, atol=1e-5)


def test_the_scores_learn_the_place_of_the_defect() -> None:
    keras.utils.set_random_seed(2)
    loss = localisation_loss(classification_loss(LossEntries(), np.array([0.5, 0.5])), 1.0, CLASSES)
    logits, scores = keras.Input((2,)), keras.Input((4,))
    outputs = keras.Model([logits, scores], with_scores(logits, scores))
    right, wrong = np.array([[0, 0, 9, 0]], np.float32), np.array([[9, 0, 0, 0]], np.float32)
    targets = np.array([[0, 1, 0, 0, 1, 0]], np.float32)
    answer = np.zeros((1, 2), np.float32)
    assert float(loss(targets, outputs([answer, right]))[0]) < float(loss(targets, outputs([answer, wrong]))[0]) - 8
    unknown = np.array([[0, 1, 0, 0, 0, 0]], np.float32)
    np.testing.assert_allclose(
        np.asarray(loss(unknown, outputs([answer, right]))), np.asarray(loss(unknown, outputs([answer, wrong])))
    )
