"""Attribute agreement analysis held to the study that the AIAG manual prints, and at what it does not show."""

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from defect_app.evaluation.appraisers import (
    NO_ANSWER,
    AgreementAnalysis,
    Appraiser,
    Call,
    Rating,
    StudyLimits,
    agreement_analysis,
)
from defect_app.evaluation.kappa import cross_table
from tests.evaluation.bearing_example import bearing_study
from tests.evaluation.msa_example import N_TRIALS, manual_study


@pytest.fixture(scope="module")
def manual() -> AgreementAnalysis:
    return agreement_analysis(*manual_study())


@pytest.mark.parametrize(
    ("first", "second", "table", "kappa"),
    [(0, 1, [[97, 3], [6, 44]], 0.86), (1, 2, [[94, 9], [5, 42]], 0.79), (0, 2, [[92, 8], [7, 43]], 0.78)],
    ids=["A and B", "B and C", "A and C"],
)
def test_cross_tables_and_kappas_of_pairs_are_the_manuals(
    manual: AgreementAnalysis, first: int, second: int, table: list[list[int]], kappa: float
) -> None:
    _, appraisers = manual_study()
    a, b = appraisers[first], appraisers[second]
    assert cross_table(a.answers.ravel(), b.answers.ravel(), 2).tolist() == table
    found = next(p for p in manual.pairs if (p.first, p.second) == (a.name, b.name))
    assert found.kappa.value == pytest.approx(kappa, abs=5e-3)


@pytest.mark.parametrize(
    ("appraiser", "kappa", "effective", "interval", "miss", "false_alarm"),
    [
        (0, 0.88, 42, (0.71, 0.93), 0.063, 0.049),
        (1, 0.92, 45, (0.78, 0.97), 0.063, 0.020),
        (2, 0.77, 40, (0.66, 0.90), 0.125, 0.088),
    ],
    ids=["A", "B", "C"],
)
def test_figures_of_each_appraiser_are_the_manuals(
    manual: AgreementAnalysis,
    appraiser: int,
    kappa: float,
    effective: int,
    interval: tuple[float, float],
    miss: float,
    false_alarm: float,
) -> None:
    figures = manual.appraisers[appraiser]
    assert figures.with_reference.value == pytest.approx(kappa, abs=5e-3)
    assert figures.within is not None
    assert (figures.within.count, figures.effectiveness.count, figures.effectiveness.n) == (effective, effective, 50)
    assert (figures.effectiveness.low, figures.effectiveness.high) == pytest.approx(interval, abs=5e-3)
    assert figures.miss.rate == pytest.approx(miss, abs=6e-4)
    assert figures.false_alarm.rate == pytest.approx(false_alarm, abs=6e-4)


def test_the_whole_systems_effectiveness_is_the_manuals(manual: AgreementAnalysis) -> None:
    assert (manual.all_agree.count, manual.all_right.count) == (39, 39)
    assert (manual.all_right.low, manual.all_right.high) == pytest.approx((0.64, 0.89), abs=6e-3)


def test_the_manuals_limits_rate_its_appraisers_as_it_does(manual: AgreementAnalysis) -> None:
    assert [figures.ratings(StudyLimits()) for figures in manual.appraisers] == [
        (Rating.MARGINAL, Rating.UNACCEPTABLE, Rating.ACCEPTABLE),
        (Rating.ACCEPTABLE, Rating.UNACCEPTABLE, Rating.ACCEPTABLE),
        (Rating.MARGINAL, Rating.UNACCEPTABLE, Rating.MARGINAL),
    ]


def test_a_plants_own_limits_count(manual: AgreementAnalysis) -> None:
    assert manual.appraisers[2].ratings(StudyLimits(effectiveness_acceptable=0.8))[0] == Rating.ACCEPTABLE


def test_a_model_is_an_appraiser_with_one_trial() -> None:
    reference, appraisers = manual_study()
    model = Appraiser("model", reference[:, None].copy())
    found = agreement_analysis(reference, [*appraisers, model])
    assert found.appraisers[3].within is None
    assert found.appraisers[3].effectiveness.rate == 1
    against = {p.first: p.kappa.value for p in found.pairs if p.second == "model"}
    assert against == {f.name: pytest.approx(f.with_reference.value) for f in found.appraisers[:3]}


def test_an_undecided_answer_is_neither_a_miss_nor_a_false_alarm_nor_right() -> None:
    answers = np.array([[Call.UNDECIDED], [Call.UNDECIDED], [Call.GOOD], [Call.DEFECTIVE]])
    figures = agreement_analysis(np.array([0, 1, 0, 1]), [Appraiser("Ada", answers)]).appraisers[0]
    assert (figures.miss.count, figures.false_alarm.count) == (0, 0)
    assert (figures.undecided.count, figures.effectiveness.count, figures.effectiveness.n) == (2, 2, 4)


def test_parts_that_are_not_answered_in_every_trial_wait() -> None:
    reference, appraisers = manual_study()
    answers = appraisers[0].answers.copy()
    answers[10:, N_TRIALS - 1] = NO_ANSWER
    found = agreement_analysis(reference, [Appraiser("A", answers), *appraisers[1:]])
    figures = found.appraisers[0]
    assert figures.within is not None
    assert (figures.within.n, figures.effectiveness.n, found.all_right.n) == (10, 10, 10)
    assert figures.miss.n + figures.false_alarm.n == 10 * N_TRIALS + 40 * (N_TRIALS - 1)


@pytest.mark.parametrize(
    ("reference", "rows"), [([0, 2], 2), ([0, 1], 3), ([0, 1], 0)], ids=["undecided part", "too many", "nobody"]
)
def test_what_is_no_study_is_refused(reference: list[int], rows: int) -> None:
    appraisers = [Appraiser("Ada", np.zeros((rows, 1), np.intp))] if rows else []
    with pytest.raises(ValueError, match="expected"):
        agreement_analysis(np.array(reference), appraisers)


@pytest.fixture(scope="module")
def bearings() -> AgreementAnalysis:
    return agreement_analysis(*bearing_study())


@pytest.mark.parametrize(
    ("appraiser", "within", "effective", "miss", "false_alarm", "kappa"),
    [
        (0, (14, 0.68052, 0.99831), (12, 0.51911, 0.95669), 0.1667, 0.2, 0.612903225806452),
        (1, (14, 0.68052, 0.99831), (11, 0.44900, 0.92213), 0.2667, 0.2, 0.492307692307692),
        (2, (12, 0.51911, 0.95669), (9, 0.32287, 0.83664), 0.1, 0.6667, 0.264150943396226),
    ],
    ids=["EG", "BL", "MH"],
)
def test_figures_of_each_appraiser_are_those_published_for_the_bearings(
    bearings: AgreementAnalysis,
    appraiser: int,
    within: tuple[int, float, float],
    effective: tuple[int, float, float],
    miss: float,
    false_alarm: float,
    kappa: float,
) -> None:
    figures = bearings.appraisers[appraiser]
    assert figures.within is not None
    for share, published in ((figures.within, within), (figures.effectiveness, effective)):
        assert (share.count, share.n) == (published[0], 15)
        assert (share.low, share.high) == pytest.approx(published[1:], abs=6e-6)
    assert (figures.miss.rate, figures.false_alarm.rate) == pytest.approx((miss, false_alarm), abs=5e-5)
    assert figures.with_reference.value == pytest.approx(kappa, abs=1e-12)


def test_agreement_of_all_is_that_published_for_the_bearings(bearings: AgreementAnalysis) -> None:
    assert (bearings.all_agree.count, bearings.all_right.count, bearings.n_parts) == (9, 7, 15)
    assert (bearings.all_agree.low, bearings.all_agree.high) == pytest.approx((0.32287, 0.83664), abs=6e-6)
    assert (bearings.all_right.low, bearings.all_right.high) == pytest.approx((0.21267, 0.73414), abs=6e-6)
    assert bearings.among_all.value == pytest.approx(0.641666666666666, abs=1e-12)


def test_pairs_of_the_bearings_agree_as_scikit_learn_says(bearings: AgreementAnalysis) -> None:
    # What is published of pairs there, 0.87, 0.60 and 0.52, is counted over other units.
    answers = {appraiser.name: appraiser.answers.ravel() for appraiser in bearing_study()[1]}
    for pair in bearings.pairs:
        assert pair.kappa.value == pytest.approx(cohen_kappa_score(answers[pair.first], answers[pair.second]))


def test_the_limits_rate_the_bearings_appraisers_as_published(bearings: AgreementAnalysis) -> None:
    assert [figures.ratings(StudyLimits())[0] for figures in bearings.appraisers] == [
        Rating.MARGINAL,
        Rating.UNACCEPTABLE,
        Rating.UNACCEPTABLE,
    ]
