"""The difference of two areas under the ROC curve, against its definition and against resampling."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from defect_app.evaluation.paired_areas import area_difference


def _scores(n: int = 120, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    bad = np.arange(n) % 3 == 0
    shared = rng.normal(size=n) + 1.2 * bad
    # Rounded, so that scores are tied as those of sure models are.
    return bad, (shared + 0.7 * rng.normal(size=n)).round(1), (shared + 0.3 * rng.normal(size=n)).round(1)


def test_the_areas_are_scikit_learns() -> None:
    bad, first, second = _scores()
    found = area_difference(bad, first, second)
    assert found is not None
    assert found.first == pytest.approx(roc_auc_score(bad, first))
    assert found.second == pytest.approx(roc_auc_score(bad, second))
    assert found.value == pytest.approx(found.second - found.first)


def test_the_interval_is_that_of_the_published_covariance() -> None:
    bad, first, second = _scores()
    # The definition, pair by pair: DeLong et al. 1988, equations 3 to 6.
    pairs = [(s[bad][:, None] > s[~bad][None]) + 0.5 * (s[bad][:, None] == s[~bad][None]) for s in (first, second)]
    by_bad, by_good = (np.stack([p.mean(axis=axis) for p in pairs]) for axis in (1, 0))
    covariance = np.cov(by_bad) / bad.sum() + np.cov(by_good) / (~bad).sum()
    spread = np.sqrt(covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1])
    found = area_difference(bad, first, second)
    assert found is not None
    assert found.high - found.low == pytest.approx(2 * 1.959964 * spread, rel=1e-6)


def test_the_interval_is_about_as_wide_as_resampled_differences() -> None:
    bad, first, second = _scores(300)
    rng, drawn = np.random.default_rng(1), []
    for _ in range(500):
        chosen = np.concatenate([rng.choice(np.flatnonzero(kind), int(kind.sum())) for kind in (bad, ~bad)])
        drawn.append(roc_auc_score(bad[chosen], second[chosen]) - roc_auc_score(bad[chosen], first[chosen]))
    found = area_difference(bad, first, second)
    assert found is not None
    assert found.high - found.low == pytest.approx(2 * 1.96 * np.std(drawn), rel=0.15)


def test_two_models_that_rank_alike_differ_by_nothing() -> None:
    bad, first, _ = _scores()
    found = area_difference(bad, first, 2 * first + 1)
    assert found is not None
    assert (found.value, found.low, found.high, found.p_value) == (0.0, 0.0, 0.0, 1.0)


def test_one_kind_of_part_has_no_areas() -> None:
    assert area_difference(np.ones(5, bool), np.arange(5.0), np.arange(5.0)) is None
