"""Operating points: what is refused, and what they say in words."""

import math
from dataclasses import asdict

import pytest

from defect_app.decision import ChosenThresholds, InspectionThresholds, OperatingPoint, thresholds_from
from defect_app.errors import DefectLensError, InvalidOperatingPoint
from tests.operating_points import HowChosen, a_point, a_recognition_point


@pytest.mark.parametrize(
    "thresholds",
    [
        {"review_at": 0.6, "reject_at": 0.5},
        {"review_at": math.nan, "reject_at": 0.5},
        {"review_at": 0.1, "reject_at": math.nan},
        {"review_at": 0.1, "reject_at": math.inf},
        {"review_at": -math.inf, "reject_at": 0.5},
        {"review_at": -0.01, "reject_at": 0.5},
        {"review_at": 0.1, "reject_at": 1.01},
        {"accept_at": math.nan},
        {"accept_at": -1},
        {"accept_at": 1.5},
        {"review_at": 0.1},
        {"reject_at": 0.1},
        {"review_at": 0.1, "reject_at": 0.2, "accept_at": 0.3},
        {"review_at": 0.1, "accept_at": 0.3},
        {},
    ],
    ids=str,
)
def test_impossible_thresholds_are_refused(thresholds: dict[str, float]) -> None:
    with pytest.raises(InvalidOperatingPoint) as caught:
        thresholds_from(**thresholds)
    assert isinstance(caught.value, DefectLensError)


@pytest.mark.parametrize(
    "thresholds",
    [{"review_at": 0, "reject_at": 0}, {"review_at": 1, "reject_at": 1}, {"review_at": 0, "reject_at": 1}],
    ids=["reject all", "pass all but certain", "review all"],
)
def test_the_ends_of_the_range_are_allowed(thresholds: dict[str, float]) -> None:
    assert asdict(thresholds_from(**thresholds)) == thresholds


@pytest.mark.parametrize(
    ("point", "sentence"),
    [
        (
            a_point("p", 0.12, 0.37, how=HowChosen("validation", 1500, "at most 3 escapes in 1,000")),
            "Reject at 0.37 and above, review from 0.12: at most 3 escapes in 1,000 (1,500 validation photos).",
        ),
        (a_point("p", 0.5, 0.5, how=HowChosen(n=0, rule="")), "Reject at 0.5 and above, no review band."),
        (
            a_recognition_point("p", 0.4),
            "Name the label from a probability of 0.4, below it say unsure.",
        ),
    ],
    ids=["review band", "no review band", "recognition"],
)
def test_a_point_says_itself_in_one_sentence(point: OperatingPoint, sentence: str) -> None:
    assert point.sentence == sentence


def test_a_moved_point_does_not_claim_the_old_rule() -> None:
    chosen = a_point("default", 0.1, 0.5, how=HowChosen("validation", 100, "at most 3 escapes"))
    moved = chosen.moved(InspectionThresholds(0.2, 0.4))
    assert moved.chosen == ChosenThresholds(InspectionThresholds(0.2, 0.4), rule="set by hand")
    assert (moved.model_id, moved.model_sha256) == (chosen.model_id, chosen.model_sha256)
    assert chosen.thresholds == InspectionThresholds(0.1, 0.5)
