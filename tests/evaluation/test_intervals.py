"""The Wilson interval against published values and its limits."""

import pytest

from defect_app.evaluation import wilson_interval


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_published_examples_of_newcombe_1998(successes: int, n: int, low: float, high: float) -> None:
    assert wilson_interval(successes, n) == pytest.approx((low, high), abs=5e-5)


def test_no_pictures_say_nothing() -> None:
    assert wilson_interval(0, 0) == (0.0, 1.0)


def test_all_successes_reach_one_and_no_success_reaches_zero() -> None:
    assert wilson_interval(10, 10)[1] == 1.0
    assert wilson_interval(0, 10)[0] == 0.0


def test_higher_confidence_is_wider() -> None:
    low, high = wilson_interval(8, 10, confidence=0.99)
    narrow_low, narrow_high = wilson_interval(8, 10, confidence=0.9)
    assert low < narrow_low < 0.8 < narrow_high < high
