"""Verdicts: the tie, the review band, unfamiliar and poor photos, and the words of each."""

from dataclasses import replace

import numpy as np
import pytest

from defect_app.catalog import ClassSpec
from defect_app.decision import OperatingPoint, Verdict, default_point, judge, p_defect_of, verdict_at
from defect_app.familiarity import Acquaintance
from tests.catalog.test_spec import SPEC

TWO = replace(SPEC, classes=(ClassSpec("bad", "Defective", "defect"), ClassSpec("ok", "Good", "ok")))
POINT = OperatingPoint("default", "tiny", 0.25, 0.75)
STRANGE = Acquaintance(familiar=False, distance=1.3, limit=0.4)
BLURRED_AND_DARK = Acquaintance(True, 0.1, 0.4, ("it is blurred", "it is too dark"))


def answer(p_defect: float) -> np.ndarray:
    return np.array([p_defect, 1 - p_defect], np.float32)


@pytest.mark.parametrize(
    ("p_defect", "verdict"),
    [
        (0.0, Verdict.PASS),
        (np.nextafter(0.25, 0), Verdict.PASS),
        (0.25, Verdict.REVIEW),
        (np.nextafter(0.75, 0), Verdict.REVIEW),
        (0.75, Verdict.REJECT),
        (1.0, Verdict.REJECT),
    ],
)
def test_a_score_equal_to_a_threshold_reaches_it(p_defect, verdict):
    assert verdict_at(float(p_defect), POINT) is verdict


@pytest.mark.parametrize("p_defect", [0.0, 0.2, 0.499, 0.5, 0.501, 1.0])
def test_equal_thresholds_leave_no_review_band(p_defect):
    verdict = verdict_at(p_defect, OperatingPoint("p", "tiny", 0.5, 0.5))
    assert verdict is (Verdict.REJECT if p_defect >= 0.5 else Verdict.PASS)


def test_threshold_zero_rejects_all_and_threshold_one_passes_all_but_certainty():
    assert verdict_at(0.0, OperatingPoint("p", "tiny", 0, 0)) is Verdict.REJECT
    assert verdict_at(0.999, OperatingPoint("p", "tiny", 1, 1)) is Verdict.PASS
    assert verdict_at(1.0, OperatingPoint("p", "tiny", 1, 1)) is Verdict.REJECT


def test_a_recognition_point_cannot_judge_a_defect_score():
    with pytest.raises(ValueError, match="recognition"):
        verdict_at(0.5, OperatingPoint("p", "tiny", accept_at=0.5))


@pytest.mark.parametrize("p_defect", [np.nan, np.inf, -np.inf])
def test_a_score_that_is_not_a_number_never_passes(p_defect):
    judgement = judge(np.array([p_defect, 0.1], np.float32), TWO, POINT)
    assert judgement.verdict is Verdict.REVIEW
    assert "no usable answer" in judgement.reason
    assert judgement.p_defect is None


def test_p_defect_sums_the_defect_classes_only():
    spec = replace(
        SPEC,
        classes=(
            ClassSpec("scratch", "Scratch", "defect"),
            ClassSpec("ok", "Good", "ok"),
            ClassSpec("dent", "Dent", "defect"),
            ClassSpec("tray", "Tray"),
        ),
    )
    table = np.array([[0.1, 0.2, 0.3, 0.4], [0.5, 0.0, 0.5, 0.0]], np.float32)
    np.testing.assert_allclose(p_defect_of(table, spec), [0.4, 1.0], atol=1e-7)
    assert p_defect_of(table, spec).max() <= 1


def test_the_highest_class_is_the_label_whatever_the_verdict():
    judgement = judge(answer(0.3), TWO, POINT)
    assert (judgement.verdict, judgement.label) == (Verdict.REVIEW, "ok")


@pytest.mark.parametrize("p_defect", [0.001, 0.5, 0.999], ids=["passing", "review", "rejecting"])
def test_hostile_32_an_unfamiliar_photo_goes_to_review_whatever_its_score(p_defect):
    judgement = judge(answer(p_defect), TWO, POINT, STRANGE)
    assert judgement.verdict is Verdict.REVIEW
    assert judgement.reason == "Does not look like the photos this model knows."


@pytest.mark.parametrize(
    ("p_defect", "verdict"), [(0.001, Verdict.REVIEW), (0.5, Verdict.REVIEW), (0.999, Verdict.REJECT)]
)
def test_a_poor_photo_never_passes_but_may_be_rejected(p_defect, verdict):
    judgement = judge(answer(p_defect), TWO, POINT, BLURRED_AND_DARK)
    assert judgement.verdict is verdict
    if verdict is Verdict.REVIEW:
        assert judgement.reason == "Photo too poor to pass: it is blurred and it is too dark."


@pytest.mark.parametrize(
    ("p_defect", "reason"),
    [
        (0.125, "Defect score 0.125 is below the review threshold 0.25."),
        (0.5, "Defect score 0.500 lies between review 0.25 and reject 0.75."),
        (0.875, "Defect score 0.875 reaches the reject threshold 0.75."),
    ],
)
def test_the_reason_names_the_score_and_the_threshold(p_defect, reason):
    assert judge(answer(p_defect), TWO, POINT, Acquaintance(True, 0.1, 0.4)).reason == reason


@pytest.mark.parametrize("accept_at", [0.5, 0.4])
def test_a_recognition_label_is_accepted_from_its_threshold_on(accept_at):
    spec = replace(SPEC, task="recognition", classes=(ClassSpec("cat", "Cat"), ClassSpec("dog", "Dog")))
    judgement = judge(np.array([0.5, 0.5], np.float32), spec, OperatingPoint("p", "tiny", accept_at=accept_at))
    assert (judgement.verdict, judgement.label, judgement.p_defect) == (Verdict.ACCEPT, "cat", None)
    assert judgement.reason == "Cat with a probability of 0.50."


def test_a_recognition_label_below_the_threshold_is_unsure_and_names_the_best_guess():
    spec = replace(SPEC, task="recognition", classes=(ClassSpec("cat", "Cat"), ClassSpec("dog", "Dog")))
    judgement = judge(np.array([0.3, 0.45], np.float32), spec, OperatingPoint("p", "tiny", accept_at=0.5))
    assert (judgement.verdict, judgement.label) == (Verdict.UNSURE, "unsure")
    assert judgement.reason == "Unsure: the best guess, Dog, has only 0.45, below 0.50."


def test_the_default_point_is_the_one_in_the_spec():
    point = default_point(SPEC, "abc")
    assert (point.name, point.model_id, point.model_sha256) == ("default", "tiny", "abc")
    assert (point.review_at, point.reject_at, point.accept_at, point.n) == (0.125, 0.5, None, 300)
