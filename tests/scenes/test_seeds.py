"""Which seeds are rendered for what: no scene is trained on and evaluated."""

from itertools import combinations

import pytest

from defect_app.errors import DefectLensError
from defect_app.scenes.seeds import (
    MOST_IN_TRAINING,
    evaluation_seeds,
    explanation_seeds,
    out_of_distribution_seeds,
    training_seeds,
)


def test_no_scene_serves_two_purposes() -> None:
    trainings = [training_seeds(seed, MOST_IN_TRAINING) for seed in (0, 1, 9, 399, 400, 401, 2026)]
    ranges = [*trainings, evaluation_seeds(10_000), out_of_distribution_seeds(10_000), explanation_seeds(10_000)]
    for one, other in combinations(ranges, 2):
        assert one.stop <= other.start or other.stop <= one.start, (one, other)


def test_the_seeds_of_the_bundled_models_stay() -> None:
    assert training_seeds(0, 600) == range(1_000_000, 1_000_600)
    assert training_seeds(3, 60) == range(1_030_000, 1_030_060)
    assert evaluation_seeds(60) == range(5_000_000, 5_000_060)
    assert out_of_distribution_seeds(25) == range(6_000_000, 6_000_025)
    assert explanation_seeds(100) == range(9_000_000, 9_000_100)


def test_more_scenes_than_a_training_set_may_have_are_refused() -> None:
    with pytest.raises(DefectLensError, match="at most 10,000 scenes in a training set, got 10,001"):
        training_seeds(0, MOST_IN_TRAINING + 1)
