"""The operating point on the Inspect page: which one it is, and what a new one changed."""

from __future__ import annotations

import streamlit as st

from defect_app.decision import OperatingPoint
from defect_app.hosting.batch import Batch
from defect_app.inspection import Inspector
from defect_app.points import PointInUse
from defect_app.ui.parts.text import as_text
from defect_app.ui.records import applied_point

LOOK_AGAIN_S = 4.0
"""Somebody may make another point active while the page is open and nobody touches it."""


def watch_point(loaded: Inspector, in_use: PointInUse) -> None:
    """Draw the page anew soon after another point came into force; `draw_point_change` then says what it changed."""
    if not in_use.warning:
        st.fragment(_watch, run_every=LOOK_AGAIN_S)(loaded, in_use)


def _watch(loaded: Inspector, in_use: PointInUse) -> None:
    if applied_point(loaded).point != in_use.point:
        st.rerun()


def draw_point(in_use: PointInUse) -> None:
    """Say in a line which thresholds are applied, and who saved them."""
    thresholds = f"{in_use.point.thresholds.in_words}." if in_use.point.is_known else "Every photo goes to review."
    st.caption(f":material/tune: {as_text(in_use.origin)}: {as_text(thresholds)}")


def draw_point_change(batch: Batch) -> None:
    """Say that the photos were judged anew, where the operating point changed after they came."""
    change = batch.point_change
    if change is None:
        return
    if _decides_alike(change.before, change.after):
        return  # the same point, of which something else is to be said: see `draw_point_warning`
    before, after = as_text(change.before.name), as_text(change.after.name)
    change_words = (
        f"changed from {before} to {after}" if before != after else f"{after} was saved with other thresholds"
    )
    photos = "The photo here was" if change.photos == 1 else f"All {change.photos} photos here were"
    verdicts = {0: "no verdict", 1: "1 verdict"}.get(change.changed, f"{change.changed} verdicts")
    st.info(
        f"The operating point {change_words}. {photos} judged anew from the stored scores: {verdicts} changed.",
        icon=":material/published_with_changes:",
    )


def _decides_alike(one: OperatingPoint, other: OperatingPoint) -> bool:
    return (one.name, one.thresholds, one.is_known) == (other.name, other.thresholds, other.is_known)
