"""Thresholds: NumPy's numbers become Python's, and what is shown is all that decides."""

from typing import Any

import numpy as np
import pytest

from defect_app.decision import InspectionThresholds, RecognitionThresholds, threshold_text
from defect_app.errors import InvalidOperatingPoint


@pytest.mark.parametrize(
    ("threshold", "text"),
    [
        (0.30004, "0.30004"),
        (0.3, "0.3"),
        (1.0, "1"),
        (1, "1"),
        (0.0, "0"),
        (0.00001, "0.00001"),
        (1e-6, "0.000001"),
        (4.845e-10, "4.845e-10"),
        (1e-7, "1e-7"),
        (0.1 + 0.2, "0.30000000000000004"),
        (np.float64(0.8685), "0.8685"),
    ],
)
def test_a_threshold_is_written_with_the_fewest_digits_that_give_it_back(threshold: float, text: str) -> None:
    assert threshold_text(threshold) == text


def test_any_threshold_comes_back_from_its_text() -> None:
    rng = np.random.default_rng(61)
    drawn = np.concatenate([rng.random(2000), 10.0 ** rng.uniform(-320, 0, 2000), np.float32(rng.random(500))])
    assert [float(threshold_text(t)) for t in drawn] == drawn.tolist()


def test_numbers_of_numpy_become_those_of_python() -> None:
    quarter: Any = np.float32(0.25)
    lines = InspectionThresholds(quarter, np.float64(0.5))
    assert [type(at) for at in (lines.review_at, lines.reject_at)] == [float, float]
    assert lines == InspectionThresholds(0.25, 0.5)
    assert type(RecognitionThresholds(quarter).accept_at) is float


@pytest.mark.parametrize("value", [True, np.True_, "0.5", None, [0.5]], ids=repr)
def test_what_is_no_number_is_no_threshold(value: Any) -> None:
    with pytest.raises(InvalidOperatingPoint, match="reject_at must be a number from 0 to 1"):
        InspectionThresholds(0.0, value)
    with pytest.raises(InvalidOperatingPoint, match="accept_at must be a number from 0 to 1"):
        RecognitionThresholds(value)


def test_the_decisive_threshold_is_where_the_models_own_answer_begins() -> None:
    assert InspectionThresholds(0.2, 0.6).decisive == 0.6
    assert RecognitionThresholds(0.4).decisive == 0.4
