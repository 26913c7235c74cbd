"""Weights that were rounded to half precision come back."""

import numpy as np
import pytest

from defect_app.engine.half_precision import lost_by_rounding, restored

WEIGHTS = np.random.default_rng(0).normal(0, 0.3, 5000).astype(np.float32)


@pytest.mark.parametrize(("kept_as", "precision"), [(np.int8, 3e-6), (np.int16, 2e-8)])
def test_what_rounding_took_is_given_back(kept_as: type, precision: float) -> None:
    lost = lost_by_rounding(WEIGHTS, kept_as)
    assert lost.dtype == kept_as
    found = restored(WEIGHTS.astype(np.float16), lost)
    assert np.abs(found - WEIGHTS).max() < precision
    assert np.abs(WEIGHTS.astype(np.float16).astype(np.float32) - WEIGHTS).max() > 2e-4


def test_numbers_that_are_of_half_precision_lose_nothing() -> None:
    assert not lost_by_rounding(WEIGHTS.astype(np.float16).astype(np.float32)).any()


def test_zero_and_the_smallest_numbers_are_as_good_as_any() -> None:
    small = np.array([0.0, 1e-8, -6e-8, 6.1e-5, -6.0e-5], np.float32)
    np.testing.assert_allclose(restored(small.astype(np.float16), lost_by_rounding(small)), small, atol=2e-12)


def test_a_number_beyond_half_precision_is_refused() -> None:
    with pytest.raises(ValueError, match="within half precision"):
        lost_by_rounding(np.array([1e6], np.float32))
