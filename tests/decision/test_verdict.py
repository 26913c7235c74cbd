"""Verdicts: the tie, the review band, unfamiliar and poor photos, and the words of each."""

from dataclasses import replace

import numpy as np
import pytest

from defect_app.catalog import ClassSpec
from defect_app.decision import (
    INSPECTION_VERDICTS,
    ChosenThresholds,
    InspectionThresholds,
    RecognitionThresholds,
    Verdict,
    count_reaching,
    count_verdicts,
    default_point,
    is_accepted,
    is_rejected,
    judge,
    p_defect_of,
    reaches,
    verdict_at,
    verdict_codes,
)
from defect_app.familiarity import FamiliarityResult
from tests.catalog.test_spec import SPEC
from tests.decision.hard_scores import hard_cases
from tests.operating_points import a_point, a_recognition_point

TWO = replace(SPEC, classes=(ClassSpec("bad", "Defective", "defect"), ClassSpec("ok", "Good", "ok")))
ANIMALS = replace(
    SPEC,
    task="recognition",
    classes=(ClassSpec("cat", "Cat"), ClassSpec("dog", "Dog")),
    default_point=ChosenThresholds(RecognitionThresholds(0.5)),
)
LINES = InspectionThresholds(0.25, 0.75)
POINT = a_point("default", 0.25, 0.75)
STRANGE = FamiliarityResult(familiar=False, distance=1.3, limit=0.4)
BLURRED_AND_DARK = FamiliarityResult(True, 0.1, 0.4, ("it is blurred", "it is too dark"))


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
def test_a_score_equal_to_a_threshold_reaches_it(p_defect: float, verdict: Verdict) -> None:
    assert verdict_at(float(p_defect), LINES) is verdict


def test_arrays_single_scores_and_sorted_counts_give_one_verdict_on_ties_neighbours_and_nan() -> None:
    for scores, lines in hard_cases(80, seed=71):
        codes = verdict_codes(scores, lines)
        assert [INSPECTION_VERDICTS[c] for c in codes] == [verdict_at(float(s), lines) for s in scores]
        np.testing.assert_array_equal(count_verdicts(np.sort(scores), lines), np.bincount(codes, minlength=3))
        np.testing.assert_array_equal(is_rejected(scores, lines), [verdict_at(s, lines) == "REJECT" for s in scores])
        for at in (lines.review_at, lines.reject_at):
            assert count_reaching(np.sort(scores), at) == reaches(scores, at).sum()
            accepted = is_accepted(scores, RecognitionThresholds(at))
            assert [verdict_at(s, RecognitionThresholds(at)) for s in scores] == [
                Verdict.ACCEPT if a else Verdict.UNSURE for a in accepted
            ]
            assert accepted.sum() == count_reaching(np.sort(scores), at)


def test_a_float32_score_is_not_rounded_onto_a_threshold() -> None:
    just_below = np.array([0.7], np.float32)
    assert not reaches(just_below, 0.7)[0]
    assert verdict_at(float(just_below[0]), InspectionThresholds(0.7, 0.7)) is Verdict.PASS


def test_nan_goes_to_review_or_is_unsure() -> None:
    assert verdict_at(np.nan, InspectionThresholds(0.0, 0.0)) is Verdict.REVIEW
    assert verdict_at(np.nan, RecognitionThresholds(0.0)) is Verdict.UNSURE


@pytest.mark.parametrize("p_defect", [0.0, 0.2, 0.499, 0.5, 0.501, 1.0])
def test_equal_thresholds_leave_no_review_band(p_defect: float) -> None:
    verdict = verdict_at(p_defect, InspectionThresholds(0.5, 0.5))
    assert verdict is (Verdict.REJECT if p_defect >= 0.5 else Verdict.PASS)


def test_threshold_zero_rejects_all_and_threshold_one_passes_all_but_certainty() -> None:
    assert verdict_at(0.0, InspectionThresholds(0, 0)) is Verdict.REJECT
    assert verdict_at(0.999, InspectionThresholds(1, 1)) is Verdict.PASS
    assert verdict_at(1.0, InspectionThresholds(1, 1)) is Verdict.REJECT


@pytest.mark.parametrize("p_defect", [np.nan, np.inf, -np.inf])
def test_a_score_that_is_not_a_number_never_passes(p_defect: float) -> None:
    judgement = judge(np.array([p_defect, 0.1], np.float32), TWO, POINT)
    assert judgement.verdict is Verdict.REVIEW
    assert "no usable answer" in judgement.reason
    assert judgement.p_defect is None


def test_p_defect_sums_the_defect_classes_only() -> None:
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


def test_the_highest_class_is_the_label_whatever_the_verdict() -> None:
    judgement = judge(answer(0.3), TWO, POINT)
    assert (judgement.verdict, judgement.label) == (Verdict.REVIEW, "ok")


@pytest.mark.parametrize("p_defect", [0.001, 0.5, 0.999], ids=["passing", "review", "rejecting"])
def test_hostile_32_an_unfamiliar_photo_goes_to_review_whatever_its_score(p_defect: float) -> None:
    judgement = judge(answer(p_defect), TWO, POINT, STRANGE)
    assert judgement.verdict is Verdict.REVIEW
    assert judgement.reason == "Does not look like the photos this model knows."


@pytest.mark.parametrize(
    ("p_defect", "verdict"), [(0.001, Verdict.REVIEW), (0.5, Verdict.REVIEW), (0.999, Verdict.REJECT)]
)
def test_a_poor_photo_never_passes_but_may_be_rejected(p_defect: float, verdict: Verdict) -> None:
    judgement = judge(answer(p_defect), TWO, POINT, BLURRED_AND_DARK)
    assert judgement.verdict is verdict
    if verdict is Verdict.REVIEW:
        assert judgement.reason == "Photo too poor to pass: it is blurred and it is too dark."


def test_hostile_35_what_a_person_can_mend_comes_before_unfamiliar() -> None:
    dark_and_strange = replace(STRANGE, quality_problems=BLURRED_AND_DARK.quality_problems)
    reason = judge(answer(0.001), TWO, POINT, dark_and_strange).reason
    said = "The photo is poor: it is blurred and it is too dark. Does not look like the photos this model knows."
    assert reason == said


@pytest.mark.parametrize("p_defect", [0.001, 0.5, 0.999], ids=["passing", "review", "rejecting"])
def test_a_file_in_doubt_goes_to_review_whatever_its_score(p_defect: float) -> None:
    judgement = judge(answer(p_defect), TWO, POINT, doubt="its last rows are all of one colour")
    assert judgement.verdict is Verdict.REVIEW
    assert judgement.reason.startswith("The file cannot be trusted: its last rows are all of one colour.")


def test_a_recognition_model_is_unsure_of_a_file_in_doubt() -> None:
    judgement = judge(np.array([0.0, 1.0]), ANIMALS, default_point(ANIMALS), doubt="cut")
    assert (judgement.verdict, judgement.label) == (Verdict.UNSURE, "unsure")


@pytest.mark.parametrize(
    ("p_defect", "reason"),
    [
        (0.125, "Defect score 0.125 is below the review threshold 0.25."),
        (0.5, "Defect score 0.500 lies between review 0.25 and reject 0.75."),
        (0.875, "Defect score 0.875 reaches the reject threshold 0.75."),
    ],
)
def test_the_reason_names_the_score_and_the_threshold(p_defect: float, reason: str) -> None:
    assert judge(answer(p_defect), TWO, POINT, FamiliarityResult(True, 0.1, 0.4)).reason == reason


@pytest.mark.parametrize(
    ("p_defect", "reason"),
    [
        (0.30002, "Defect score 0.300 is below the review threshold 0.30004."),
        (0.30006, "Defect score 0.3001 lies between review 0.30004 and reject 0.75."),
        (0.74996, "Defect score 0.74996 lies between review 0.30004 and reject 0.75."),
        (0.749999, "Defect score 0.749999 lies between review 0.30004 and reject 0.75."),
    ],
)
def test_the_reason_shows_as_many_digits_as_decide(p_defect: float, reason: str) -> None:
    point = a_point(review_at=0.30004, reject_at=0.75)
    probabilities = np.array([p_defect, 1 - p_defect])
    assert judge(probabilities, TWO, point).reason == reason


@pytest.mark.parametrize("accept_at", [0.5, 0.4])
def test_a_recognition_label_is_accepted_from_its_threshold_on(accept_at: float) -> None:
    judgement = judge(np.array([0.5, 0.5], np.float32), ANIMALS, a_recognition_point(accept_at=accept_at))
    assert (judgement.verdict, judgement.label, judgement.p_defect) == (Verdict.ACCEPT, "cat", None)
    assert judgement.reason == "Cat with a probability of 0.50."


def test_a_recognition_label_below_the_threshold_is_unsure_and_names_the_best_guess() -> None:
    judgement = judge(np.array([0.3, 0.45], np.float32), ANIMALS, a_recognition_point(accept_at=0.5))
    assert (judgement.verdict, judgement.label) == (Verdict.UNSURE, "unsure")
    assert judgement.reason == "Unsure: the best guess, Dog, has only 0.45, below 0.5."


def test_the_default_point_is_the_one_in_the_spec() -> None:
    point = default_point(SPEC)
    assert (point.name, point.model_id, point.model_sha256) == ("default", "tiny", SPEC.identity)
    assert point.chosen == SPEC.default_point


@pytest.mark.parametrize(
    ("p_defect", "review_at", "reject_at", "said"),
    [
        (0.7, 0.8, 0.9, " Defective is the most likely class, but not likely enough"),
        (0.3, 0.1, 0.2, " Good is the most likely class, but these thresholds reject"),
    ],
    ids=["passed", "rejected"],
)
def test_a_verdict_against_the_most_likely_class_says_why(
    p_defect: float, review_at: float, reject_at: float, said: str
) -> None:
    assert said in judge(answer(p_defect), TWO, a_point("site", review_at, reject_at)).reason
    assert "most likely class" not in judge(answer(p_defect), TWO, a_point("even", 0.5, 0.5)).reason
