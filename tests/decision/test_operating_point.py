"""Operating points: what is refused, and what they say in words."""

import math

import pytest

from defect_app.decision import OperatingPoint
from defect_app.errors import DefectLensError, InvalidOperatingPoint


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
def test_impossible_thresholds_are_refused(thresholds):
    with pytest.raises(InvalidOperatingPoint) as caught:
        OperatingPoint("p", "tiny", **thresholds)
    assert isinstance(caught.value, DefectLensError)


@pytest.mark.parametrize(
    "thresholds",
    [{"review_at": 0, "reject_at": 0}, {"review_at": 1, "reject_at": 1}, {"review_at": 0, "reject_at": 1}],
    ids=["reject all", "pass all but certain", "review all"],
)
def test_the_ends_of_the_range_are_allowed(thresholds):
    OperatingPoint("p", "tiny", **thresholds)


@pytest.mark.parametrize(
    ("point", "sentence"),
    [
        (
            OperatingPoint("p", "m", 0.12, 0.37, rule="at most 3 escapes in 1,000", split="validation", n=1500),
            "Reject at 0.37 and above, review from 0.12: at most 3 escapes in 1,000 (1,500 validation photos).",
        ),
        (OperatingPoint("p", "m", 0.5, 0.5), "Reject at 0.5 and above, no review band."),
        (
            OperatingPoint("p", "m", accept_at=0.4),
            "Name the label from a probability of 0.4, below it say unsure.",
        ),
    ],
    ids=["review band", "no review band", "recognition"],
)
def test_a_point_says_itself_in_one_sentence(point, sentence):
    assert point.sentence == sentence


def test_a_moved_point_does_not_claim_the_old_rule():
    chosen = OperatingPoint("default", "m", 0.1, 0.5, rule="at most 3 escapes", split="validation", n=100)
    moved = chosen.moved(review_at=0.2, reject_at=0.4)
    assert (moved.review_at, moved.reject_at) == (0.2, 0.4)
    assert (moved.rule, moved.split, moved.n) == ("set by hand", "", 0)
    assert chosen.review_at == 0.1


def test_moving_a_threshold_past_the_other_is_refused():
    with pytest.raises(InvalidOperatingPoint, match="above the reject threshold"):
        OperatingPoint("default", "m", 0.1, 0.5).moved(review_at=0.6, reject_at=0.5)
