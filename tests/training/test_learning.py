"""The loop, the losses and the batches, on a network small enough to learn in a second."""

from dataclasses import replace

import keras
import numpy as np
import pytest
from scipy.special import log_softmax

from defect_app.catalog import InputSpec
from defect_app.training.distillation import blend
from defect_app.training.fit import _optimiser, fit, write_history
from defect_app.training.losses import classification_loss, distillation_loss
from defect_app.training.pipeline import PictureDeck, TrainingPictures, dealt_batches
from defect_app.training.recipe import (
    BackboneEntries,
    DataEntries,
    LossEntries,
    OptimiserEntries,
    Recipe,
    ScheduleEntries,
)

SIZE = InputSpec(8, 8)


def _pictures(n=24):
    bright = np.arange(n) % 2
    pixels = np.where(bright[:, None, None, None], 200, 50).astype(np.uint8) * np.ones((n, 8, 8, 3), np.uint8)
    return TrainingPictures(pixels, np.eye(2, dtype=np.float32)[bright])


def _learner():
    keras.utils.set_random_seed(0)
    inputs = keras.Input((8, 8, 3))
    scaled = keras.layers.Rescaling(1 / 127.5, -1)(inputs)
    return keras.Model(inputs, keras.layers.Dense(2)(keras.layers.Flatten()(scaled)))


def _recipe(**schedule):
    return Recipe(
        name="tiny",
        model="tiny",
        title="",
        summary="",
        data=DataEntries("none"),
        backbone=BackboneEntries("none"),
        schedule=ScheduleEntries(**({"epochs": 3, "batch_size": 8} | schedule)),
        optimiser=OptimiserEntries(learning_rate=0.05, weight_average=0.5),
    )


def _fit(tmp_path, learner, recipe, progress=lambda done, total, words: None):
    loss = classification_loss(LossEntries(), np.array([0.5, 0.5]))
    return fit(
        learner,
        PictureDeck(_pictures(), lambda pixels, rng: pixels, SIZE),
        _pictures(8),
        loss,
        recipe,
        epochs=recipe.schedule.epochs,
        seed=0,
        checkpoint=tmp_path / "best.weights.h5",
        progress=progress,
    )


@pytest.mark.parametrize("kind", ["cosine", "one_cycle", "constant", "plateau"])
def test_the_loop_learns_records_every_epoch_and_keeps_the_best(tmp_path, kind):
    learner = _learner()
    result = _fit(tmp_path, learner, _recipe(kind=kind))
    assert [row.epoch for row in result.history] == [1, 2, 3]
    assert result.history[-1].validation_accuracy == 1.0
    assert result.best_epoch == 1 + int(np.argmin([row.validation_loss for row in result.history]))
    write_history(tmp_path, result.history)
    lines = (tmp_path / "history.csv").read_text().splitlines()
    assert lines[0] == "epoch,loss,validation_loss,validation_accuracy,learning_rate,seconds"
    assert len(lines) == 4


def test_ctrl_c_ends_the_loop_with_the_best_epoch_so_far(tmp_path):
    def press(done, total, words):
        if done == 5:
            raise KeyboardInterrupt

    learner = _learner()
    result = _fit(tmp_path, learner, _recipe(), press)
    assert result.interrupted
    assert result.best_epoch == 1
    assert len(result.history) == 1


def test_one_cycle_rises_to_the_rate_and_falls_to_nothing():
    entries = OptimiserEntries(kind="rmsprop", learning_rate=0.1)
    schedule = ScheduleEntries(epochs=1, kind="one_cycle", warm_up=0.3)
    rates = [float(_optimiser(entries, schedule, 100)._learning_rate(step)) for step in range(101)]
    assert rates[0] == pytest.approx(0.004)
    assert int(np.argmax(rates)) == 30
    assert max(rates) == pytest.approx(0.1)
    assert rates[-1] < 1e-6
    assert np.all(np.diff(rates[:31]) > 0)
    assert np.all(np.diff(rates[30:]) < 0)


@pytest.mark.parametrize("kind", ["adamw", "adam", "sgd", "rmsprop"])
def test_each_optimiser_learns(tmp_path, kind):
    entries = OptimiserEntries(kind=kind, learning_rate=0.05)
    result = _fit(tmp_path, _learner(), replace(_recipe(), optimiser=entries))
    assert result.history[-1].validation_accuracy == 1.0


def test_patience_ends_the_loop_early(tmp_path):
    recipe = _recipe(epochs=9, patience=2, kind="constant")
    # A rate so small moves no weight, so no epoch gains on the first.
    standing = replace(recipe, optimiser=OptimiserEntries(learning_rate=1e-14, weight_decay=0.0))
    result = _fit(tmp_path, _learner(), standing)
    assert len(result.history) == 3
    assert result.best_epoch == 1


def test_batches_are_the_same_for_a_seed_and_cover_each_epoch():
    numbered = TrainingPictures(
        np.arange(10, dtype=np.uint8)[:, None, None, None] * np.ones((10, 8, 8, 3), np.uint8),
        np.zeros((10, 2), np.float32),
    )

    def dealt(seed):
        deck = PictureDeck(numbered, lambda p, rng: p, SIZE)
        batches = dealt_batches(deck, batch_size=5, epochs=2, seed=seed)
        return [batch.numpy()[:, 0, 0, 0].astype(int).tolist() for batch, _ in batches]

    first = dealt(0)
    assert first == dealt(0)
    assert first != dealt(1)
    assert sorted(first[0] + first[1]) == sorted(first[2] + first[3]) == list(range(10))
    assert first[:2] != first[2:]


def test_cross_entropy_is_the_textbook_one():
    logits = np.random.default_rng(0).normal(size=(5, 3)).astype(np.float32)
    targets = np.eye(3, dtype=np.float32)[[0, 2, 1, 1, 0]]
    found = np.asarray(classification_loss(LossEntries(), np.full(3, 1 / 3))(targets, logits))
    np.testing.assert_allclose(found, -(targets * log_softmax(logits, axis=1)).sum(axis=1), rtol=1e-5)


def test_rare_classes_weigh_more_when_balanced():
    loss = classification_loss(LossEntries(balance_classes=True), np.array([0.8, 0.2]))
    found = np.asarray(loss(np.eye(2, dtype=np.float32), np.zeros((2, 2), np.float32)))
    assert found[1] / found[0] == pytest.approx(4.0)


def test_focal_loss_makes_light_of_what_is_already_right():
    targets = np.array([[1.0, 0.0]] * 2, np.float32)
    logits = np.array([[4.0, 0.0], [-1.0, 0.0]], np.float32)
    plain = np.asarray(classification_loss(LossEntries(), np.array([0.5, 0.5]))(targets, logits))
    focal = np.asarray(classification_loss(LossEntries("focal"), np.array([0.5, 0.5]))(targets, logits))
    assert focal[0] / plain[0] < 0.01 < focal[1] / plain[1]


def test_focal_loss_without_gamma_is_cross_entropy():
    targets, logits = np.eye(2, dtype=np.float32), np.array([[2.0, 0.0], [-1.0, 0.5]], np.float32)
    shares = np.array([0.5, 0.5])
    plain = classification_loss(LossEntries(), shares)(targets, logits)
    focal = classification_loss(LossEntries("focal", focal_gamma=0.0), shares)(targets, logits)
    np.testing.assert_allclose(np.asarray(focal), np.asarray(plain), rtol=1e-5)


def test_a_student_that_answers_like_its_teacher_loses_nothing():
    logits = np.random.default_rng(0).normal(size=(4, 6)).astype(np.float32)
    loss = distillation_loss(2.0)
    np.testing.assert_allclose(np.asarray(loss(logits, logits + 3)), 0, atol=1e-5)
    assert (np.asarray(loss(logits, -logits)) > 0.01).all()


def test_a_blend_lies_between_student_and_teacher():
    student, teacher = _learner(), _learner()
    start = [w.copy() for w in teacher.get_weights()]
    student.set_weights([w + 1 for w in start])
    blend(student, teacher, 0.25)
    for own, taught in zip(student.get_weights(), start, strict=True):
        np.testing.assert_allclose(own, taught + 0.25, atol=1e-6)
