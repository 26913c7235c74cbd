import numpy as np
import pytest

from defect_app.publishing.default_point import choose_accept_at, choose_inspection_point


def test_between_separated_scores_the_threshold_lies_in_the_middle_of_the_gap() -> None:
    p = np.array([0.01, 0.02, 0.10, 0.90, 0.97, 0.99])
    point = choose_inspection_point(p, p > 0.5, 0.0)
    assert point.thresholds.reject_at == pytest.approx(0.5, abs=0.01)
    assert point.split == "validation"
    assert point.n == 6
    assert "0 of 6" in point.rule


def test_on_parts_never_seen_the_threshold_is_nearly_the_best_there_is() -> None:
    def errors_at(t: float) -> float:
        return float(((unseen >= t) != truth).mean())

    lost = []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        is_defect, truth = rng.random(300) < 0.4, rng.random(20_000) < 0.4
        p, unseen = (1 / (1 + np.exp(-rng.normal(3.0 * d - 1.0, 1.0))) for d in (is_defect, truth))
        point = choose_inspection_point(p, is_defect, 0.02)
        lost.append(errors_at(point.thresholds.reject_at) - min(errors_at(t) for t in np.linspace(0.01, 0.99, 99)))
    assert np.mean(lost) < 0.005


def test_one_odd_good_part_does_not_push_the_threshold_to_the_defects() -> None:
    good, bad = np.r_[np.full(250, 0.02), 0.7], np.full(400, 0.97)
    scores, is_defect = np.r_[good, bad], np.r_[np.zeros(251, bool), np.ones(400, bool)]
    with_it = choose_inspection_point(scores, is_defect, 0.01).thresholds.reject_at
    without = choose_inspection_point(np.delete(scores, 250), np.delete(is_defect, 250), 0.01).thresholds.reject_at
    middle_of_the_gap = 0.897
    assert without <= with_it < 0.8 < middle_of_the_gap


@pytest.mark.parametrize("share", [0.0, 0.01, 0.05])
def test_review_takes_no_more_good_parts_than_allowed(share: float) -> None:
    rng = np.random.default_rng(1)
    good, bad = rng.beta(1, 30, 400), rng.beta(30, 1, 300)
    p, is_defect = np.concatenate([good, bad]), np.arange(700) >= 400
    point = choose_inspection_point(p, is_defect, share)
    assert 0 < point.thresholds.review_at <= point.thresholds.reject_at < 1
    assert (good >= point.thresholds.review_at).mean() <= share


def test_scores_of_one_kind_alone_cannot_choose() -> None:
    with pytest.raises(ValueError, match="only one kind"):
        choose_inspection_point(np.array([0.2, 0.3]), np.array([True, True]), 0.1)


def test_constant_scores_still_give_a_valid_point() -> None:
    point = choose_inspection_point(np.full(6, 0.5), np.arange(6) < 2, 0.1)
    assert 0 <= point.thresholds.review_at <= point.thresholds.reject_at <= 1


def test_labels_are_accepted_from_where_they_are_right_often_enough() -> None:
    confidence = np.linspace(0.005, 0.995, 200)
    point = choose_accept_at(confidence, confidence > 0.42, 0.95)
    accepted = confidence >= point.thresholds.accept_at
    assert (confidence[accepted] > 0.42).mean() >= 0.95
    assert (confidence[confidence >= point.thresholds.accept_at - 0.05] > 0.42).mean() < 0.95


def test_a_model_that_is_never_sure_enough_accepts_almost_nothing() -> None:
    assert choose_accept_at(np.full(50, 0.96), np.zeros(50, bool), 0.9).thresholds.accept_at == 0.95


def test_a_wanted_recall_is_kept_at_the_fewest_errors_and_said() -> None:
    good, bad = np.linspace(0.01, 0.6, 60), np.array([0.2, 0.55, 0.7, 0.8, 0.9, 0.95, 0.97, 0.98, 0.99, 0.995])
    scores, is_defect = np.r_[good, bad], np.r_[np.zeros(60, bool), np.ones(10, bool)]
    free = choose_inspection_point(scores, is_defect, 0.0)
    asked = choose_inspection_point(scores, is_defect, 0.0, least_recall=0.9, split="cv")
    assert np.mean(scores[is_defect] >= free.thresholds.reject_at) < 0.9
    assert np.mean(scores[is_defect] >= asked.thresholds.reject_at) == 0.9
    assert asked.split == "cv"
    assert "at least 90 % of defects rejected on out-of-fold predictions" in asked.rule
    # The promise is met as cheaply as it can be: hardly a good part lies between the threshold and the defect above it.
    assert asked.thresholds.reject_at == pytest.approx(0.55, abs=0.01)


def test_every_wanted_recall_can_be_met() -> None:
    scores, is_defect = np.array([0.9, 0.8, 0.2, 0.1]), np.array([False, False, True, True])
    point = choose_inspection_point(scores, is_defect, 0.5, least_recall=1.0)
    assert (scores[is_defect] >= point.thresholds.reject_at).all()
