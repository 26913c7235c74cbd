"""Kappa held to published examples, to scikit-learn, and to what it must say at its ends."""

import math

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from defect_app.evaluation.kappa import cohen_kappa, cross_table, fleiss_kappa

ABSTRACTORS = [[13, 0, 0], [0, 20, 7], [0, 4, 56]]
"""Two abstractors of patients' records (Gwet, Handbook of Inter-Rater Reliability, 2014; package irrCAC)."""
PSYCHIATRISTS = [
    [0, 0, 0, 6, 0], [0, 3, 0, 0, 3], [0, 1, 4, 0, 1], [0, 0, 0, 0, 6], [0, 3, 0, 3, 0], [2, 0, 4, 0, 0],
    [0, 0, 4, 0, 2], [2, 0, 3, 1, 0], [2, 0, 0, 4, 0], [0, 0, 0, 0, 6], [1, 0, 0, 5, 0], [1, 1, 0, 4, 0],
    [0, 3, 3, 0, 0], [1, 0, 0, 5, 0], [0, 2, 0, 3, 1],
]  # fmt: skip
"""Fifteen patients, six psychiatrists (Gwet 2014; package irrCAC, data set distrib.6raters)."""
FOURTEEN_RATERS = [
    [0, 0, 0, 0, 14], [0, 2, 6, 4, 2], [0, 0, 3, 5, 6], [0, 3, 9, 2, 0], [2, 2, 8, 1, 1],
    [7, 7, 0, 0, 0], [3, 2, 6, 3, 0], [2, 5, 3, 2, 2], [6, 5, 2, 1, 0], [0, 2, 2, 3, 7],
]  # fmt: skip
"""The worked example of the article "Fleiss' kappa" of Wikipedia, which statsmodels tests itself with."""


def test_cohens_kappa_and_its_standard_error_are_those_that_sas_prints() -> None:
    found = cohen_kappa(np.array([[0, 4, 1], [0, 8, 0], [0, 1, 5]]))
    assert found.value == pytest.approx(0.4842, abs=5e-5)
    assert found.standard_error == pytest.approx(0.1380, abs=5e-5)
    assert (found.low, found.high) == pytest.approx((0.2137, 0.7547), abs=5e-5)


def test_cohens_kappa_is_that_of_the_published_abstractors() -> None:
    found = cohen_kappa(np.array(ABSTRACTORS))
    assert found.value == pytest.approx(0.7964094, abs=5e-8)
    assert found.agreement == pytest.approx(0.89)
    assert (found.low, found.high) == pytest.approx((0.680, 0.913), abs=2e-3)


def test_cohens_kappa_is_that_of_scikit_learn() -> None:
    generator = np.random.default_rng(1)
    for _ in range(20):
        first, second = generator.integers(0, 3, (2, 40))
        found = cohen_kappa(cross_table(first, second, 3))
        assert found.value == pytest.approx(cohen_kappa_score(first, second))


def test_fleiss_kappa_and_its_interval_are_those_of_the_published_psychiatrists() -> None:
    found = fleiss_kappa(np.array(PSYCHIATRISTS))
    assert found.value == pytest.approx(0.4139265, abs=5e-8)
    assert found.standard_error == pytest.approx(0.08119291, abs=5e-9)
    assert (found.low, found.high) == pytest.approx((0.24, 0.588), abs=5e-4)


def test_fleiss_kappa_of_fourteen_raters_is_the_published_one() -> None:
    assert fleiss_kappa(np.array(FOURTEEN_RATERS)).value == pytest.approx(0.210, abs=5e-4)


def test_full_agreement_on_a_few_parts_is_not_certain() -> None:
    few, many = cohen_kappa(np.diag([4, 4])), cohen_kappa(np.diag([400, 400]))
    assert few.value == many.value == 1
    assert few.low < 0.5 < 0.95 < many.low
    assert fleiss_kappa(np.array([[3, 0], [0, 3], [3, 0], [0, 3]])).low < 0.5


def test_answers_that_are_all_the_same_tell_nothing_beyond_chance() -> None:
    for found in (cohen_kappa(np.array([[7, 0], [0, 0]])), fleiss_kappa(np.array([[3, 0]] * 7))):
        assert math.isnan(found.value)
        assert found.words == "cannot be told: all answers are the same"
        assert found.reading == ""


def test_nobody_judged_together() -> None:
    assert cohen_kappa(np.zeros((3, 3))).words == "no parts to tell from"
    assert fleiss_kappa(np.array([[1, 0], [0, 1]])).words == "no parts to tell from"


def test_missing_answers_are_no_pairs() -> None:
    assert cross_table(np.array([0, -1, 1]), np.array([0, 1, -1]), 2).tolist() == [[1, 0], [0, 0]]


def test_the_rule_of_thumb_reads_kappa() -> None:
    assert [cohen_kappa(np.array(t)).reading for t in ([[9, 1], [0, 9]], [[8, 2], [2, 8]], [[5, 5], [4, 6]])] == [
        "good",
        "moderate",
        "poor",
    ]


def test_a_table_that_is_not_square_is_refused() -> None:
    with pytest.raises(ValueError, match="square"):
        cohen_kappa(np.ones((2, 3)))
