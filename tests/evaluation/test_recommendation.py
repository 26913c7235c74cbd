"""Which model is recommended, held against costs added up by hand, McNemar's test and every way to turn the signs."""

from itertools import product
from typing import Any

import numpy as np
import pytest
from scipy.stats import binomtest

from defect_app.catalog import ClassSpec
from defect_app.decision import Costs, InspectionThresholds, RecognitionThresholds
from defect_app.evaluation.comparison import holm
from defect_app.evaluation.line import line_figures
from defect_app.evaluation.paired_costs import costs_of_pictures, sign_flip_p_value
from defect_app.evaluation.recommendation import Candidate, recommendation
from defect_app.evaluation.thresholds import sorted_scores, verdict_counts
from tests.evaluation.caches import casting_rows, generated, rows_of, selected_of

LINES = InspectionThresholds(0.3, 0.7)
COSTS = Costs(500.0, 20.0, 2.0)
BAD, SCORES = generated(300, seed=21)
NOISY = np.clip(SCORES + np.random.default_rng(22).normal(0, 0.15, len(SCORES)), 0, 1)


def candidate(title: str, scores: np.ndarray, bad: np.ndarray = BAD, megabytes: float = 10.0) -> Candidate:
    return Candidate(title, selected_of(casting_rows(bad, scores)), LINES, megabytes)


def test_what_pictures_cost_adds_up_to_the_cost_of_a_thousand_parts() -> None:
    one = candidate("One", SCORES)
    by_picture = costs_of_pictures(one.selected, LINES, 0.02, COSTS)
    expected = line_figures(verdict_counts(sorted_scores(one.selected), LINES), 0.02, COSTS).cost
    assert expected is not None
    assert by_picture.sum() == pytest.approx(expected.value)
    passed_bad = BAD & (SCORES.astype(np.float32) < 0.3)
    np.testing.assert_allclose(by_picture[passed_bad], 1000 * 0.02 * 500 / BAD.sum())


@pytest.mark.parametrize(("plus", "minus"), [(3, 1), (5, 0), (4, 4), (12, 3), (1, 0)])
def test_where_every_mistake_costs_the_same_the_test_is_mcnemars(plus: int, minus: int) -> None:
    differences = np.r_[np.full(plus, 0.1 * 3), np.full(minus, -0.3), np.zeros(40)]
    assert sign_flip_p_value(differences) == pytest.approx(binomtest(plus, plus + minus).pvalue)


def test_with_several_prices_every_way_to_turn_the_signs_is_counted() -> None:
    differences = np.array([22.1, 22.1, -0.4, 0.4, 0.4, -1.5, 21.7, 0.0])
    turned = [np.dot(signs, differences) for signs in product((-1, 1), repeat=len(differences))]
    expected = np.mean(np.abs(turned) >= abs(differences.sum()) - 1e-9)
    assert sign_flip_p_value(differences) == pytest.approx(expected)
    assert sign_flip_p_value(-differences) == sign_flip_p_value(differences)


def test_many_prices_are_drawn_and_come_close_to_the_normal_law() -> None:
    generator = np.random.default_rng(3)
    sizes = np.repeat([1.0, 2.5, 7.0, 11.0], 40)
    differences = sizes * generator.choice([-1, 1], len(sizes), p=[0.4, 0.6])
    z = differences.sum() / np.sqrt((sizes**2).sum())
    from scipy.stats import norm

    assert sign_flip_p_value(differences) == pytest.approx(2 * norm.sf(abs(z)), rel=0.1)
    assert sign_flip_p_value(np.zeros(9)) == 1


def test_the_cheapest_at_these_amounts_comes_first_and_others_with_holms_p() -> None:
    models = [candidate("Noisy", NOISY), candidate("Plain", SCORES), candidate("Worst", 1 - SCORES)]
    found = recommendation(models, 0.02, COSTS)
    assert found is not None
    assert [one.candidate.title for one in found.ranked] == ["Plain", "Noisy", "Worst"]
    by_title = {m.title: costs_of_pictures(m.selected, LINES, 0.02, COSTS) for m in models}
    p = holm([sign_flip_p_value(by_title[t] - by_title["Plain"]) for t in ("Noisy", "Worst")])
    assert [one.p_value for one in found.ranked] == [1.0, *p]
    assert found.ranked[1].more == pytest.approx(by_title["Noisy"].sum() - by_title["Plain"].sum())
    assert found.sentence.startswith("Plain costs least at your amounts:")
    assert found.sentence.endswith("per 1,000 parts, on 300 test photos.")
    assert not found.ranked[2].may_be_chance


def test_the_amounts_decide_which_one_that_is() -> None:
    careful, quick = np.where(BAD, 0.9, 0.8), np.where(BAD, 0.9, 0.1)
    quick[np.flatnonzero(BAD)[:3]] = 0.1  # three escapes against every good part rejected
    models = [candidate("Careful", careful), candidate("Quick", quick)]
    cheap_escapes = recommendation(models, 0.02, Costs(10.0, 20.0, 2.0))
    dear_escapes = recommendation(models, 0.5, Costs(100_000.0, 1.0, 2.0))
    assert cheap_escapes is not None
    assert dear_escapes is not None
    assert cheap_escapes.ranked[0].candidate.title == "Quick"
    assert dear_escapes.ranked[0].candidate.title == "Careful"


def test_models_that_chance_does_not_tell_apart_are_said_with_the_smallest() -> None:
    other = SCORES.copy()
    other[np.flatnonzero(BAD & (SCORES > 0.75))[:1]] = 0.1
    found = recommendation([candidate("Large", SCORES), candidate("Small", other, megabytes=1.25)], 0.02, COSTS)
    assert found is not None
    assert found.ranked[1].p_value == 1.0  # one differing picture
    said = " ".join(found.reasons)
    assert "a difference that is not more than chance gives (p = 1)" in said
    assert "do not tell both apart" in said
    assert "the smallest is Small with 1.2 MB" in said


def test_of_models_alike_the_smaller_one_is_recommended() -> None:
    found = recommendation([candidate("Large", SCORES), candidate("Small", SCORES, megabytes=1.0)], 0.02, COSTS)
    assert found is not None
    assert found.ranked[0].candidate.title == "Small"
    assert "costs the same" in " ".join(found.reasons)


def test_few_defective_photos_say_what_they_leave_open() -> None:
    bad = np.arange(40) < 8
    found = recommendation([candidate("A", np.where(bad, 0.9, 0.1), bad)], 0.02, COSTS)
    assert found is not None
    assert "only 8 defective photos" in found.reasons[-1]
    assert f"up to {100 * found.ranked[0].counts.escapes.high:.1f} %" in found.reasons[-1]


@pytest.mark.parametrize("bad", [np.ones(20, bool), np.zeros(20, bool)])
def test_photos_of_one_kind_do_not_tell_what_a_line_costs(bad: np.ndarray) -> None:
    assert recommendation([candidate("A", np.full(20, 0.5), bad)], 0.02, COSTS) is None


def test_models_that_name_things_are_ordered_by_right_labels_and_mcnemars_test() -> None:
    kinds = tuple(ClassSpec(n, n) for n in "abc")
    actual = np.arange(60) % 3

    def named(wrong: int) -> Any:
        p = np.eye(3)[np.where(np.arange(60) < wrong, (actual + 1) % 3, actual)] * 0.7 + 0.1
        return selected_of(rows_of([kinds[i].name for i in actual], p, kinds), kinds)

    at = RecognitionThresholds(0.5)
    found = recommendation([Candidate("Worse", named(20), at, 1.0), Candidate("Better", named(4), at, 9.0)])
    assert found is not None
    assert [one.right.count for one in found.ranked] == [56, 40]
    assert found.ranked[1].p_value == pytest.approx(binomtest(16, 16).pvalue)
    assert "Better is right most often: 56 of 60" in found.sentence
    assert "right on 26.67 % fewer, and chance hardly explains it" in " ".join(found.reasons)
