"""Thresholds of an address or a form: clamped where they can be, ignored where they are no numbers."""

import pytest

from defect_app.decision import InspectionThresholds, RecognitionThresholds, clamped_thresholds


@pytest.mark.parametrize(
    ("review", "reject", "expected"),
    [
        ("0.2", "0.6", (0.2, 0.6)),
        (1.5, 1.5, (1.0, 1.0)),
        (-1, 0, (0.0, 0.0)),
        ("nan", "0.6", (0.3, 0.6)),
        ("<script>", None, (0.3, 0.7)),
        (0.9, 0.5, (0.5, 0.5)),
        ("inf", "-inf", (0.0, 0.0)),
        ([], {}, (0.3, 0.7)),
    ],
)
def test_hostile_29_values_by_address_are_clamped_or_ignored(review: object, reject: object, expected: object) -> None:
    got = clamped_thresholds(InspectionThresholds(0.3, 0.7), {"review_at": review, "reject_at": reject})
    assert (got.review_at, got.reject_at) == expected


@pytest.mark.parametrize(("given", "expected"), [("0.4", 0.4), (7, 1.0), ("nan", 0.5), (None, 0.5)])
def test_a_recognition_threshold_is_clamped_too_and_takes_no_other_name(given: object, expected: float) -> None:
    moved = clamped_thresholds(RecognitionThresholds(0.5), {"accept_at": given, "reject_at": 0.9})
    assert moved == RecognitionThresholds(expected)
