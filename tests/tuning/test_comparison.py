"""Both models on the same photos: the arithmetic against SciPy, and what is said of it."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import binom

from defect_app.evaluation.comparison import compare
from defect_app.evaluation.paired_areas import AreaDifference
from defect_app.teaching.version_comparison import VersionComparison
from defect_app.tuning.candidate import joined_probabilities
from defect_app.tuning.comparison import TuningComparison


def _comparison(only_former: int, only_new: int, areas: AreaDifference | None = None) -> TuningComparison:
    both = 50
    actual = np.ones(both + only_former + only_new, bool)
    former, new = actual.copy(), actual.copy()
    former[both + only_former :], new[both : both + only_former] = False, False
    return TuningComparison(VersionComparison.of(compare(actual, former, new)), (), areas, 1.0, "")


@pytest.mark.parametrize(("only_former", "only_new"), [(3, 9), (9, 3), (0, 6), (7, 7), (1, 12)])
def test_mcnemars_exact_test_is_twice_the_smaller_tail_of_a_fair_coin(only_former: int, only_new: int) -> None:
    n = only_former + only_new
    expected = min(1.0, 2 * float(binom.cdf(min(only_former, only_new), n, 0.5)))
    assert _comparison(only_former, only_new).versions.p_value == pytest.approx(expected)


def test_better_and_worse_are_said_beyond_chance_alone() -> None:
    assert _comparison(0, 6).is_better
    assert _comparison(6, 0).is_worse
    assert not _comparison(2, 5).is_better
    assert not _comparison(5, 2).is_worse
    gain = AreaDifference(0.8, 0.9, 0.1, 0.02, 0.18, 0.01)
    assert _comparison(2, 5, gain).is_better
    assert not _comparison(6, 0, gain).is_better
    loss = replace(gain, value=-0.1, low=-0.18, high=-0.02)
    assert _comparison(2, 5, loss).is_worse
    said = _comparison(2, 5, gain).sentences
    assert "The taught one alone is right on 2, the fine-tuned one alone on 5." in said[0]
    assert (
        said[1] == "Area under ROC: 0.800 taught, 0.900 fine-tuned; difference +0.100 (+0.020 to +0.180, DeLong 95 %)."
    )


def test_joined_answers_are_the_softmax_of_mean_logits() -> None:
    rng = np.random.default_rng(0)
    head, blocks = rng.normal(size=(5, 3)), rng.normal(size=(5, 3))
    former = np.exp(head) / np.exp(head).sum(axis=1, keepdims=True)
    powers = np.exp((head + blocks) / 2)
    np.testing.assert_allclose(joined_probabilities(former, blocks), powers / powers.sum(axis=1, keepdims=True))
