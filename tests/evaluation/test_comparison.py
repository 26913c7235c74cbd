"""Comparisons of two models, repeats, suspicious labels, copies and training history."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

from defect_app.catalog import ClassSpec
from defect_app.errors import DefectLensError
from defect_app.evaluation.comparison import compare, flips, holm, pair
from defect_app.evaluation.label_issues import copies_across_splits, label_issues
from defect_app.evaluation.opening import checked
from defect_app.evaluation.repeats import repeat_tables
from defect_app.evaluation.training_history import TrainingHistory, read_history
from tests.evaluation.caches import ORIGIN, casting_rows, generated, rows_of, scores_of, selected_of, spec_of

ACTUAL = np.array([0] * 50 + [1] * 50)


def answers(wrong: list[int]) -> np.ndarray:
    return np.where(np.isin(np.arange(100), wrong), 1 - ACTUAL, ACTUAL)


def test_a_comparison_adds_up_and_its_p_value_is_mcnemars_exact_one() -> None:
    first, second = answers([1, 2, 3]), answers([3, *range(60, 74)])
    got = compare(ACTUAL, first, second)
    assert (got.both_right, got.only_first, got.only_second, got.both_wrong) == (83, 14, 2, 1)
    assert got.p_value == pytest.approx(2 * binom.cdf(2, 16, 0.5))
    assert got.agreement.count == 84
    assert (got.first_right.count, got.second_right.count) == (97, 85)
    assert "A is better" in got.sentence("A", "B")
    only_first, only_second = flips(ACTUAL, first, second)
    assert only_first.tolist() == list(range(60, 74))
    assert only_second.tolist() == [1, 2]


@pytest.mark.parametrize(
    ("first", "second", "sentence"),
    [
        (answers([1]), answers([2, 3]), "easily chance"),
        (answers([1]), answers([1]), "same photos"),
    ],
)
def test_a_difference_that_is_chance_or_none_is_said_so(first: np.ndarray, second: np.ndarray, sentence: str) -> None:
    assert sentence in compare(ACTUAL, first, second).sentence("A", "B")


def test_holms_correction_is_that_of_the_hand_calculation() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.9, 0.8]) == [1.0, 1.0]
    assert holm([]) == []


def test_no_shared_pictures_are_said_and_nothing_fails() -> None:
    none = np.empty(0, int)
    got = compare(none, none, none)
    assert got.p_value == 1
    assert "not measured on the same photos" in got.sentence("A", "B")


def test_pictures_are_paired_by_content_whatever_their_order_and_names() -> None:
    bad, scores = generated(30)
    rows = casting_rows(bad, scores)
    other = rows.sample(frac=1, random_state=1).iloc[:20].assign(image="x")
    other = pd.concat([other, other.iloc[:1]])
    first, second = selected_of(rows), selected_of(other)
    shared = pair(first, second)
    assert len(shared.first) == 20
    np.testing.assert_array_equal(first.p_defect[shared.first], second.p_defect[shared.second])


def test_repeats_give_every_runs_figures_and_mean_with_sample_deviation() -> None:
    runs = [generated(300, seed=s) for s in range(4)]
    accuracy, recall, _ = repeat_tables([scores_of(*r) for r in runs], (0.1, 0.5))
    expected = [((s >= 0.5) == b).mean() for b, s in runs]
    np.testing.assert_allclose(accuracy.values[1], expected)
    assert accuracy.mean[1] == pytest.approx(np.mean(expected))
    assert accuracy.sd[1] == pytest.approx(np.std(expected, ddof=1))
    np.testing.assert_allclose(recall.values[0], [(s[b] >= 0.1).mean() for b, s in runs])
    assert accuracy.sentence.endswith("at 0.5 over 4 runs")
    assert "single run" in repeat_tables([scores_of(*runs[0])])[0].sentence


def test_turned_labels_are_found_and_ranked_first() -> None:
    generator = np.random.default_rng(2)
    kinds = tuple(ClassSpec(n, n) for n in "abcd")
    true = generator.integers(0, 4, 400)
    p = generator.dirichlet(np.full(4, 0.3), 400) * 0.1
    p[np.arange(400), true] += 0.9
    labels = true.copy()
    turned = generator.choice(400, 20, replace=False)
    labels[turned] = (labels[turned] + 1) % 4
    selected = selected_of(rows_of([kinds[i].name for i in labels], p, kinds), kinds)
    issues = label_issues(selected)
    assert set(turned) <= set(issues.pictures[:25])
    found = np.isin(issues.pictures, turned)
    np.testing.assert_array_equal(issues.suggested[found], true[issues.pictures[found]])
    assert (np.diff(issues.margin) >= 0).all()


def test_good_labels_of_one_class_raise_no_suspicion_and_no_exception() -> None:
    bad = np.ones(10, bool)
    assert not len(label_issues(selected_of(casting_rows(bad, np.linspace(0.6, 1, 10)))).pictures)
    assert not len(label_issues(selected_of(casting_rows(bad, np.ones(10)), split="validation")).pictures)


def test_copies_are_found_across_splits_and_not_within_one() -> None:
    bad, scores = generated(6)
    rows = casting_rows(bad, scores).assign(split=["test", "validation", "test", "test", "cv", "cv"])
    rows["sha256"] = ["a", "a", "b", "b", "a", "b"]
    assert copies_across_splits(checked(rows, ORIGIN, spec_of()))["image"].tolist() == ["000000.png", "000001.png"]


@pytest.mark.parametrize(
    ("seen", "unseen", "sentence"),
    [
        ([1.0, 0.5, 0.3, 0.1, 0.05, 0.04, 0.03], [0.9, 0.6, 0.5, 0.7, 0.9, 1.1, 1.3], "overfits from there on"),
        ([1.0, 0.8, 0.6, 0.5, 0.4], [1.1, 0.9, 0.7, 0.6, 0.5], "still falls"),
        ([1.0, 0.5, 0.3, 0.29, 0.28], [0.9, 0.5, 0.4, 0.405, 0.41], "no sign of overfitting"),
        ([1.0, 0.9, 0.8, 0.7, 0.6, 0.5], [0.5, 0.9, 0.4, 0.8, 0.5, 0.9], "cannot be told"),
        ([1.0], [1.0], "Too few epochs"),
        ([float("nan")] * 5, [float("nan")] * 5, "Too few epochs"),
    ],
)
def test_over_and_underfitting_are_read_from_the_curves(
    tmp_path: Path, seen: list[float], unseen: list[float], sentence: str
) -> None:
    table = {"epoch": range(1, len(seen) + 1), "loss": seen, "validation_loss": unseen}
    pd.DataFrame(table).to_csv(tmp_path / "history.csv", index=False)
    history = read_history(tmp_path)
    assert sentence in history.sentence
    assert np.isnan(history.validation_accuracy).all()


COURSES: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "overfits": lambda t: 0.3 + 0.4 * np.exp(-t / 2) + 0.02 * t,
    "still falls": lambda t: 1.2 - 0.03 * t,
    "no sign": lambda t: 0.3 + 0.5 * np.exp(-t / 2),
}


@pytest.mark.parametrize("word", COURSES)
def test_a_made_curve_is_read_rightly_with_noise_upon_it_and_never_as_its_contrary(word: str) -> None:
    epoch = np.arange(1, 25)
    contrary = {"overfits": "no sign", "still falls": "overfits", "no sign": "overfits"}[word]
    read = []
    for seed in range(40):
        noise = np.random.default_rng(seed).normal(0, 0.015, 24)
        unseen = COURSES[word](epoch.astype(float)) + noise
        read.append(TrainingHistory(epoch, 1 / epoch, unseen, np.full(24, np.nan)).sentence)
    assert sum(word in sentence for sentence in read) >= 30
    assert sum(contrary in sentence for sentence in read) <= 2


def test_an_overfitted_training_says_what_became_of_accuracy() -> None:
    epoch = np.arange(1, 21)
    unseen = np.r_[0.35, 0.29, 0.24, np.linspace(0.28, 0.4, 17)]
    history = TrainingHistory(epoch, 1 / epoch, unseen, np.linspace(0.7, 0.45, 20))
    assert "after epoch 3 while training loss still falls and accuracy goes from 0.67 to 0.45" in history.sentence


@pytest.mark.parametrize("content", [None, b"", b"a,b\n1,2\n", b"\xff\xfe\x00"])
def test_hostile_28_a_missing_or_broken_history_is_said(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "history.csv").write_bytes(content)
    with pytest.raises(DefectLensError, match=r"history"):
        read_history(tmp_path)


@pytest.mark.parametrize(
    ("seen", "unseen", "accuracy", "said"),
    [
        pytest.param(np.linspace(0.5, 1.5, 20), np.linspace(0.6, 1.9, 20), None, "Neither loss falls", id="both rise"),
        pytest.param(np.full(20, 0.693), np.full(20, 0.693), None, "nothing is learnt", id="never learns"),
        pytest.param(
            np.geomspace(0.9, 0.01, 20), np.full(20, 0.9), None, "does not carry over", id="learnt by heart"
        ),
        pytest.param(
            np.linspace(0.5, 0.3, 20), np.full(20, 0.4), np.linspace(0.9, 0.6, 20), "accuracy falls from 0.90 to 0.6",
            id="accuracy falls while the loss is level",
        ),
        pytest.param(
            np.linspace(0.5, 0.3, 20), np.r_[np.linspace(0.6, 0.4, 12), np.full(8, np.nan)], None,
            "After epoch 12 the loss is no number", id="comes apart",
        ),
    ],
)  # fmt: skip
def test_what_is_not_well_is_not_called_level(
    seen: np.ndarray, unseen: np.ndarray, accuracy: np.ndarray | None, said: str
) -> None:
    n = len(seen)
    known = np.full(n, np.nan) if accuracy is None else accuracy
    history = TrainingHistory(np.arange(1, n + 1), seen, unseen, known)
    assert said in history.sentence
    assert "no sign of overfitting" not in history.sentence
