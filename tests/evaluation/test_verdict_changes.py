"""Changed verdicts against a count by hand, and a report's repeats as it prints them."""

import numpy as np
import pytest

from defect_app.decision import InspectionThresholds, verdict_at
from defect_app.evaluation.published import report_for
from defect_app.evaluation.repeats import REPEAT_METRICS, published_repeats
from defect_app.evaluation.verdict_changes import verdict_changes
from tests.evaluation.caches import generated

BEFORE, AFTER = InspectionThresholds(0.3, 0.7), InspectionThresholds(0.25, 0.5)


def test_changes_are_those_of_judging_each_score_twice_ties_included() -> None:
    _, scores = generated(500, seed=31, step=0.05)
    judged = [tuple(verdict_at(float(s), lines).value for lines in (BEFORE, AFTER)) for s in scores]
    expected = {i: f"{b} → {a}" for i, (b, a) in enumerate(judged) if a != b}
    changes = verdict_changes(scores, BEFORE, AFTER)
    assert {int(i): changes.words_of(int(i)) for i in changes.indices} == expected
    assert dict(changes.kinds) == {kind: list(expected.values()).count(kind) for kind in set(expected.values())}
    counts = [count for _, count in changes.kinds]
    assert counts == sorted(counts, reverse=True)
    assert changes.sentence("500 photos").startswith(f"{len(expected)} of the 500 photos would change their verdict: ")


@pytest.mark.parametrize("scores", [np.empty(0), np.array([0.1, 0.4, 0.9])])
def test_nothing_changes_between_equal_points(scores: np.ndarray) -> None:
    changes = verdict_changes(scores, BEFORE, BEFORE)
    assert changes.kinds == ()
    assert changes.sentence("photos") == "None of the photos would change its verdict."


@pytest.mark.parametrize("metric", REPEAT_METRICS)
def test_published_repeats_are_the_ten_runs_as_shares(metric: str) -> None:
    report = report_for("casting")
    assert report is not None
    table = published_repeats(report.tables["casting_thresholds"], metric)
    assert table.values.shape == (5, 10)
    assert list(table.thresholds) == [0.1, 0.2, 0.3, 0.4, 0.5]
    assert ((table.values > 0.9) & (table.values <= 1)).all()
    # Printed with two decimals: of percent, or of a share.
    np.testing.assert_allclose(table.values.mean(axis=1), table.mean, atol=0.006 if metric == "f1" else 0.00006)
    if metric == "accuracy":
        assert table.sentence == "accuracy 98.90 % ± 1.25 at 0.5 over 10 runs"


def test_a_metric_that_is_not_published_is_refused() -> None:
    report = report_for("casting")
    assert report is not None
    with pytest.raises(ValueError, match="no precision"):
        published_repeats(report.tables["casting_thresholds"], "precision")
