"""A recognition model's one threshold: from which probability a label is given, accuracy against coverage."""

from __future__ import annotations

import streamlit as st

from defect_app.decision import RecognitionThresholds
from defect_app.evaluation.coverage import accept_counts
from defect_app.evaluation.intervals import Proportion
from defect_app.figures.curves import coverage_figure
from defect_app.ui.parts.charts import draw_chart
from defect_app.ui.parts.model_evaluation import EvaluatedModel
from defect_app.ui.parts.number_fields import threshold_format
from defect_app.ui.parts.text import as_text
from defect_app.ui.session import Key
from defect_app.ui.thresholds.lines import move_lines


def draw_accepting(model: EvaluatedModel, thresholds: RecognitionThresholds) -> None:
    """Draw the slider, what it does to the shown photos, and the curve with the point on it."""

    def moved() -> None:
        move_lines(model, RecognitionThresholds(st.session_state[Key.THRESHOLDS_ACCEPT]))

    st.session_state[Key.THRESHOLDS_ACCEPT] = thresholds.accept_at
    st.slider(
        "Name the label from this probability on; below it say unsure", 0.0, 1.0, step=0.001,
        format=threshold_format(thresholds.accept_at, least=3), key=Key.THRESHOLDS_ACCEPT, on_change=moved,
    )  # fmt: skip
    counts = accept_counts(model.selected, thresholds)
    st.markdown(f"**{as_text(counts.headline)}**")
    with st.container(horizontal=True, gap="medium"):
        with st.container(width=300, gap="small"):
            _draw_share("Get a label (coverage)", counts.accepted)
            _draw_share("Of these, right (accuracy)", counts.right)
        with st.container(width="stretch"):
            figure = coverage_figure(model.results.coverage, thresholds)
            draw_chart(figure, f"{model.spec.id}-coverage", "Accuracy of the accepted labels against their share")


def _draw_share(title: str, share: Proportion) -> None:
    st.metric(title, f"{100 * share.rate:.1f} %" if share.n else "–", border=True)
    st.caption(f"{share.count:,} of {share.n:,}: {share.words}")
