"""The penalised least squares of framing, beside scikit-learn's."""

import numpy as np
import pytest
from sklearn.linear_model import Ridge

from defect_app.engine import WindowFilter
from defect_app.publishing.framing.ridge import joined, ridge_filter
from defect_app.publishing.framing.windows import WindowShape

SHAPE = WindowShape(2, 3, 8)
N_CHANNELS = 4
N_FEATURES = N_CHANNELS * SHAPE.rows * SHAPE.columns


def problem(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Return features of very different scales, and two answers that follow from them but for noise."""
    rng = np.random.default_rng(n)
    features = (rng.normal(size=(n, N_FEATURES)) * rng.uniform(0.1, 30, N_FEATURES) + 5).astype(np.float32)
    targets = features @ rng.normal(size=(N_FEATURES, 2)) + rng.normal(size=(n, 2))
    return features, targets


def answers(filter_: WindowFilter, features: np.ndarray) -> np.ndarray:
    return np.asarray(features @ filter_.weights.reshape(len(filter_.weights), -1).T + filter_.bias)


@pytest.mark.parametrize(
    ("n", "alpha"), [(200, 0.5 * 200), (12, 0.5 * N_FEATURES)], ids=["more examples than features", "fewer examples"]
)
def test_it_answers_as_scikit_learns_ridge_on_standardised_features(n: int, alpha: float) -> None:
    features, targets = problem(n)
    mean, deviation = features.mean(axis=0), features.std(axis=0)
    oracle = Ridge(alpha=alpha).fit((features - mean) / deviation, targets)
    new = problem(200)[0]
    expected = oracle.predict((new - mean) / deviation)
    fitted = ridge_filter(features, targets, SHAPE, penalty=0.5)
    assert fitted.weights.shape == (2, N_CHANNELS, SHAPE.rows, SHAPE.columns)
    np.testing.assert_allclose(answers(fitted, new), expected, rtol=1e-3, atol=1e-2)


def test_a_feature_that_never_changes_is_no_division_by_nothing() -> None:
    features, targets = problem(60)
    features[:, 3] = 7.0
    fitted = ridge_filter(features, targets, SHAPE, penalty=0.01)
    assert np.isfinite(fitted.weights).all()
    np.testing.assert_allclose(answers(fitted, features).mean(axis=0), targets.mean(axis=0), rtol=1e-3)


def test_joined_filters_answer_one_after_the_other() -> None:
    features, targets = problem(60)
    first, second = (ridge_filter(features, targets[:, [i]], SHAPE, penalty=1.0) for i in (0, 1))
    both = answers(joined(second, first), features)
    np.testing.assert_allclose(both, np.hstack([answers(second, features), answers(first, features)]), rtol=1e-4)
