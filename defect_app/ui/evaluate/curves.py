"""Curves over all thresholds with the operating point marked, and what probabilities are worth."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from defect_app.evaluation.calibration import Calibration, calibration
from defect_app.evaluation.coverage import accept_counts, coverage_curve, top_k_accuracy
from defect_app.evaluation.histograms import score_histogram
from defect_app.evaluation.operating_marks import operating_marks
from defect_app.evaluation.ranking import Area, ranking_curves
from defect_app.evaluation.thresholds import sorted_scores
from defect_app.figures.curves import (
    coverage_figure,
    det_figure,
    precision_recall_figure,
    reliability_figure,
    roc_figure,
)
from defect_app.figures.thresholds import histogram_figure
from defect_app.ui.evaluate.charts import draw_chart
from defect_app.ui.evaluate.results import View, kept
from defect_app.ui.text import as_text


def draw_curves(view: View) -> None:
    """Draw score histogram, ROC, precision-recall and DET curve; accuracy against coverage for recognition."""
    if not view.selected.inspection:
        _draw_coverage(view)
        return
    scores = kept(view, "scores", lambda: sorted_scores(view.selected))
    curves = kept(view, "ranking", lambda: ranking_curves(view.selected.is_defective, view.selected.p_defect))
    thresholds = view.thresholds
    marks = operating_marks(scores, thresholds)
    if curves.problem:
        st.info(curves.problem, icon=":material/info:")
    grid = st.grid(2, min_column_width=360, gap="medium")
    with grid.container():
        st.markdown("**Scores of good and of defective parts**")
        histogram = kept(view, "histogram", lambda: score_histogram(scores))
        draw_chart(histogram_figure(histogram, thresholds), f"{view.stem}-histogram", "Histogram of defect scores")
        st.caption("Good and defective parts should stand apart; what lies between the lines goes to review.")
    if curves.problem:
        return
    with grid.container():
        st.markdown(f"**ROC curve**, area {_area(curves.roc_area)}")
        table = pd.DataFrame({"false reject rate": curves.false_reject_rate, "recall": curves.recall,
                              "threshold": curves.roc_thresholds})  # fmt: skip
        drawn = roc_figure(curves, [(m.name, m.false_reject_rate, m.recall) for m in marks])
        draw_chart(drawn, f"{view.stem}-roc", "Recall against false reject rate", table=table)
        st.caption("The area is the chance that a defective part scores above a good one; 0.5 is guessing.")
    with grid.container():
        st.markdown(f"**Precision and recall**, average precision {_area(curves.average_precision)}")
        table = pd.DataFrame({"recall": curves.precision_recall, "precision": curves.precision,
                              "threshold": curves.precision_thresholds})  # fmt: skip
        drawn = precision_recall_figure(curves, [(m.name, m.recall, m.precision) for m in marks])
        draw_chart(drawn, f"{view.stem}-precision-recall", "Precision against recall", table=table)
        st.caption(
            f"Precision depends on the balance: {100 * curves.balance:.0f} % of these parts are defective, on a line "
            "usually far fewer."
        )
    with grid.container():
        st.markdown("**The two errors against each other** (DET curve)")
        drawn = det_figure(curves, [(m.name, m.false_reject_rate, m.miss_rate) for m in marks])
        draw_chart(drawn, f"{view.stem}-det", "Missed defects against false rejects")
        st.caption("Both axes are logarithmic, and a rate of zero is not drawn: lower left is better.")


def draw_calibration(view: View) -> None:
    """Draw the reliability diagram with its sentence."""
    bins = kept(view, "calibration", lambda: _calibration(view))
    st.markdown(f"#### {as_text(bins.sentence)}")
    left, right = st.columns([3, 2], gap="medium")
    with left:
        draw_chart(
            reliability_figure(bins),
            f"{view.stem}-reliability",
            "How often probabilities came true",
            table=pd.DataFrame({"from": bins.edges[:-1], "to": bins.edges[1:], "photos": bins.count,
                                "said": bins.said, "came true": bins.seen, "95 % low": bins.seen_low,
                                "95 % high": bins.seen_high}),
        )  # fmt: skip
    with right:
        st.metric(
            "Expected calibration error",
            f"{100 * bins.expected_error:.1f} points",
            delta=f"{100 * bins.expected_error_low:.1f} to {100 * bins.expected_error_high:.1f} (95 %)",
            delta_color="off",
            delta_arrow="off",
            help="Mean distance between what was said and what came true, in percentage points (ECE).",
        )
        st.metric(
            "Brier score",
            f"{bins.brier:.4f}",
            delta=f"{bins.brier_low:.4f} to {bins.brier_high:.4f} (95 %)",
            delta_color="off",
            delta_arrow="off",
            help="Mean squared distance between probability and outcome: 0 is perfect, a coin that says 0.5 gets 0.25.",
        )
        what = "defect scores" if view.selected.inspection else "confidences"
        st.caption(
            f"Each point: photos whose {what} are alike. On the dotted line a probability means what it says; below it "
            "the model is too sure. Bars are 95 % intervals."
        )


def _calibration(view: View) -> Calibration:
    selected = view.selected
    if not selected.inspection:
        return calibration(selected.predicted == selected.actual, selected.confidence)
    known = selected.is_good | selected.is_defective
    return calibration(selected.is_defective[known], selected.p_defect[known])


def _draw_coverage(view: View) -> None:
    curve = kept(view, "coverage", lambda: coverage_curve(view.selected))
    ranks = [k for k in (1, 2, 3, 5, 10) if k <= len(view.selected.class_names)]
    top = kept(view, "top k", lambda: top_k_accuracy(view.selected, ranks))
    left, right = st.columns([3, 2], gap="medium")
    with left:
        st.markdown("**Accuracy against coverage**")
        table = pd.DataFrame({"accept from": curve.accept_at, "coverage": curve.coverage, "accuracy": curve.accuracy})
        drawn = coverage_figure(curve, view.threshold)
        draw_chart(drawn, f"{view.stem}-coverage", "Accuracy against coverage", table=table)
        st.caption(as_text(accept_counts(view.selected, view.threshold).headline))
    with right:
        st.markdown("**Right labels among the first k**")
        for k, share in zip(ranks, top, strict=True):
            st.progress(
                share.rate if share.n else 0.0, f"top {k}: {share.count:,} of {share.n:,} ({as_text(share.words)})"
            )


def _area(area: Area) -> str:
    return f"{area.value:.4f} ({area.low:.4f} to {area.high:.4f}, 95 %)"
