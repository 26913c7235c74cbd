"""Lines between scores: short numbers that decide the known pictures alike, at the end of the cheaper mistake."""

import numpy as np
import pytest

from defect_app.decision import Costs, InspectionThresholds, threshold_text
from defect_app.evaluation.finders import escapes_at_most, least_cost
from defect_app.evaluation.placement import lower_end_of_gap, middle_of_gap, threshold_edges, upper_end_of_gap
from defect_app.evaluation.thresholds import SortedScores
from tests.evaluation.caches import generated, scores_of

APART = SortedScores(np.array([0.01, 0.2, 0.30004]), np.array([0.90006, 0.95, 1.0]))
PLACES = {"lower end": lower_end_of_gap, "middle": middle_of_gap, "upper end": upper_end_of_gap}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("step", [0.0, 0.01, 0.25], ids=["no ties", "ties", "five scores"])
def test_a_placed_line_decides_like_the_edge_of_its_gap(place: str, step: float) -> None:
    scores = scores_of(*generated(300, seed=51, step=step))
    edges = threshold_edges(scores)
    for index, edge in enumerate(edges):
        placed = PLACES[place](edges, index)
        assert placed <= edge
        assert placed > (edges[index - 1] if index else 0) or placed == edge == 0


@pytest.mark.parametrize(
    ("low", "high"),
    [(0.3, np.nextafter(0.3, 1)), (0.0, 1e-300), (0.0, 5e-324), (1 - 2**-53, 1.0), (1e-7, 2e-7)],
    ids=["neighbouring numbers", "tiny", "the least number", "below one", "small"],
)
@pytest.mark.parametrize("place", PLACES)
def test_a_line_fits_into_any_gap(place: str, low: float, high: float) -> None:
    assert low < PLACES[place](np.array([low, high]), 1) <= high


@pytest.mark.parametrize("place", PLACES)
def test_in_a_wide_gap_four_decimals_are_enough(place: str) -> None:
    edges = threshold_edges(APART)
    placed = PLACES[place](edges, int(np.searchsorted(edges, 0.90006)))
    assert len(threshold_text(placed)) <= len("0.1234")


@pytest.mark.parametrize(
    ("costs", "expected"),
    [
        (Costs(500, 20, 2), (0.3001, 0.9)),
        (Costs(500, 2, 20), (0.3001, 0.3001)),
        (Costs(2, 500, 20), (0.9, 0.9)),
        (Costs(500, 20, 600), (0.3001, 0.3001)),
        (Costs(20, 500, 600), (0.9, 0.9)),
        (Costs(50, 50, 60), (0.6627, 0.6627)),
        (Costs(7, 7, 7), (0.6627, 0.6627)),
    ],
    ids=[
        "a look is cheap: the gap goes to a person",
        "rejecting good parts is cheap",
        "passing defective parts is cheap",
        "a look is dear, an escape dearer than a false reject",
        "a look is dear, a false reject dearer than an escape",
        "both mistakes cost the same",
        "all cost the same",
    ],
)
def test_where_lines_tie_each_leans_to_the_cheaper_mistake(costs: Costs, expected: tuple[float, float]) -> None:
    found = least_cost(APART, costs, 0.02)
    assert found.thresholds == InspectionThresholds(*expected)
    assert "0.00 per 1,000 parts" in found.sentence


# What a casting model of 21 November 2026 gave: the ends of the gap on 702 validation photos, all of them told apart
# there, and the lowest scores of the 453 defective test parts.
CASTINGS = SortedScores(np.array([0.05, 0.6809614]), np.array([0.9533365, 0.9999]), words="702 validation photos")
CASTINGS_TEST_DEFECTIVE = np.array([0.0273, 0.0452, 0.7971, 0.8487, 0.9356, 0.9419, 0.9457, 0.9647, 0.9705, 0.9722])


@pytest.mark.parametrize(
    ("costs", "review_at", "escapes"),
    [(Costs(500, 20, 2), 0.681, 2), (Costs(500, 20, 600), 0.681, 2), (Costs(7, 7, 7), 0.8685, 4)],
    ids=["a look is cheap", "a look is dear", "nothing is cheaper"],
)
def test_castings_without_a_mistake_on_validation_escape_less_where_the_line_leans(
    costs: Costs, review_at: float, escapes: int
) -> None:
    found = least_cost(CASTINGS, costs, 0.02)
    assert found.thresholds is not None
    assert found.thresholds.review_at == review_at
    assert int((found.thresholds.review_at > CASTINGS_TEST_DEFECTIVE).sum()) == escapes
    assert "cannot tell review or reject lines between 0.681 and 0.953 apart" in found.sentence


def test_least_cost_says_which_lines_these_pictures_cannot_tell_apart() -> None:
    sentence = least_cost(APART, Costs(500, 20, 2), 0.02).sentence
    assert "These pictures cannot tell review or reject lines between 0.3 and 0.9 apart" in sentence
    crowded = scores_of(*generated(5000, seed=52))
    assert "cannot tell" not in least_cost(crowded, Costs(500, 20, 2), 0.3).sentence


def test_a_promise_stands_at_a_short_number_below_its_score() -> None:
    scores = SortedScores(np.array([0.25]), np.sort(np.random.default_rng(53).uniform(0.3, 1, 400)))
    found = escapes_at_most(scores, 10, 0.95, InspectionThresholds(0.1, 0.9)).thresholds
    assert found is not None
    exact = scores.defective[0]
    assert exact - 1e-4 < found.review_at <= exact
    assert found.review_at == float(threshold_text(found.review_at))
    assert len(threshold_text(found.review_at)) <= len("0.1234")
