"""Save the lines as an operating point: name, note, who, and whether QA works by it from now on."""

from __future__ import annotations

import streamlit as st

from defect_app.decision import BY_HAND, Thresholds, default_point
from defect_app.errors import DefectLensError
from defect_app.people.roles import Permission
from defect_app.ui.parts.errors import draw_error
from defect_app.ui.parts.line_amounts import LineSetting
from defect_app.ui.parts.model_evaluation import EvaluatedModel
from defect_app.ui.parts.text import as_text
from defect_app.ui.records import shared_records
from defect_app.ui.session import Key
from defect_app.ui.thresholds.lines import unsaved_point
from defect_app.ui.visitors import NOT_ALLOWED, ask_who, may


@st.dialog("Save the operating point", icon=":material/save:")
def save_dialog(model: EvaluatedModel, lines: Thresholds, setting: LineSetting | None) -> None:
    """Ask for name, note and person, and save."""
    if not may(Permission.POINTS):
        st.info(NOT_ALLOWED, icon=":material/lock:")
        return
    unnamed = unsaved_point(model, lines)
    st.markdown(as_text(unnamed.sentence))
    draw_honesty(model, lines)
    in_use = model.in_use.saved
    # Longer than a name may be, so that one which is too long is refused in words instead of not being taken.
    name = st.text_input("Name", in_use.name if in_use else "", max_chars=1000, placeholder="Night shift")
    note = st.text_area("Note", max_chars=2000, placeholder="Why here: what was tried, what was agreed")
    who = ask_who(Key.THRESHOLDS_WHO, persist_state="session", placeholder="Your name")
    activate = st.checkbox(
        "QA works by it from now on", help="Inspect, the command line and the API apply it; What changes shows how."
    )
    if not st.button("Save", type="primary", icon=":material/save:", width="stretch"):
        return
    try:
        saved = shared_records().save_point(
            unsaved_point(model, lines, name),
            note=note,
            who=who,
            costs=setting.costs if setting else None,
            defect_rate=setting.defect_rate if setting else None,
            activate=activate,
            default=default_point(model.spec),
        )
    except DefectLensError as error:
        draw_error(error)
        return
    done = "saved and in use" if saved.active else "saved"
    leave_toast(
        proposed(saved.name) if activate and not saved.active else f"{saved.name}, version {saved.version}, is {done}."
    )
    st.rerun()


def draw_honesty(model: EvaluatedModel, lines: Thresholds) -> None:
    """Say that lines set by hand on test photos are chosen on them, where that is so."""
    moved = lines != model.in_use.point.thresholds
    if moved and model.selected.selection.split == "test" and unsaved_point(model, lines).chosen.rule == BY_HAND:
        st.caption(
            ":orange[:material/info:] These lines were set by hand while test photos are shown. Lines fitted to photos "
            "look better on them than on any others: choose on validation photos, and read the test photos once."
        )


def leave_toast(text: str) -> None:
    """Leave a plain text that the next run of the page says in passing."""
    st.session_state[Key.THRESHOLDS_TOAST] = text


def proposed(name: str) -> str:
    """Say that a point waits for a second person, by the two-person rule."""
    return f"{name} is proposed: it lets more pass than the point in use, so a second person makes it active."


def draw_toast() -> None:
    """Say what was just done."""
    text = st.session_state.pop(Key.THRESHOLDS_TOAST, None)
    if text:
        st.toast(as_text(text), icon=":material/check_circle:")
