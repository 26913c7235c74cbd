"""The threshold of the Evaluate page: it moves the page's figures alone."""

from __future__ import annotations

import streamlit as st

from defect_app.decision import (
    InspectionThresholds,
    RecognitionThresholds,
    Thresholds,
    clamped_thresholds,
    threshold_text,
)
from defect_app.points import PointInUse
from defect_app.ui.parts.number_fields import threshold_format
from defect_app.ui.parts.text import as_text
from defect_app.ui.parts.unread_address import draw_unread_thresholds
from defect_app.ui.session import Address, Key

_WORDS = {
    InspectionThresholds: ("Reject from", "reject_at", "The score from which a part counts as defective."),
    RecognitionThresholds: ("Accept from", "accept_at", "The probability from which a label counts."),
}


def choose_threshold(in_use: PointInUse) -> Thresholds:
    """Draw the threshold that decides the model's answer, and return its thresholds with that one moved."""
    applied = in_use.point.thresholds
    label, name, what = _WORDS[type(applied)]
    # Another choice of the model has set the value already: a default beside that would be a warning in the log.
    opened = Address.THRESHOLD not in st.session_state
    already_set = st.session_state.pop(Key.EVALUATE_THRESHOLD_SET, False)
    # On the first run the address alone knows what the field is about to hold.
    given = st.session_state.get(Address.THRESHOLD, st.query_params.get(Address.THRESHOLD))
    shown = clamped_thresholds(applied, {name: given}).decisive
    threshold = st.number_input(
        label,
        0.0,
        1.0,
        None if already_set else applied.decisive,
        step=0.01,
        format=threshold_format(shown),
        key=Address.THRESHOLD,
        bind="query-params",
        help=f"{what} Here it only moves the figures of this page. In use: {threshold_text(applied.decisive)} "
        f"({as_text(in_use.origin)}).",
    )
    if opened and threshold is not None:
        draw_unread_thresholds({Address.THRESHOLD: given}, {Address.THRESHOLD: threshold})
    return clamped_thresholds(applied, {name: threshold})
