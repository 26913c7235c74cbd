"""A recognition model's one threshold: from which probability a label is given, accuracy against coverage."""

from __future__ import annotations

import streamlit as st

from defect_app.evaluation.coverage import accept_counts, coverage_curve
from defect_app.evaluation.intervals import Proportion
from defect_app.evaluation.thresholds import Thresholds
from defect_app.figures.curves import coverage_figure
from defect_app.ui.evaluate.charts import draw_chart
from defect_app.ui.text import as_text
from defect_app.ui.thresholds.lines import move_lines
from defect_app.ui.thresholds.shown import Shown

_SLIDER = "thresholds_accept"


def draw_accepting(shown: Shown, accept_at: float) -> None:
    """Draw the slider, what it does to the shown photos, and the curve with the point on it."""

    def moved() -> None:
        value = float(st.session_state[_SLIDER])
        move_lines(shown, Thresholds(value, value))

    st.session_state[_SLIDER] = accept_at
    st.slider(
        "Name the label from this probability on; below it say unsure", 0.0, 1.0, step=0.001, format="%.3f",
        key=_SLIDER, on_change=moved,
    )  # fmt: skip
    counts = accept_counts(shown.selected, accept_at)
    st.markdown(f"**{as_text(counts.headline)}**")
    with st.container(horizontal=True, gap="medium"):
        with st.container(width=300, gap="small"):
            _draw_share("Get a label (coverage)", counts.accepted)
            _draw_share("Of these, right (accuracy)", counts.right)
        with st.container(width="stretch"):
            curve = shown.kept("coverage", shown.selected.selection, lambda: coverage_curve(shown.selected))
            figure = coverage_figure(curve, accept_at)
            draw_chart(figure, f"{shown.spec.id}-coverage", "Accuracy of the accepted labels against their share")


def _draw_share(title: str, share: Proportion) -> None:
    st.metric(title, f"{100 * share.rate:.1f} %" if share.n else "–", border=True)
    st.caption(f"{share.count:,} of {share.n:,}: {share.words}")
