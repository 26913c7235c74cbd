"""Answers at a threshold, headlines, marks on curves, outliers and figures side by side, counted anew here."""

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, precision_score, recall_score, roc_auc_score

from defect_app.catalog import ClassSpec
from defect_app.decision import InspectionThresholds, RecognitionThresholds
from defect_app.evaluation.answers import (
    accuracy_at,
    accuracy_over_repeats,
    answers_at,
    headline,
    mistakes,
    pictures_with_verdict,
    reported_accuracy,
    right_at,
    verdict_matrix,
)
from defect_app.evaluation.operating_marks import operating_marks
from defect_app.evaluation.outliers import outliers
from defect_app.evaluation.selection import SelectedPictures
from defect_app.evaluation.side_by_side import model_figures, on_shared_pictures, taken
from defect_app.evaluation.thresholds import sorted_scores, verdict_counts
from tests.evaluation.caches import PHONE, casting_rows, generated, rows_of, selected_of

BAD, SCORES = generated(400, seed=41, step=0.05)
ROWS = casting_rows(BAD, SCORES)
SELECTED = selected_of(ROWS)
stored_scores = SELECTED.p_defect
LETTERS = [ClassSpec(n, n.upper()) for n in "abcdefg"]


def letters(n: int = 200, seed: int = 0) -> SelectedPictures:
    rng = np.random.default_rng(seed)
    p = rng.dirichlet(np.full(7, 0.4), n)
    return selected_of(rows_of([LETTERS[i].name for i in rng.integers(0, 7, n)], p, LETTERS), LETTERS)


@pytest.mark.parametrize("threshold", [0.0, 0.25, 0.5, 0.75, 1.0])
def test_accuracy_marks_and_mistakes_at_a_threshold_with_ties(threshold: float) -> None:
    rejected = stored_scores >= threshold
    lines = InspectionThresholds(threshold, threshold)
    accuracy = accuracy_at(SELECTED, lines)
    assert accuracy.rate == pytest.approx(accuracy_score(BAD, rejected))
    (mark,) = operating_marks(sorted_scores(SELECTED), lines)
    assert mark.recall == pytest.approx(recall_score(BAD, rejected))
    assert mark.precision == pytest.approx(precision_score(BAD, rejected, zero_division=np.nan), nan_ok=True)
    assert mark.false_reject_rate == pytest.approx(rejected[~BAD].mean())
    wrong = mistakes(SELECTED, answers_at(SELECTED, lines))
    assert set(wrong) == set(np.flatnonzero(rejected != BAD))
    own = SELECTED.probabilities[wrong, SELECTED.actual[wrong]]
    assert (np.diff(own) >= 0).all()


def test_the_review_threshold_is_a_mark_of_its_own_only_where_it_differs() -> None:
    names = [m.name for m in operating_marks(sorted_scores(SELECTED), InspectionThresholds(0.3, 0.7))]
    assert names == ["reject from 0.7", "review from 0.3"]
    (empty,) = operating_marks(sorted_scores(selected_of(ROWS.iloc[:0])), InspectionThresholds(0.5, 0.5))
    assert np.isnan([empty.recall, empty.precision, empty.miss_rate]).all()


def test_the_verdict_matrix_and_the_photos_behind_it_agree_for_every_severity() -> None:
    rng = np.random.default_rng(2)
    p = rng.dirichlet(np.ones(3), 150)
    selected = selected_of(rows_of([PHONE[i].name for i in rng.integers(0, 3, 150)], p, PHONE), PHONE)
    lines = InspectionThresholds(0.4, 0.8)
    matrix = verdict_matrix(selected, lines)
    assert matrix.counts.sum() == 150
    assert matrix.columns == ("PASS", "REVIEW", "REJECT")
    for r, row in enumerate(matrix.rows):
        for c, column in enumerate(matrix.columns):
            inside = pictures_with_verdict(selected, lines, row, column)
            assert len(inside) == matrix.counts[r, c]
            assert (selected.actual[inside] == r).all()
    assert not len(pictures_with_verdict(selected, lines, "no such", "PASS"))


def test_the_headline_counts_escapes_false_rejects_and_review() -> None:
    counts = verdict_counts(sorted_scores(SELECTED), InspectionThresholds(0.3, 0.7))
    sentence = headline(SELECTED, counts.thresholds, counts)
    assert f"Of {BAD.sum()} defective parts {(stored_scores[BAD] < 0.3).sum()} escaped" in sentence
    assert f"{((stored_scores >= 0.3) & (stored_scores < 0.7)).sum()} more are left to a person" in sentence
    assert headline(SELECTED, counts.thresholds) == sentence
    selected = letters()
    right = int((selected.predicted == selected.actual).sum())
    assert f"the first label is right on {right}" in headline(selected, RecognitionThresholds(0.5))
    assert "first five" in headline(selected, RecognitionThresholds(0.5))
    assert (
        headline(taken(selected, np.empty(0, np.intp)), RecognitionThresholds(0.5)) == "There are no photos to count."
    )


def test_repeats_have_mean_and_sample_sd_and_a_single_one_has_none() -> None:
    repeats = [selected_of(casting_rows(*generated(200, seed=s))) for s in range(4)]
    rates = [accuracy_at(r, InspectionThresholds(0.5, 0.5)).rate for r in repeats]
    found = accuracy_over_repeats([*repeats, taken(repeats[0], np.empty(0, np.intp))], InspectionThresholds(0.5, 0.5))
    assert found.mean == pytest.approx(np.mean(rates))
    assert found.sd == pytest.approx(np.std(rates, ddof=1))
    assert found.sentence("runs").startswith(f"Over 4 runs: {100 * np.mean(rates):.2f} % ±")
    assert accuracy_over_repeats(repeats[:1], InspectionThresholds(0.5, 0.5)) is None


def test_recognition_is_right_only_where_the_label_is_accepted() -> None:
    selected = letters(seed=3)
    actual, answered = right_at(selected, RecognitionThresholds(0.6))
    accepted = selected.confidence >= 0.6
    assert ((actual == answered) == (accepted & (selected.predicted == selected.actual))).all()


def test_repeats_of_labels_count_the_first_one_whether_it_is_accepted_or_not() -> None:
    repeats = [letters(seed=s) for s in (3, 4, 5)]
    first_right = [float((s.predicted == s.actual).mean()) for s in repeats]
    assert [reported_accuracy(s, RecognitionThresholds(0.6)).rate for s in repeats] == pytest.approx(first_right)
    assert accuracy_over_repeats(repeats, RecognitionThresholds(0.6)).mean == pytest.approx(np.mean(first_right))
    assert accuracy_at(repeats[0], RecognitionThresholds(0.6)).rate < first_right[0]


def test_outliers_are_ranked_within_the_class_they_were_taken_for() -> None:
    confidence = np.concatenate([np.full(20, 0.99), [0.80], np.full(20, 0.6), [0.55]])
    p = np.stack([confidence, 1 - confidence, np.zeros(42)], axis=1)
    p[21:] = p[21:][:, [2, 1, 0]]
    classes = [ClassSpec(n, n) for n in "xyz"]
    found = outliers(selected_of(rows_of(["x"] * 21 + ["z"] * 21, p, classes), classes), most=2)
    assert found.pictures.tolist() == [20, 41]
    assert (np.diff(found.typicality) >= 0).all()
    assert not len(outliers(selected_of(ROWS.iloc[:0])).pictures)


def test_models_are_set_side_by_side_on_the_photos_that_all_of_them_hold() -> None:
    shuffled = ROWS.iloc[::-1].iloc[:300]
    copies = casting_rows(BAD, SCORES).iloc[50:250]
    first, second, third = on_shared_pictures([SELECTED, selected_of(shuffled), selected_of(copies)])
    assert first.n == second.n == third.n == 150
    assert first.pictures["sha256"].tolist() == second.pictures["sha256"].tolist() == third.pictures["sha256"].tolist()
    np.testing.assert_array_equal(first.p_defect, second.p_defect)
    elsewhere = ROWS.assign(sha256=[f"{i + 9000:064x}" for i in range(len(ROWS))])
    assert [s.n for s in on_shared_pictures([SELECTED, selected_of(elsewhere)])] == [0, 0]


def test_the_figures_of_a_model_are_those_of_scikit_learn() -> None:
    figures = model_figures(SELECTED, InspectionThresholds(0.3, 0.7))
    assert figures.accuracy.rate == pytest.approx(accuracy_score(BAD, stored_scores >= 0.7))
    assert figures.escapes.count == int((stored_scores[BAD] < 0.3).sum())
    assert figures.false_rejects.count == int((stored_scores[~BAD] >= 0.7).sum())
    assert figures.roc_area.value == pytest.approx(roc_auc_score(BAD, stored_scores))
    selected = letters(seed=5)
    recognition = model_figures(selected, RecognitionThresholds(0.5))
    assert recognition.top_1.count == int((selected.predicted == selected.actual).sum())
    assert recognition.accepted.count == int((selected.confidence >= 0.5).sum())
    assert recognition.escapes is None
