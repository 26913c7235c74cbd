"""One photo large beside its heat map: the verdict, why, how sure, and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from defect_app.batch import SHOWN_SIDE, BatchEntry
from defect_app.catalog import ModelSpec
from defect_app.decision import Verdict
from defect_app.inspection import Inspected
from defect_app.intake import display_name
from defect_app.records import PointInUse
from defect_app.ui.explain.explained_photo import explain_this
from defect_app.ui.inspect.heat import HeatView, shown_picture
from defect_app.ui.inspect.results import SELECTED
from defect_app.ui.text import as_text, name_as_text
from defect_app.ui.verdicts import LOOKS, verdict_badge

TOP = 5
_WHY = "Other heat maps of this photo, and checks of whether to believe them"


def draw_detail(entries: Sequence[BatchEntry], spec: ModelSpec, used: PointInUse, view: HeatView) -> None:
    """Draw the selected photo, or the first of `entries`."""
    shown = [e for e in entries if e.shown_jpeg]
    if not shown:
        return
    numbers = [e.number for e in shown]
    selected = st.session_state.get(SELECTED)
    place = numbers.index(selected) if selected in numbers else 0
    entry = shown[place]
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        _draw_steps(numbers, place)
        verdict_badge(entry.record["verdict"])
        st.markdown(f"**{name_as_text(entry.record['file'])}**", width="content")
        if st.button("Explain this", icon=":material/lightbulb:", key="inspect_explain", help=_WHY, type="tertiary"):
            explain_this(entry.record["file"], entry.shown_jpeg)
    grid = st.grid(3, min_column_width=225, gap="medium")
    with grid.container():
        plain = replace(view, shown=False)
        st.image(shown_picture(entry, spec.id, plain, longest_side=SHOWN_SIDE), width="stretch", alt=_name(entry))
    if view.shown:
        with grid.container():
            overlay = shown_picture(entry, spec.id, view, longest_side=SHOWN_SIDE)
            st.image(overlay, width="stretch", alt=f"Heat map over {_name(entry)}")
            _explain_heat(entry, spec)
    with grid.container(gap="small"):
        st.markdown(as_text(entry.record["reason"]))
        st.markdown(f"**What to do:** {LOOKS[entry.record['verdict']].what_to_do}")
        _draw_classes(entry, spec)
        st.caption(f":material/tune: {as_text(used.sentence)}")
        for note in _notes(entry):
            st.caption(f":material/info: {as_text(note)}")


def _draw_steps(numbers: Sequence[int], place: int) -> None:
    def go(step: int) -> None:
        st.session_state[SELECTED] = numbers[(place + step) % len(numbers)]

    for key, icon, step, hint, shortcut in (
        ("inspect_previous", "chevron_left", -1, "Previous photo", "Left"),
        ("inspect_next", "chevron_right", 1, "Next photo", "Right"),
    ):
        icon = f":material/{icon}:"
        st.button("", icon=icon, key=key, on_click=go, args=(step,), help=hint, shortcut=shortcut, type="tertiary")
        if step == -1:
            st.caption(f"{place + 1} of {len(numbers)}", width="content")


def _draw_classes(entry: BatchEntry, spec: ModelSpec) -> None:
    best = sorted(entry.record["p"].items(), key=lambda item: -item[1])[:TOP]
    for name, p in best:
        st.progress(min(1.0, max(0.0, p)), text=f"{as_text(spec.title_of(name))} · {p:.3f}")


def _explain_heat(entry: BatchEntry, spec: ModelSpec) -> None:
    heat = entry.result.activation_map if isinstance(entry.result, Inspected) else None
    if heat is None:
        st.caption("This model has no heat map of this kind.")
    elif not heat.has_evidence:
        st.caption("No place in the photo speaks for it: there is no evidence for this class.")
    elif entry.record["verdict"] == Verdict.PASS:
        st.caption(
            "Drawn pale, since the photo passes: where the model sees what little evidence there is of a defect."
        )
    else:
        said = spec.title_of(heat.target) if heat.target in spec.class_names else "a defect"
        st.caption(f"Bright: where the model sees most evidence of {as_text(said)}. Each photo has its own scale.")


def _notes(entry: BatchEntry) -> list[str]:
    result = entry.result
    if not isinstance(result, Inspected):
        return []
    notes = [f"{result.photo.width} x {result.photo.height} pixels, {result.photo.format}", *result.photo.notes]
    known = result.acquaintance
    if known is not None:
        said = "like the photos this model knows" if known.familiar else "unlike the photos this model knows"
        notes.append(f"This photo is {said} (distance {known.distance:.2f}, limit {known.limit:.2f}).")
    if entry.duplicate_of:
        notes.append(f"The same photo as {display_name(entry.duplicate_of)}, judged once.")
    return notes


def _name(entry: BatchEntry) -> str:
    return display_name(entry.record["file"])
