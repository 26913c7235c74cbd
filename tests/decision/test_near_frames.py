"""Verdicts on a found part: all frames that are as good must agree, or a person decides."""

from __future__ import annotations

import numpy as np
import pytest

from defect_app.decision import Verdict, judge
from tests.decision.test_verdict import TWO
from tests.operating_points import a_point

POINT = a_point("default", 0.3, 0.7)


def answer(p_defect: float) -> np.ndarray:
    return np.array([p_defect, 1 - p_defect], np.float32)


@pytest.mark.parametrize(
    ("score", "near", "verdict"),
    [
        (0.1, [0.2, 0.25], Verdict.PASS),
        (0.1, [0.2, 0.9], Verdict.REVIEW),
        (0.1, [0.2, 0.4], Verdict.REVIEW),
        (0.9, [0.8], Verdict.REJECT),
        (0.9, [0.1], Verdict.REVIEW),
        (0.5, [0.5], Verdict.REVIEW),
    ],
    ids=["all pass", "one shows the defect", "one is doubtful", "all reject", "one passes", "all doubtful"],
)
def test_frames_that_are_as_good_must_agree(score: float, near: list[float], verdict: Verdict) -> None:
    found = judge(answer(score), TWO, POINT, near=[answer(p) for p in near], is_part=True)
    assert found.verdict is verdict
    assert found.p_defect == pytest.approx(score)


def test_the_reason_says_that_a_part_was_judged_or_that_frames_disagree() -> None:
    agreed = judge(answer(0.1), TWO, POINT, near=[answer(0.2)], is_part=True)
    assert agreed.reason.endswith("Judged on a part of the photo, see its frame.")
    parted = judge(answer(0.1), TWO, POINT, near=[answer(0.9)], is_part=True)
    assert parted.reason == "It depends on the frame: defect scores 0.100 to 0.900 within a few pixels."
