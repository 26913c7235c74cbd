"""The operating point on the Inspect page: which one it is, why not another, and what a new one changed."""

from __future__ import annotations

import streamlit as st

from defect_app.batch import Batch
from defect_app.records import PointInUse
from defect_app.ui.text import as_text


def draw_point(used: PointInUse) -> None:
    """Say in a line which thresholds are applied, and who saved them."""
    st.caption(f":material/tune: {as_text(used.origin)}: {as_text(used.point.thresholds_in_words)}.")


def draw_warning(used: PointInUse) -> None:
    """Say why the active point is not the one applied, where that is so."""
    if used.warning:
        st.warning(as_text(used.warning), icon=":material/warning:")


def draw_point_change(batch: Batch) -> None:
    """Say that the photos were judged anew, where the operating point changed after they came."""
    change = batch.point_change
    if change is None:
        return
    before, after = as_text(change.before.name), as_text(change.after.name)
    said = f"changed from {before} to {after}" if before != after else f"{after} was saved with other thresholds"
    photos = "The photo here was" if change.photos == 1 else f"All {change.photos} photos here were"
    verdicts = {0: "no verdict", 1: "1 verdict"}.get(change.changed, f"{change.changed} verdicts")
    st.info(
        f"The operating point {said}. {photos} judged anew from the stored scores: {verdicts} changed.",
        icon=":material/published_with_changes:",
    )
