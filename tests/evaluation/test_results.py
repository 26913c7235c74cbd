"""Results of an evaluation: each figure is computed when first read, once, and is what its own function gives."""

import threading
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from defect_app.decision import InspectionThresholds, RecognitionThresholds
from defect_app.evaluation import results
from defect_app.evaluation.answers import headline
from defect_app.evaluation.opening import checked
from defect_app.evaluation.ranking import RankingCurves, ranking_curves
from defect_app.evaluation.results import MOST_PARTS, MOST_THRESHOLDS, EvaluationResults
from defect_app.evaluation.selection import Selection, select
from defect_app.evaluation.thresholds import sorted_scores, verdict_counts
from tests.evaluation.caches import ORIGIN, PHONE, casting_rows, generated, rows_of, spec_of

BAD, SCORES = generated(300, seed=7)
LINES = InspectionThresholds(0.3, 0.7)


def whole(*runs: int) -> EvaluationResults:
    rows = [casting_rows(BAD, np.roll(SCORES, run), run=run) for run in runs or (0,)]
    return EvaluationResults(checked(pd.concat(rows), ORIGIN, spec_of()))


def test_figures_are_those_of_their_functions() -> None:
    part = whole().part(Selection("test"))
    selected = select(part.whole.evaluation, Selection("test"))
    counts = verdict_counts(sorted_scores(selected), LINES)
    assert part.at(LINES).headline == headline(selected, LINES, counts)
    np.testing.assert_array_equal(part.scores.good, np.sort(SCORES[~BAD].astype(np.float32)))
    expected = ranking_curves(selected.is_defective, selected.p_defect).roc_area
    assert part.ranking.roc_area == expected
    assert part.at(LINES).matrix.counts.sum() == len(BAD)


def test_parts_and_results_at_thresholds_are_made_once_and_held_within_bounds() -> None:
    found = whole()
    part = found.part(Selection("test"))
    assert found.part(Selection("test")) is part
    assert part.at(LINES) is part.at(InspectionThresholds(0.3, 0.7))
    first = part.at(LINES)
    for step in range(MOST_THRESHOLDS):
        part.at(InspectionThresholds(0.0, step / 100))
    assert part.at(LINES) is not first
    for fold in range(MOST_PARTS):
        found.part(Selection("test", fold=fold))
    assert found.part(Selection("test")) is not part


def test_a_figure_that_many_threads_ask_for_is_computed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []
    together = threading.Barrier(8)

    def counted(*given: np.ndarray) -> RankingCurves:
        calls.append(1)
        return ranking_curves(*given)

    monkeypatch.setattr(results, "ranking_curves", counted)
    part = whole().part(Selection("test"))
    found: list[RankingCurves] = []

    def read() -> None:
        together.wait()
        found.append(part.ranking)

    threads = [threading.Thread(target=read) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(calls) == 1
    assert len({id(curves) for curves in found}) == 1


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda: whole(0), ""),
        (lambda: whole(0, 1, 2), "Over 3 runs:"),
    ],
    ids=["one training", "three trainings"],
)
def test_the_spread_over_repeats_is_said_where_there_are_several(
    make: Callable[[], EvaluationResults], expected: str
) -> None:
    spread = make().part(Selection("test")).at(LINES).spread
    assert spread.startswith(expected)
    assert bool(spread) == bool(expected)


def test_the_spread_without_near_copies_is_that_of_the_photos_on_screen() -> None:
    bad, _ = generated(60)
    right = np.where(bad, 0.9, 0.1)
    runs = [
        casting_rows(bad, np.where(np.arange(60) < n_wrong, 1 - right, right)).assign(
            run=run, leaked=np.arange(60) >= 30
        )
        for run, n_wrong in enumerate((3, 6))
    ]
    part = EvaluationResults(checked(pd.concat(runs), ORIGIN, spec_of()))
    assert "92.50 %" in part.part(Selection("test")).at(LINES).spread
    alone = part.part(Selection("test", leak_free=True))
    assert "Over 2 runs: 85.00 %" in alone.at(LINES).spread
    assert [repeat.selected.n for repeat in alone.repeats] == [30, 30]


def test_a_recognition_model_has_coverage_and_no_verdicts() -> None:
    names = ("red", "green", "blue")
    classes = [type(PHONE[0])(name, name.capitalize()) for name in names]
    probabilities = np.random.default_rng(3).dirichlet(np.ones(3), 60)
    rows = rows_of([names[i % 3] for i in range(60)], probabilities, classes)
    part = EvaluationResults(checked(rows, ORIGIN, spec_of(classes))).part(Selection("test"))
    at = part.at(RecognitionThresholds(0.5))
    assert at.verdict_counts is None
    assert list(part.top_k) == [1, 2, 3]
    assert part.top_k[3].count == 60
    assert "the first label is right" in at.headline
