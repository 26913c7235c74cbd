"""Data check: labels that are probably wrong, copies across splits, photos unlike any class."""

from __future__ import annotations

import numpy as np
import streamlit as st

from defect_app.ui.parts.gallery import draw_gallery, heat_switch
from defect_app.ui.parts.model_evaluation import EvaluatedModel
from defect_app.ui.parts.tables import draw_table
from defect_app.ui.parts.text import as_text
from defect_app.ui.session import Address

LABELS, COPIES, OUTLIERS = "labels", "copies", "outliers"
_WORDS = {LABELS: "Likely wrong labels", COPIES: "Copies across splits", OUTLIERS: "Outliers"}


def draw_data_check(model: EvaluatedModel) -> None:
    """Draw one of the three checks of the data, each with its photos."""
    with st.container(horizontal=True, vertical_alignment="center"):
        check = st.segmented_control(
            "Check", list(_WORDS), format_func=_WORDS.__getitem__, default=LABELS, required=True, key=Address.CHECK,
            bind="query-params", label_visibility="collapsed",
        )  # fmt: skip
        st.space("stretch")
        heat = heat_switch()
    {LABELS: _draw_labels, COPIES: _draw_copies, OUTLIERS: _draw_outliers}[check](model, heat)


def _draw_labels(model: EvaluatedModel, heat: bool) -> None:
    issues = model.results.label_issues
    count = len(issues.pictures)
    if not count:
        st.success(f"No label looks wrong among {model.selected.words}.", icon=":material/check_circle:")
    else:
        photos = "photo looks as if its label were" if count == 1 else "photos look as if their labels were"
        st.markdown(f"**{count:,} {photos} wrong**, the most probable first. A person should look: the model may err.")
    st.caption(
        "Confident learning: a photo is listed when the model is as sure of another class as it usually is of photos "
        "with that label, and surer of it than of the photo's own label."
    )
    place = {int(i): int(s) for i, s in zip(issues.pictures, issues.suggested, strict=True)}

    def describe(index: int) -> str:
        names = [model.selected.class_names[i] for i in (int(model.selected.actual[index]), place[index])]
        labelled, rather = (as_text(model.titles.get(n, n)) for n in names)
        p = model.selected.probabilities[index, place[index]]
        return f"Labelled {labelled}, rather **{rather}** ({p:.3f})"

    if count:
        name = f"{model.stem}-label-issues"
        draw_gallery(model, issues.pictures, name, heat=heat, describe=describe)


def _draw_copies(model: EvaluatedModel, heat: bool) -> None:
    copied = model.results.whole.copies
    leaked = np.flatnonzero(model.selected.pictures["leaked"].to_numpy(bool))
    if len(copied):
        st.markdown(f"**{copied['sha256'].nunique():,} photos lie in more than one split** with the same content.")
        draw_table(copied, f"{model.entry.id}-copies", "Photos with the same content in several splits")
    else:
        st.success("No photo lies in two splits with the same content.", icon=":material/check_circle:")
    if len(leaked):
        st.markdown(
            f"**{len(leaked):,} of {as_text(model.selected.words)} have an exact or near copy in training, or show a "
            "part that training shows.** Figures on these are too good; choose *leak-free* above to leave them out."
        )
        name = f"{model.stem}-leaked"
        draw_gallery(model, leaked, name, heat=heat)
    elif model.selected.selection.leak_free:
        st.caption("Photos with a near copy or the same part in training are left out: choose official above for them.")
    else:
        st.caption("None of these photos has a near copy in training.")


def _draw_outliers(model: EvaluatedModel, heat: bool) -> None:
    st.markdown("**The photos that look least like any class to the model**, the strangest first.")
    st.caption(
        "Ranked by the probability of the best class, less what is usual for that class. Look for blurred, cut or "
        "wrong pictures; a hard but proper photo is no fault of the data."
    )
    name = f"{model.stem}-outliers"
    draw_gallery(model, model.results.outliers.pictures, name, heat=heat)
