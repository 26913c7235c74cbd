"""The losses against their definitions."""

import numpy as np
import pytest
import tensorflow as tf
from scipy.special import log_softmax

from defect_app.recipes.entries import LossEntries
from defect_app.training.losses import Loss, classification_loss, distillation_loss


def test_cross_entropy_is_the_textbook_one() -> None:
    logits = np.random.default_rng(0).normal(size=(5, 3)).astype(np.float32)
    targets = np.eye(3, dtype=np.float32)[[0, 2, 1, 1, 0]]
    found = np.asarray(classification_loss(LossEntries(), np.full(3, 1 / 3))(targets, logits))
    np.testing.assert_allclose(found, -(targets * log_softmax(logits, axis=1)).sum(axis=1), rtol=1e-5)


def test_rare_classes_weigh_more_when_balanced() -> None:
    loss = classification_loss(LossEntries(balance_classes=True), np.array([0.8, 0.2]))
    found = np.asarray(loss(np.eye(2, dtype=np.float32), np.zeros((2, 2), np.float32)))
    assert found[1] / found[0] == pytest.approx(4.0)


def test_focal_loss_makes_light_of_what_is_already_right() -> None:
    targets = np.array([[1.0, 0.0]] * 2, np.float32)
    logits = np.array([[4.0, 0.0], [-1.0, 0.0]], np.float32)
    plain = np.asarray(classification_loss(LossEntries(), np.array([0.5, 0.5]))(targets, logits))
    focal = np.asarray(classification_loss(LossEntries("focal"), np.array([0.5, 0.5]))(targets, logits))
    assert focal[0] / plain[0] < 0.01 < focal[1] / plain[1]


def test_focal_loss_without_gamma_is_cross_entropy() -> None:
    targets, logits = np.eye(2, dtype=np.float32), np.array([[2.0, 0.0], [-1.0, 0.5]], np.float32)
    shares = np.array([0.5, 0.5])
    plain = classification_loss(LossEntries(), shares)(targets, logits)
    focal = classification_loss(LossEntries("focal", focal_gamma=0.0), shares)(targets, logits)
    np.testing.assert_allclose(np.asarray(focal), np.asarray(plain), rtol=1e-5)


@pytest.mark.parametrize(
    "loss",
    [
        classification_loss(LossEntries(label_smoothing=0.1, balance_classes=True), np.array([0.8, 0.2])),
        classification_loss(LossEntries("focal"), np.array([0.5, 0.5])),
        distillation_loss(2.0),
    ],
    ids=["cross entropy", "focal", "distillation"],
)
def test_in_the_graph_that_training_traces_a_loss_is_the_same(loss: Loss) -> None:
    rng = np.random.default_rng(0)
    targets, logits = np.eye(2, dtype=np.float32)[[0, 1, 1]], rng.normal(size=(3, 2)).astype(np.float32)
    np.testing.assert_allclose(np.asarray(tf.function(loss)(targets, logits)), loss(targets, logits), rtol=1e-5)


def test_a_student_that_answers_like_its_teacher_loses_nothing() -> None:
    logits = np.random.default_rng(0).normal(size=(4, 6)).astype(np.float32)
    loss = distillation_loss(2.0)
    np.testing.assert_allclose(np.asarray(loss(logits, logits + 3)), 0, atol=1e-5)
    assert (np.asarray(loss(logits, -logits)) > 0.01).all()
