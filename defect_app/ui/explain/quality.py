"""How good the maps are: the figures that the explain command measured, as words, table and chart."""

from __future__ import annotations

import streamlit as st

from defect_app.catalog import CatalogEntry
from defect_app.decision import InspectionThresholds, threshold_text
from defect_app.errors import DefectLensError
from defect_app.explanation.cache import read_explanations
from defect_app.explanation.summary import SOURCES, as_table, in_words, summarise
from defect_app.figures.explanations import hits_figure
from defect_app.inspection import Inspector
from defect_app.ui.explain.choices import choose_method
from defect_app.ui.parts.text import as_code, as_text
from defect_app.ui.session import KeyOf


def draw_quality(entry: CatalogEntry, model: Inspector) -> None:
    """Draw the measured figures of every method, or say how to measure them."""
    command = as_code(f"python -m defect_app explain {entry.id}")
    if model.spec.task != "inspection":
        st.info("This model names things; it knows no defects whose place could be checked.", icon=":material/info:")
        return
    try:
        explanations = read_explanations(entry.folder)
    except DefectLensError as error:
        st.info(f"{as_text(str(error))} {command} measures them.", icon=":material/info:")
        return
    if explanations.origin.model_sha256 != model.weights_sha256:
        st.warning(
            f"These figures are stale: they were measured on another version of this model. {command} measures them "
            "anew.",
            icon=":material/history:",
        )
    thresholds = model.default_point.thresholds
    assert isinstance(thresholds, InspectionThresholds), "an inspection model's"
    figures = summarise(explanations, thresholds)
    if not figures:
        st.info("The model rejects none of the pictures with a mask.", icon=":material/info:")
        return
    for sentence in in_words(figures):
        st.markdown(as_text(sentence))
    best = figures[0]
    st.button(
        f"Explain with {best.title}",
        icon=":material/lightbulb:",
        on_click=choose_method,
        args=(best.method, best.layer),
    )
    grid = st.grid(min_column_width=420, gap="medium")
    with grid.container():
        for source in [s for s in SOURCES if any(f.source == s for f in figures)]:
            st.markdown(f"**Peak on the defect, {SOURCES[source]}**")
            part = [f for f in figures if f.source == source]
            st.plotly_chart(
                hits_figure(part), width="stretch", key=KeyOf.EXPLAIN_HITS(source),
                alt=f"Share of maps whose peak lies on the defect, {SOURCES[source]}, by method",
            )  # fmt: skip
    shares = {
        name: st.column_config.NumberColumn(name, format="percent", help=tip)
        for name, tip in {
            "Peak on the defect": "The strongest place lies on the defect, widened a little",
            "95 % from": "Wilson interval",
            "95 % to": "Wilson interval",
            "By chance": "Share of the photo that the widened defect covers",
            "Heat inside": "Share of all heat that lies on the defect itself",
            "Best overlap": "Greatest intersection over union of defect and hot places, over all levels of heat",
        }.items()
    }
    grid.container().dataframe(as_table(figures), hide_index=True, column_config=shares, alt="Figures of every method")
    st.caption(
        f"On defective parts that the model rejects at {threshold_text(thresholds.reject_at)}, and never learnt from. "
        f"The defect is widened by {100 * explanations.origin.dilation:g} % of the photo's longer side for the peak "
        f"(pointing game: Zhang et al., ECCV 2016). Intervals are Wilson 95 %. Measured "
        f"{explanations.origin.created[:10]} by {command}."
    )
