"""The line that the thresholds are for: fields for both lines, its defect rate, and what each mistake costs."""

from __future__ import annotations

import streamlit as st

from defect_app.decision import InspectionThresholds
from defect_app.ui.parts.amount_fields import SHARE, draw_threshold_field
from defect_app.ui.parts.line_amounts import (
    EXAMPLES,
    RATE,
    LineSetting,
    draw_amount_fields,
    held_setting,
    setting_in_use,
)
from defect_app.ui.parts.model_evaluation import EvaluatedModel
from defect_app.ui.parts.text import as_text
from defect_app.ui.parts.typed_number import read_number
from defect_app.ui.session import Key
from defect_app.ui.thresholds.lines import move_lines

_KEYS = {
    RATE: Key.THRESHOLDS_RATE,
    "missed_defect": Key.THRESHOLDS_MISSED_DEFECT,
    "false_reject": Key.THRESHOLDS_FALSE_REJECT,
    "human_review": Key.THRESHOLDS_HUMAN_REVIEW,
}


def line_setting(model: EvaluatedModel) -> LineSetting:
    """Return the setting as the fields hold it, before they are drawn: the component above them needs it.

    Each model has its own: that of its point in use, until something else is typed.
    """
    settings: dict[str, LineSetting] = st.session_state.setdefault(Key.THRESHOLDS_SETTINGS, {})
    if st.session_state.get(Key.THRESHOLDS_SETTING_OF) != model.entry.id:
        st.session_state[Key.THRESHOLDS_SETTING_OF] = model.entry.id
        _forget_fields()
    start = settings.get(model.entry.id) or setting_in_use(model)
    settings[model.entry.id] = setting = held_setting(start, _KEYS)
    return setting


def draw_fields(model: EvaluatedModel, lines: InspectionThresholds) -> None:
    """Draw the fields for both lines, the defect rate and the amounts."""
    fields = st.grid(6, min_column_width=140, gap="small")
    for key, label, value, tip in (
        (Key.THRESHOLDS_REVIEW, "Review from", lines.review_at, "From this score on a part goes to a person."),
        (Key.THRESHOLDS_REJECT, "Reject from", lines.reject_at, "From this score on a part is rejected."),
    ):
        place = fields.container(gap="xsmall")
        draw_threshold_field(place, label, value, key=key, help=tip, on_change=_typed, args=(model, lines, key))
    setting, in_use = line_setting(model), setting_in_use(model)
    draw_amount_fields(fields, setting, _KEYS)
    if setting == EXAMPLES:
        st.caption(":material/edit: Defect rate and amounts are examples: put in those of your line, in any currency.")
    elif setting != in_use:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.caption(f":material/edit: Changed here; the point in use has {as_text(in_use.words)}.")
            st.button(
                "Take those", type="tertiary", key=Key.THRESHOLDS_SETTING_BACK, on_click=_take, args=(model, in_use)
            )


def _typed(model: EvaluatedModel, lines: InspectionThresholds, key: Key) -> None:
    value = read_number(st.session_state[key], *SHARE).value
    if value is None:
        return
    # What is typed is meant: the other line gives way.
    if key == Key.THRESHOLDS_REVIEW:
        move_lines(model, InspectionThresholds(value, max(value, lines.reject_at)))
    else:
        move_lines(model, InspectionThresholds(min(value, lines.review_at), value))


def _take(model: EvaluatedModel, setting: LineSetting) -> None:
    st.session_state[Key.THRESHOLDS_SETTINGS][model.entry.id] = setting
    _forget_fields()


def _forget_fields() -> None:
    for key in _KEYS.values():
        st.session_state.pop(key, None)
