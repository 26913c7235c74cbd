"""The Evaluate page as one HTML file to take away."""

from __future__ import annotations

import streamlit as st

from defect_app.errors import DefectLensError
from defect_app.evaluation.answers import answers_at, headline, mistakes
from defect_app.evaluation.calibration import calibration
from defect_app.evaluation.confusion import condensed, confusion_matrix
from defect_app.evaluation.coverage import coverage_curve
from defect_app.evaluation.histograms import score_histogram
from defect_app.evaluation.operating_marks import operating_marks
from defect_app.evaluation.per_class import class_report
from defect_app.evaluation.ranking import ranking_curves
from defect_app.evaluation.thresholds import sorted_scores
from defect_app.evaluation.training_history import read_history
from defect_app.figures import curves as drawn
from defect_app.figures.matrices import confusion_figure
from defect_app.figures.report import ReportSection, html_report
from defect_app.figures.thresholds import histogram_figure
from defect_app.ui.evaluate.classes import class_table
from defect_app.ui.evaluate.gallery import photo_table
from defect_app.ui.evaluate.mistakes import matrix_table
from defect_app.ui.evaluate.results import View, verdicts_of


def draw_report_download(view: View) -> None:
    """Offer the report; it is made when the button is pressed."""
    st.download_button(
        "Report",
        lambda: evaluation_report(view),
        f"{view.stem}-report.html",
        "text/html",
        icon=":material/description:",
        type="tertiary",
        on_click="ignore",
        help="All figures, curves and tables of these photos as one HTML file that needs no internet",
    )


def evaluation_report(view: View) -> str:
    """Return the figures of a view as a self-contained HTML page."""
    selected, origin = view.selected, view.evaluation.origin
    said = [
        headline(selected, view.threshold, verdicts_of(view)),
        f"Measured on {selected.words}. "
        + (
            f"Reject from {view.threshold:.4g}, review from {view.thresholds.review_at:.4g}."
            if selected.inspection
            else f"Labels are accepted from {view.threshold:.4g}."
        ),
        *selected.notices,
    ]
    if origin is not None:
        said.append(
            f"Model {view.entry.id}, sha256 {origin.model_sha256}; data set {origin.dataset}; "
            f"evaluated {origin.created}; evaluation file sha256 {view.evaluation.sha256}."
        )
    sections = [*_matrix(view), *_curves(view), *_training(view)] if selected.n else []
    return html_report(f"{view.entry.title}: evaluation", said, sections)


def _matrix(view: View) -> list[ReportSection]:
    answered = answers_at(view.selected, view.threshold)
    whole = confusion_matrix(view.selected, answered)
    shown, report = condensed(whole), class_report(whole)
    names = [view.titles.get(n, n) for n in report.class_names]
    wrong = mistakes(view.selected, answered)
    figure = confusion_figure(shown, titles=view.titles)
    return [
        ReportSection("Confusion matrix", ["Rows Actual, columns Predicted."], [figure], [matrix_table(view, shown)]),
        ReportSection("Classes", [f"Mean F1 {report.macro_f1:.4f}."], tables=[class_table(report, names)]),
        ReportSection(
            "Mistakes",
            [f"{len(wrong):,} photos, the most wrong first."],
            tables=[photo_table(view.entry, view.selected, wrong)] if len(wrong) else [],
        ),
    ]


def _curves(view: View) -> list[ReportSection]:
    selected = view.selected
    if not selected.inspection:
        coverage = drawn.coverage_figure(coverage_curve(selected), view.threshold)
        bins = calibration(selected.predicted == selected.actual, selected.confidence)
        return [
            ReportSection("Accuracy against coverage", figures=[coverage]),
            ReportSection("Calibration", [bins.sentence], [drawn.reliability_figure(bins)]),
        ]
    scores, thresholds = sorted_scores(selected), view.thresholds
    curves, marks = ranking_curves(selected.is_defective, selected.p_defect), operating_marks(scores, thresholds)
    known = selected.is_good | selected.is_defective
    bins = calibration(selected.is_defective[known], selected.p_defect[known])
    area = curves.roc_area
    areas = [
        f"Area under the ROC curve {area.value:.4f} ({area.low:.4f} to {area.high:.4f}).",
        f"Average precision {curves.average_precision.value:.4f}.",
    ]
    figures = [
        histogram_figure(score_histogram(scores), thresholds),
        drawn.roc_figure(curves, [(m.name, m.false_reject_rate, m.recall) for m in marks]),
        drawn.precision_recall_figure(curves, [(m.name, m.recall, m.precision) for m in marks]),
        drawn.det_figure(curves, [(m.name, m.false_reject_rate, m.miss_rate) for m in marks]),
    ]
    return [
        ReportSection("Curves", [curves.problem] if curves.problem else areas, figures),
        ReportSection("Calibration", [bins.sentence], [drawn.reliability_figure(bins)]),
    ]


def _training(view: View) -> list[ReportSection]:
    try:
        history = read_history(view.entry.folder)
    except DefectLensError:
        return []
    return [ReportSection("Training", [history.sentence], [drawn.history_figure(history)])]
