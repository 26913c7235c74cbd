"""Save the lines as an operating point: name, note, who, and whether QA works by it from now on."""

from __future__ import annotations

import streamlit as st

from defect_app.errors import DefectLensError
from defect_app.evaluation.thresholds import Thresholds
from defect_app.ui.records import shared_records
from defect_app.ui.text import as_text
from defect_app.ui.thresholds.line_setting import LineSetting
from defect_app.ui.thresholds.lines import BY_HAND, unsaved_point
from defect_app.ui.thresholds.shown import Shown, thresholds_of

WHO = "thresholds_who"


@st.dialog("Save the operating point", icon=":material/save:")
def save_dialog(shown: Shown, lines: Thresholds, setting: LineSetting | None) -> None:
    """Ask for name, note and person, and save."""
    unnamed = unsaved_point(shown, lines)
    st.markdown(as_text(unnamed.sentence))
    draw_honesty(shown, lines)
    saved = shown.in_use.saved
    name = st.text_input("Name", saved.name if saved else "", max_chars=80, placeholder="Night shift")
    note = st.text_area("Note", max_chars=2000, placeholder="Why here: what was tried, what was agreed")
    who = st.text_input("Who", key=WHO, max_chars=80, persist_state="session", placeholder="Your name")
    activate = st.checkbox(
        "QA works by it from now on", value=True, help="Inspect, the command line and the API apply it."
    )
    if not st.button("Save", type="primary", icon=":material/save:", width="stretch"):
        return
    try:
        kept = shared_records().save_point(
            unsaved_point(shown, lines, name),
            note=note,
            who=who,
            costs=setting.costs if setting else None,
            defect_rate=setting.defect_rate if setting else None,
            activate=activate,
        )
    except DefectLensError as error:
        st.error(f"{as_text(str(error))} {as_text(error.remedy)}", icon=":material/block:")
        return
    done = "saved and in use" if kept.active else "saved"
    st.session_state["thresholds_toast"] = f"{as_text(kept.name)}, version {kept.version}, is {done}."
    st.rerun()


def draw_honesty(shown: Shown, lines: Thresholds) -> None:
    """Say that lines set by hand on test photos are chosen on them, where that is so."""
    moved = lines != thresholds_of(shown.in_use.point)
    if moved and shown.selected.selection.split == "test" and unsaved_point(shown, lines).rule == BY_HAND:
        st.caption(
            ":orange[:material/info:] These lines were set by hand while test photos are shown. Lines fitted to photos "
            "look better on them than on any others: choose on validation photos, and read the test photos once."
        )


def draw_toast() -> None:
    """Say what was just done."""
    said = st.session_state.pop("thresholds_toast", None)
    if said:
        st.toast(said, icon=":material/check_circle:")
