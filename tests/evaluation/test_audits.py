"""What audits say: exact bounds that cover what they must, and rates over the strata of a line."""

import math

import numpy as np
import pytest
from scipy.stats import hypergeom

from defect_app.evaluation.audits import (
    AuditedStratum,
    LineAudit,
    audit_sentence,
    finite_bounds,
    finite_upper_bound,
)
from defect_app.evaluation.intervals import exact_bounds, exact_upper_bound

EMPTY = AuditedStratum(0, 0, 0)


@pytest.mark.parametrize(("n", "population"), [(7, 30), (25, 30), (12, 60)])
def test_bounds_of_a_finite_population_cover_every_true_number_often_enough(n: int, population: int) -> None:
    bounds = [finite_bounds(count, n, population) for count in range(n + 1)]
    for true in range(population + 1):
        chance = hypergeom.pmf(np.arange(n + 1), population, true, n)
        covered = [low <= true <= high for low, high in bounds]
        assert chance[covered].sum() >= 0.95 - 1e-12


def test_bounds_of_a_great_population_are_those_of_clopper_and_pearson() -> None:
    population = 10**7
    for count, n in ((0, 300), (3, 300), (40, 100)):
        low, high = finite_bounds(count, n, population)
        exact = tuple(float(bound) for bound in exact_bounds(count, n))
        assert (low / population, high / population) == pytest.approx(exact, abs=2e-5)
        upper = finite_upper_bound(count, n, population) / population
        assert upper == pytest.approx(float(exact_upper_bound(count, n)), abs=2e-5)


def test_a_population_that_was_looked_at_whole_is_known() -> None:
    assert finite_bounds(3, 40, 40) == (3, 3)
    assert finite_bounds(0, 40, 40) == (0, 0)


def test_nobody_looked() -> None:
    assert finite_bounds(0, 0, 40) == (0, 40)
    assert audit_sentence(AuditedStratum(40, 0, 0), "escape", "parts that passed are defective") == (
        "Nobody has looked at a random sample yet, so nothing is known of how many parts that passed are defective."
    )


def test_no_escape_in_three_hundred_says_one_percent() -> None:
    line = LineAudit(AuditedStratum(1_000_000, 300, 0), EMPTY, EMPTY)
    assert line.escapes_sentence == (
        "0 escapes in 300 looked at: at most 1.0 % of the parts that passed are defective (95 %)."
    )


def test_a_good_part_among_rejected_ones_is_a_false_reject() -> None:
    line = LineAudit(EMPTY, EMPTY, AuditedStratum(500, 100, 99))
    assert line.false_rejects_sentence.startswith("1 false reject in 100 looked at: at most 4.")


def test_rates_weigh_each_stratum_by_its_size() -> None:
    line = LineAudit(AuditedStratum(9000, 300, 1), AuditedStratum(400, 400, 120), AuditedStratum(600, 100, 90))
    defective = 9000 / 300 + 120 + 600 * 0.9
    good = 9000 * 299 / 300 + 280 + 60
    assert line.escape_rate.value == pytest.approx(30 / defective)
    assert line.false_reject_rate.value == pytest.approx(60 / good)
    assert line.escape_rate.low < line.escape_rate.value < line.escape_rate.high
    assert line.escape_rate.looked_at == 800


def test_a_line_that_was_looked_at_whole_has_rates_without_doubt() -> None:
    line = LineAudit(AuditedStratum(50, 50, 1), AuditedStratum(5, 5, 2), AuditedStratum(10, 10, 7))
    for rate, true in ((line.escape_rate, 1 / 10), (line.false_reject_rate, 3 / 55)):
        assert (rate.value, rate.low, rate.high) == pytest.approx((true, true, true))


def test_bounds_of_the_escape_rate_cover_it_often_enough() -> None:
    generator = np.random.default_rng(3)
    numbers, defective, looked_at = (800, 60, 140), (12, 30, 110), (120, 60, 50)
    true, covered = defective[0] / sum(defective), 0
    for _ in range(60):
        found = [
            int(generator.hypergeometric(d, n - d, k)) for n, d, k in zip(numbers, defective, looked_at, strict=True)
        ]
        passed, reviewed, rejected = map(AuditedStratum, numbers, looked_at, found)
        rate = LineAudit(passed, reviewed, rejected).escape_rate
        covered += rate.low <= true <= rate.high
    assert covered >= 56


def test_undecided_parts_widen_the_bounds_on_both_sides() -> None:
    sure, unsure = AuditedStratum(1000, 100, 5), AuditedStratum(1000, 100, 5, undecided=10)
    (low, high), (wide_low, wide_high) = sure.defective_bounds(0.95), unsure.defective_bounds(0.95)
    assert wide_low == low
    assert wide_high > high
    assert wide_high == finite_bounds(15, 100, 1000)[1]
    assert "10 undecided and counted as possible" in audit_sentence(unsure, "escape", "parts")


def test_without_a_look_at_the_rejected_parts_the_escape_rate_is_not_told() -> None:
    rate = LineAudit(AuditedStratum(900, 300, 2), EMPTY, AuditedStratum(100, 0, 0)).escape_rate
    assert math.isnan(rate.value)
    assert 0 < rate.low < rate.high <= 1
    assert rate.words.startswith("95 % interval")


def test_a_line_without_a_defective_part_has_no_escape_rate() -> None:
    rate = LineAudit(AuditedStratum(50, 50, 0), EMPTY, EMPTY).escape_rate
    assert math.isnan(rate.value)
    assert (rate.low, rate.high) == (0, 1)


def test_shares_of_a_stratum_are_of_the_parts_that_were_decided() -> None:
    stratum = AuditedStratum(1000, 100, 9, undecided=10)
    assert (stratum.share_defective().count, stratum.share_defective().n) == (9, 90)
    assert (stratum.share_good().count, stratum.share_good().n) == (81, 90)
    assert stratum.share_good().high == pytest.approx(1 - stratum.share_defective().low)
    assert EMPTY.share_defective().words == "no photos to tell from"


def test_counts_that_cannot_be_are_refused() -> None:
    with pytest.raises(ValueError, match="sample from the population"):
        AuditedStratum(10, 11, 0)
