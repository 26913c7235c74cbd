"""Where the lines of the page are: kept for the session and in the address, whoever moved them."""

from __future__ import annotations

from dataclasses import asdict

import streamlit as st

from defect_app.decision import (
    BY_HAND,
    ChosenThresholds,
    OperatingPoint,
    Thresholds,
    clamped_thresholds,
)
from defect_app.ui.parts.model_evaluation import EvaluatedModel
from defect_app.ui.parts.unread_address import draw_unread_thresholds
from defect_app.ui.session import Address, Key

PARAMETERS = {"review_at": Address.REVIEW, "reject_at": Address.REJECT, "accept_at": Address.ACCEPT}
"""The parameter of the address for each threshold."""


def opened_lines(model: EvaluatedModel) -> Thresholds:
    """Return where the lines are: as the address says, else as they were left, else those of the point in use."""
    lines = _lines_left().get(model.model_sha256, model.in_use.point.thresholds)
    # The thresholds in the address of another model are not this one's.
    if st.session_state.get(Key.THRESHOLDS_MODEL, model.spec.id) == model.spec.id:
        given = {name: st.query_params.get(parameter) for name, parameter in PARAMETERS.items()}
        lines = clamped_thresholds(lines, given)
        shown = {PARAMETERS[name]: at for name, at in asdict(lines).items()}
        draw_unread_thresholds({PARAMETERS[name]: text for name, text in given.items()}, shown)
    st.session_state[Key.THRESHOLDS_MODEL] = model.spec.id
    move_lines(model, lines)
    return lines


def move_lines(model: EvaluatedModel, lines: Thresholds, origin: ChosenThresholds | None = None) -> None:
    """Move the lines, in the session and in the address.

    Parameters
    ----------
    model : EvaluatedModel
        The model.
    lines : InspectionThresholds or RecognitionThresholds
        Where to; of the model's kind.
    origin : ChosenThresholds, optional
        The same lines with the rule that found them.
    """
    if _lines_left().get(model.model_sha256) != lines:
        # What was typed and could not be read is about lines that are no more.
        for key in (Key.THRESHOLDS_REVIEW, Key.THRESHOLDS_REJECT):
            st.session_state.pop(key, None)
    _lines_left()[model.model_sha256] = lines
    if origin is not None:
        _origins()[model.model_sha256] = origin
    wanted = asdict(lines)
    for name, parameter in PARAMETERS.items():
        if name not in wanted:
            if parameter in st.query_params:
                del st.query_params[parameter]
        elif st.query_params.get(parameter) != repr(wanted[name]):
            st.query_params[parameter] = repr(wanted[name])


def unsaved_point(model: EvaluatedModel, lines: Thresholds, name: str = "unsaved") -> OperatingPoint:
    """Return the lines as an operating point that says how they came to be and on which photos."""
    chosen = _origins().get(model.model_sha256)
    if chosen is None or chosen.thresholds != lines:
        chosen = ChosenThresholds(lines, model.selected.selection.split, model.selected.n, BY_HAND)
    return OperatingPoint(name, model.spec.id, chosen, model.model_sha256, model.evaluation.sha256)


def _lines_left() -> dict[str, Thresholds]:
    """Return where the lines of each model were left in this tab, by the model's hash."""
    left: dict[str, Thresholds] = st.session_state.setdefault(Key.THRESHOLDS_LINES, {})
    return left


def _origins() -> dict[str, ChosenThresholds]:
    """Return the rule that last found the lines of each model, by the model's hash."""
    origins: dict[str, ChosenThresholds] = st.session_state.setdefault(Key.THRESHOLDS_ORIGINS, {})
    return origins
