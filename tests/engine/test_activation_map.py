"""The arithmetic of class activation maps."""

import numpy as np
import pytest

from defect_app.engine import class_activation_map, upsample_map


def test_places_against_the_class_are_zero_and_the_strongest_is_one() -> None:
    features = np.array([[[1.0, 0.0], [0.0, 1.0]], [[2.0, 1.0], [0.0, 0.0]]])
    found = class_activation_map(features, np.array([1.0, -3.0]), "scratch")
    np.testing.assert_allclose(found.values, [[1, 0], [0, 0]])
    assert found.has_evidence
    assert found.values.dtype == np.float32


@pytest.mark.parametrize(
    "features",
    [np.zeros((3, 3, 2)), -np.ones((3, 3, 2)), np.full((3, 3, 2), np.nan)],
    ids=["nothing", "all against", "NaN"],
)
def test_hostile_30_no_evidence_is_zeros_never_nan(features: np.ndarray) -> None:
    found = class_activation_map(features, np.ones(2), "scratch")
    assert not found.has_evidence
    np.testing.assert_array_equal(found.values, 0)


def test_hostile_30_infinite_features_do_not_become_nan() -> None:
    features = np.zeros((2, 2, 1))
    features[0, 0] = np.inf
    found = class_activation_map(features, np.ones(1), "scratch")
    assert np.isfinite(found.values).all()


def test_an_enlarged_map_keeps_its_range_and_its_strongest_corner() -> None:
    small = np.zeros((7, 7), np.float32)
    small[0, 6] = 1
    large = upsample_map(small, height=210, width=140)
    assert large.shape == (210, 140)
    assert large.dtype == np.float32
    assert 0 <= large.min() <= large.max() <= 1
    row, column = np.unravel_index(large.argmax(), large.shape)
    assert row < 30
    assert column >= 120
