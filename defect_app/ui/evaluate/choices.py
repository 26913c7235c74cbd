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
from defect_app.ui.parts.amount_fields import MOST_CHARACTERS, SHARE, draw_problem_of
from defect_app.ui.parts.text import as_text
from defect_app.ui.parts.typed_number import read_number
from defect_app.ui.session import Address, Key

_WORDS = {
    InspectionThresholds: ("Reject from", "reject_at", "The score from which a part counts as defective."),
    RecognitionThresholds: ("Accept from", "accept_at", "The probability from which a label counts."),
}


def choose_threshold(in_use: PointInUse) -> Thresholds:
    """Draw the threshold that decides the model's answer, and return its thresholds with that one moved.

    What is no threshold, typed or in the address, stays in the field with the reason; the one in use is taken then.
    """
    applied = in_use.point.thresholds
    label, name, what = _WORDS[type(applied)]
    # Another choice of the model has set the value already: a default beside that would be a warning in the log.
    already_set = st.session_state.pop(Key.EVALUATE_THRESHOLD_SET, False)
    with st.container(gap="xsmall"):
        typed = st.text_input(
            label,
            "" if already_set else threshold_text(applied.decisive),
            MOST_CHARACTERS,
            key=Address.THRESHOLD,
            bind="query-params",
            help=f"{what} Here it only moves the figures of this page. In use: {threshold_text(applied.decisive)} "
            f"({as_text(in_use.origin)}).",
        )
        read = read_number(typed or "", *SHARE)
        draw_problem_of(read, threshold_text(applied.decisive))
    return applied if read.value is None else clamped_thresholds(applied, {name: read.value})
