"""A model's evaluation as one HTML page: every figure, curve and table of a part of the photos at given thresholds."""

from __future__ import annotations

from pathlib import Path

from defect_app.catalog import ModelSpec
from defect_app.decision import RecognitionThresholds
from defect_app.errors import DefectLensError
from defect_app.evaluation.operating_marks import operating_marks
from defect_app.evaluation.results import ThresholdResults
from defect_app.evaluation.tables import class_table, matrix_table, picture_table
from defect_app.evaluation.training_history import read_history
from defect_app.figures import curves as drawn
from defect_app.figures.matrices import confusion_figure
from defect_app.figures.thresholds import histogram_figure
from defect_app.reports.html_page import ReportSection, html_report


def evaluation_report(spec: ModelSpec, folder: Path, results: ThresholdResults) -> str:
    """Return the figures of a part of an evaluation as a self-contained HTML page.

    Parameters
    ----------
    spec : ModelSpec
        The model's titles.
    folder : Path
        The model folder, for the history of its training.
    results : ThresholdResults
        Of the part and the thresholds to report.
    """
    selected, evaluation = results.selected, results.part.whole.evaluation
    sentences = [
        results.headline,
        f"Measured on {selected.words}. {results.thresholds.in_words}.",
        *selected.notices,
    ]
    origin = evaluation.origin
    if origin is not None:
        sentences.append(
            f"Model {spec.id}, sha256 {origin.model_sha256}; data set {origin.dataset}; "
            f"evaluated on {origin.created[:10]}; evaluation file sha256 {evaluation.sha256}."
        )
    titles = {c.name: c.title for c in spec.classes}
    sections = [*_matrix(results, titles), *_curves(results), *_training(folder)] if selected.n else []
    return html_report(f"{spec.title}: evaluation", sentences, sections)


def _matrix(results: ThresholdResults, titles: dict[str, str]) -> list[ReportSection]:
    shown, report, wrong = results.condensed_matrix, results.class_report, results.mistakes
    return [
        ReportSection(
            "Confusion matrix",
            ["Rows Actual, columns Predicted."],
            [confusion_figure(shown, titles)],
            [matrix_table(shown, titles)],
        ),
        ReportSection("Classes", [f"Mean F1 {report.macro_f1:.4f}."], tables=[class_table(report, titles)]),
        ReportSection(
            "Mistakes",
            [f"{len(wrong):,} photos, the most wrong first."],
            tables=[picture_table(results.selected, wrong, titles)] if len(wrong) else [],
        ),
    ]


def _curves(results: ThresholdResults) -> list[ReportSection]:
    part, thresholds = results.part, results.thresholds
    calibration = ReportSection(
        "Calibration", [part.calibration.sentence], [drawn.reliability_figure(part.calibration)]
    )
    if isinstance(thresholds, RecognitionThresholds):
        coverage = drawn.coverage_figure(part.coverage, thresholds)
        return [ReportSection("Accuracy against coverage", figures=[coverage]), calibration]
    curves, marks = part.ranking, operating_marks(part.scores, thresholds)
    area, precision = curves.roc_area, curves.average_precision
    areas = [
        f"Area under the ROC curve {area.value:.4f} ({area.low:.4f} to {area.high:.4f}).",
        f"Average precision {precision.value:.4f}.",
    ]
    figures = [
        histogram_figure(part.histogram, thresholds),
        drawn.roc_figure(curves, [(m.name, m.false_reject_rate, m.recall) for m in marks]),
        drawn.precision_recall_figure(curves, [(m.name, m.recall, m.precision) for m in marks]),
        drawn.det_figure(curves, [(m.name, m.false_reject_rate, m.miss_rate) for m in marks]),
    ]
    return [ReportSection("Curves", [curves.problem] if curves.problem else areas, figures), calibration]


def _training(folder: Path) -> list[ReportSection]:
    try:
        history = read_history(folder)
    except DefectLensError:
        return []
    return [ReportSection("Training", [history.sentence], [drawn.history_figure(history)])]
