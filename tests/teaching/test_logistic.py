"""The regression on few photos, beside scikit-learn's."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from defect_app.teaching.learning_curve import _continued, _roc_area
from defect_app.teaching.logistic import fit_logistic

STRENGTHS = (0.01, 0.1, 1.0, 10.0)


@pytest.mark.parametrize("scale", [0.3, 2.0], ids=["classes that overlap", "classes apart"])
def test_two_classes_have_the_weights_that_scikit_learn_finds(scale: float) -> None:
    rng = np.random.default_rng(0)
    labels = np.arange(50) % 5 // 4
    coordinates = rng.normal(size=(50, 20)).astype(np.float32) + scale * labels[:, None]
    weights = np.where(labels == 1, 2.5, 0.625)
    for found, strength in zip(fit_logistic(coordinates, labels, weights, 2, STRENGTHS), STRENGTHS, strict=True):
        exact = LogisticRegression(C=strength, tol=1e-8, max_iter=2000).fit(coordinates, labels, weights)
        expected = coordinates @ exact.coef_[0] + exact.intercept_
        logits = found.of(coordinates)
        assert np.allclose(logits[:, 1] - logits[:, 0], expected, atol=0.02 * np.abs(expected).max())


def test_a_class_without_photos_is_never_answered() -> None:
    rng = np.random.default_rng(1)
    coordinates, labels = rng.normal(size=(20, 4)).astype(np.float32), np.repeat([0, 2], 10)
    (found,) = fit_logistic(coordinates, labels, np.ones(20), 3, [1.0])
    assert (found.of(coordinates).argmax(axis=1) != 1).all()


def test_the_area_by_ranks_counts_ties_half() -> None:
    assert _roc_area(np.array([False, True, True, False]), np.array([0.1, 0.4, 0.2, 0.2])) == pytest.approx(0.875)


def test_a_curve_that_follows_the_law_is_continued_by_it_and_a_rising_error_is_not() -> None:
    sizes = np.array([2, 4, 8, 16, 32])
    errors = np.stack([0.02 + 0.3 * sizes**-0.5, 0.4 * sizes**-1.0, 0.1 + 0.001 * sizes])
    found = _continued(errors, sizes, 64)
    assert found[:2] == pytest.approx([0.02 + 0.3 / 8, 0.4 / 64], abs=1e-3)
    assert found[2] == pytest.approx(float((errors[2] * sizes).sum() / sizes.sum()))
