"""Where the lines of the page are: kept for the session and in the address, whoever moved them."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from defect_app.decision import OperatingPoint
from defect_app.evaluation.thresholds import Thresholds, clamped_thresholds
from defect_app.ui.thresholds.shown import Shown, thresholds_of

REVIEW, REJECT, ACCEPT = "review", "reject", "accept"
"""Parameters of the address."""
BY_HAND = "set by hand"
_HELD, _MODEL, _ORIGIN = "thresholds_held", "thresholds_model", "thresholds_origin"


@dataclass(frozen=True)
class LineOrigin:
    """How the lines came to where they are: the rule that found them, on which photos."""

    thresholds: Thresholds
    rule: str
    split: str
    n: int


def opened_lines(shown: Shown) -> Thresholds:
    """Return where the lines are: as the address says, else as they were left, else those of the point in use."""
    model_id, given = shown.spec.id, st.query_params
    lines = st.session_state.setdefault(_HELD, {}).get(model_id, thresholds_of(shown.in_use.point))
    # The thresholds in the address of another model are not this one's.
    if st.session_state.get(_MODEL, model_id) == model_id:
        names = (REVIEW, REJECT) if shown.spec.task == "inspection" else (ACCEPT, ACCEPT)
        lines = clamped_thresholds(given.get(names[0]), given.get(names[1]), lines)
    st.session_state[_MODEL] = model_id
    move_lines(shown, lines)
    return lines


def move_lines(shown: Shown, lines: Thresholds, origin: LineOrigin | None = None) -> None:
    """Move the lines, in the session and in the address.

    Parameters
    ----------
    shown : Shown
        The model.
    lines : Thresholds
        Where to; equal for a recognition model.
    origin : LineOrigin, optional
        What found them.
    """
    st.session_state.setdefault(_HELD, {})[shown.spec.id] = lines
    if origin is not None:
        st.session_state.setdefault(_ORIGIN, {})[shown.spec.id] = origin
    recognition = shown.spec.task == "recognition"
    wanted = {ACCEPT: lines.reject_at} if recognition else {REVIEW: lines.review_at, REJECT: lines.reject_at}
    for name in (REVIEW, REJECT, ACCEPT):
        if name not in wanted:
            if name in st.query_params:
                del st.query_params[name]
        elif st.query_params.get(name) != repr(float(wanted[name])):
            st.query_params[name] = repr(float(wanted[name]))


def unsaved_point(shown: Shown, lines: Thresholds, name: str = "unsaved") -> OperatingPoint:
    """Return the lines as an operating point that says how they came to be and on which photos."""
    origin: LineOrigin | None = st.session_state.get(_ORIGIN, {}).get(shown.spec.id)
    if origin is None or origin.thresholds != lines:
        selected = shown.selected
        origin = LineOrigin(lines, BY_HAND, selected.selection.split, selected.n)
    recognition = shown.spec.task == "recognition"
    return OperatingPoint(
        name=name,
        model_id=shown.spec.id,
        review_at=None if recognition else lines.review_at,
        reject_at=None if recognition else lines.reject_at,
        accept_at=lines.reject_at if recognition else None,
        model_sha256=shown.model_sha256,
        evaluation_sha256=shown.evaluation.sha256,
        split=origin.split,
        n=origin.n,
        rule=origin.rule,
    )
