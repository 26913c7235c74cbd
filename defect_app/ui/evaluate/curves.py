"""Curves over all thresholds with the operating point marked, and what probabilities are worth."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from defect_app.decision import InspectionThresholds, RecognitionThresholds
from defect_app.evaluation.coverage import accept_counts
from defect_app.evaluation.operating_marks import operating_marks
from defect_app.evaluation.ranking import Area
from defect_app.evaluation.results import SelectionResults, ThresholdResults
from defect_app.figures.curves import (
    coverage_figure,
    det_figure,
    precision_recall_figure,
    reliability_figure,
    roc_figure,
)
from defect_app.figures.thresholds import histogram_figure
from defect_app.ui.parts.charts import draw_chart
from defect_app.ui.parts.model_evaluation import EvaluatedModel
from defect_app.ui.parts.terms import term_line
from defect_app.ui.parts.text import as_text


def draw_curves(model: EvaluatedModel, results: ThresholdResults) -> None:
    """Draw score histogram, ROC, precision-recall and DET curve; accuracy against coverage for recognition."""
    if isinstance(results.thresholds, RecognitionThresholds):
        _draw_coverage(results.part, results.thresholds, model.stem)
    else:
        _draw_ranking(results.part, results.thresholds, model.stem)


def _draw_ranking(part: SelectionResults, thresholds: InspectionThresholds, stem: str) -> None:
    curves = part.ranking
    marks = operating_marks(part.scores, thresholds)
    if curves.problem:
        st.info(curves.problem, icon=":material/info:")
    grid = st.grid(2, min_column_width=360, gap="medium")
    with grid.container():
        st.markdown("**Scores of good and of defective parts**")
        drawn = histogram_figure(part.histogram, thresholds)
        draw_chart(drawn, f"{stem}-histogram", "Histogram of defect scores")
        st.caption("Good and defective parts should stand apart; what lies between the lines goes to review.")
    if curves.problem:
        return
    with grid.container():
        st.markdown(f"**ROC curve**, area {_area(curves.roc_area)}")
        table = pd.DataFrame({"false reject rate": curves.false_reject_rate, "recall": curves.recall,
                              "threshold": curves.roc_thresholds})  # fmt: skip
        drawn = roc_figure(curves, [(m.name, m.false_reject_rate, m.recall) for m in marks])
        draw_chart(drawn, f"{stem}-roc", "Recall against false reject rate", table=table)
        st.caption("The area is the chance that a defective part scores above a good one; 0.5 is guessing.")
    with grid.container():
        st.markdown(f"**Precision and recall**, average precision {_area(curves.average_precision)}")
        table = pd.DataFrame({"recall": curves.precision_recall, "precision": curves.precision,
                              "threshold": curves.precision_thresholds})  # fmt: skip
        drawn = precision_recall_figure(curves, [(m.name, m.recall, m.precision) for m in marks])
        draw_chart(drawn, f"{stem}-precision-recall", "Precision against recall", table=table)
        st.caption(
            f"Precision depends on the balance: {100 * curves.balance:.0f} % of these parts are defective, on a line "
            "usually far fewer."
        )
    with grid.container():
        st.markdown("**The two errors against each other** (DET curve)")
        drawn = det_figure(curves, [(m.name, m.false_reject_rate, m.miss_rate) for m in marks])
        draw_chart(drawn, f"{stem}-det", "Missed defects against false rejects")
        st.caption("Both axes are logarithmic, and a rate of zero is not drawn: lower left is better.")


def draw_calibration(model: EvaluatedModel) -> None:
    """Draw the reliability diagram with its sentence."""
    bins = model.results.calibration
    st.markdown(f"### {as_text(bins.sentence)}")
    if by_chance := model.results.calibration_by_chance.sentence:
        st.caption(as_text(by_chance))
    left, right = st.columns([3, 2], gap="medium")
    with left:
        draw_chart(
            reliability_figure(bins),
            f"{model.stem}-reliability",
            "How often probabilities came true",
            table=pd.DataFrame({"from": bins.edges[:-1], "to": bins.edges[1:], "photos": bins.count,
                                "said": bins.predicted, "came true": bins.observed, "95 % low": bins.observed_low,
                                "95 % high": bins.observed_high}),
        )  # fmt: skip
    with right:
        st.metric(
            "Expected calibration error",
            f"{100 * bins.expected_error:.1f} points",
            delta=f"{100 * bins.expected_error_low:.1f} to {100 * bins.expected_error_high:.1f} (95 %)",
            delta_color="off",
            delta_arrow="off",
            help=term_line("calibration_error"),
        )
        st.metric(
            "Brier score",
            f"{bins.brier:.4f}",
            delta=f"{bins.brier_low:.4f} to {bins.brier_high:.4f} (95 %)",
            delta_color="off",
            delta_arrow="off",
            help=term_line("brier_score"),
        )
        what = "defect scores" if model.selected.inspection else "confidences"
        st.caption(
            f"Each point: photos whose {what} are alike. On the dotted line a probability means what it says; below it "
            "the model is too sure. Bars are 95 % intervals."
        )


def _draw_coverage(part: SelectionResults, thresholds: RecognitionThresholds, stem: str) -> None:
    curve = part.coverage
    left, right = st.columns([3, 2], gap="medium")
    with left:
        st.markdown("**Accuracy against coverage**")
        table = pd.DataFrame({"accept from": curve.accept_at, "coverage": curve.coverage, "accuracy": curve.accuracy})
        drawn = coverage_figure(curve, thresholds)
        draw_chart(drawn, f"{stem}-coverage", "Accuracy against coverage", table=table)
        st.caption(as_text(accept_counts(part.selected, thresholds).headline))
    with right:
        st.markdown("**Right labels among the first k**")
        for k, share in part.top_k.items():
            st.progress(
                share.rate if share.n else 0.0, f"top {k}: {share.count:,} of {share.n:,} ({as_text(share.words)})"
            )


def _area(area: Area) -> str:
    return f"{area.value:.4f} ({area.low:.4f} to {area.high:.4f}, 95 %)"
