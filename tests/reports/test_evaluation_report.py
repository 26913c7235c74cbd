"""The report of an evaluation: the page's own figures in one file, whatever the classes are called."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from defect_app.catalog import ClassSpec
from defect_app.decision import InspectionThresholds, RecognitionThresholds
from defect_app.evaluation.opening import checked
from defect_app.evaluation.results import EvaluationResults, ThresholdResults
from defect_app.evaluation.selection import Selection
from defect_app.reports.evaluation_report import evaluation_report
from tests.evaluation.caches import CASTING, ORIGIN, casting_rows, generated, rows_of, spec_of

BAD, SCORES = generated(200, seed=9)
LINES = InspectionThresholds(0.3, 0.7)
HOSTILE = tuple(replace(c, title=f"</script><script>alert('{c.name}')</script>") for c in CASTING)


def results_of(classes: tuple[ClassSpec, ...] = CASTING, split: str = "test") -> ThresholdResults:
    opened = checked(casting_rows(BAD, SCORES), ORIGIN, spec_of(classes), sha256="ef" * 32)
    return EvaluationResults(opened).part(Selection(split)).at(LINES)


def headings(page: str) -> list[str]:
    return re.findall(r"<h2>(.*?)</h2>", page)


def test_a_report_says_what_the_page_says_and_what_it_was_measured_on(tmp_path: Path) -> None:
    results = results_of()
    page = evaluation_report(spec_of(), tmp_path, results)
    assert results.headline in page
    assert "Measured on 200 test photos. Reject at 0.7 and above, review from 0.3." in page
    assert f"evaluation file sha256 {'ef' * 32}" in page
    assert headings(page) == ["Confusion matrix", "Classes", "Mistakes", "Curves", "Calibration"]
    assert f"{len(results.mistakes):,} photos, the most wrong first." in page
    assert page.count('class="plotly-graph-div"') == 6


def test_names_of_classes_end_no_script_and_start_none(tmp_path: Path) -> None:
    page = evaluation_report(replace(spec_of(HOSTILE), title="<b>Title</b>"), tmp_path, results_of(HOSTILE))
    assert "<script>alert" not in page
    assert "<b>Title</b>" not in page
    assert "&lt;b&gt;Title&lt;/b&gt;: evaluation" in page


def test_a_recognition_models_report_shows_accuracy_against_coverage(tmp_path: Path) -> None:
    classes = (ClassSpec("red", "Red"), ClassSpec("green", "Green"))
    rows = rows_of([c.name for c in classes] * 30, np.random.default_rng(3).dirichlet(np.ones(2), 60), classes)
    part = EvaluationResults(checked(rows, ORIGIN, spec_of(classes))).part(Selection("test"))
    page = evaluation_report(spec_of(classes), tmp_path, part.at(RecognitionThresholds(0.5)))
    assert headings(page) == ["Confusion matrix", "Classes", "Mistakes", "Accuracy against coverage", "Calibration"]


@pytest.mark.filterwarnings("error")
def test_a_part_without_photos_is_a_report_that_says_so(tmp_path: Path) -> None:
    page = evaluation_report(spec_of(), tmp_path, results_of(split="validation"))
    assert not headings(page)
    assert "holds no validation photos" in page
