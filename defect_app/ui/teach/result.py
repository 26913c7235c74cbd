"""What a teaching brought: figures with intervals, the learning curve and its forecast, and photos to look at again."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from defect_app.figures.learning_curves import learning_curve_figure
from defect_app.teaching import TaughtModel
from defect_app.teaching.figures import taught_figures
from defect_app.teaching.learning_curve import LearningCurve
from defect_app.tuning.offer import offer_of
from defect_app.ui.parts.charts import draw_chart
from defect_app.ui.parts.text import as_text
from defect_app.ui.session import Address

_PAGES = (
    ("pages/inspect.py", "Inspect photos with it", ":material/search_check:"),
    ("pages/thresholds.py", "Set its thresholds", ":material/tune:"),
    ("pages/evaluate.py", "See what it confuses", ":material/query_stats:"),
)


def draw_result(taught: TaughtModel) -> None:
    """Draw all of it, the ways on first."""
    summary = taught.summary
    counts = ", ".join(f"{count} {as_text(taught.spec.title_of(name))}" for name, count in summary.counts.items())
    st.header(as_text(taught.spec.title), anchor=False)
    st.success(
        f"**{as_text(taught.spec.title)}** is taught, in {summary.seconds:.1f} s from {counts}.",
        icon=":material/check_circle:",
    )
    with st.container(horizontal=True):
        for page, label, icon in _PAGES:
            st.page_link(page, label=label, icon=icon, query_params=[(Address.MODEL, taught.spec.id)])
    if summary.comparison is not None:
        st.info(as_text(summary.comparison.sentence), icon=":material/compare_arrows:")
    figures, curve = st.columns(2, gap="large")
    with figures:
        st.subheader("How good it is", anchor=False)
        rows = pd.DataFrame(taught_figures(taught).rows, columns=["Figure", "Value (95 % interval)"])
        st.dataframe(rows, hide_index=True, alt="Figures out of fold, with intervals")
        st.caption(
            "Out of fold: each photo was judged by a model that had seen neither it nor its near copies "
            f"({summary.near_copies} photos have some)."
        )
        if not summary.kept_apart:
            st.caption(":orange[:material/warning:] All photos of a class nearly equal each other: figures flatter.")
    with curve:
        st.subheader("What more photos would bring", anchor=False)
        if summary.curve is None:
            st.caption("With fewer than five photos in a class, or with good photos alone, there is no forecast.")
        else:
            _draw_curve(summary.curve)
            offer = offer_of(taught.folder, taught.spec)
            if offer is not None and offer.advised:
                st.caption("Where more photos do not help or are not to be had, fine-tuning may: see below.")
    _draw_photos(taught)


def _draw_curve(curve: LearningCurve) -> None:
    for sentence in curve.sentences:
        st.markdown(f"- {as_text(sentence)}")
    forecasts = [(curve.photos[-1] + forecast.more, forecast.low, forecast.high) for forecast in curve.forecasts]
    figure = learning_curve_figure(curve.photos, curve.middle, curve.low, curve.high, forecasts, curve.metric)
    draw_chart(figure, "learning-curve", f"{curve.metric} by the number of photos of each class, with the forecast")


def _draw_photos(taught: TaughtModel) -> None:
    summary = taught.summary
    if summary.suspicions:
        st.subheader("Look at these again", anchor=False)
        for suspicion in summary.suspicions:
            st.markdown(f"- {as_text(suspicion.name)}: {as_text(suspicion.reason)}")
    if summary.left_out:
        with st.expander(f"{len(summary.left_out)} files were left out"):
            for left_out in summary.left_out:
                st.markdown(f"- {as_text(left_out.name)}: {as_text(left_out.reason)}")
    if summary.thinned:
        st.caption(f"{summary.thinned:,} files were not read: more than are taught at once, evenly thinned.")
