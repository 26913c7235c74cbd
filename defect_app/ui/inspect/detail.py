"""One photo large beside its heat map: the verdict, why, how sure, and what to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from defect_app.catalog import ModelSpec
from defect_app.hosting.batch import SHOWN_SIDE, Batch, BatchEntry
from defect_app.hosting.restored_batch import RESTORED
from defect_app.inspection import Inspected
from defect_app.inspection.overlay import is_drawn_pale
from defect_app.intake import display_name
from defect_app.points import PointInUse
from defect_app.ui.inspect.closer import look_closer
from defect_app.ui.inspect.drawn_frames import draw_framing
from defect_app.ui.inspect.following import follow
from defect_app.ui.inspect.framing import NO_HEAT_MAP, frame_notes, is_unfamiliar
from defect_app.ui.inspect.heat import HeatLook, shown_picture
from defect_app.ui.parts.explained_photo import explain_entry
from defect_app.ui.parts.text import as_text
from defect_app.ui.parts.verdicts import LOOKS, unguarded, verdict_badge
from defect_app.ui.session import Key, KeyOf

TOP = 5
_FRAME = "Draw which part of the photo is judged: one frame, or several with a verdict each"
_ZOOM = "The photo at its full resolution: wheel or two fingers to zoom, drag to move"
_WHY = "Other heat maps of this photo, and checks of whether to believe them"


@dataclass(frozen=True)
class ShownPhoto:
    """The photo that is shown large, and the place below it where the page may say more."""

    entry: BatchEntry
    below: DeltaGenerator


def draw_detail(
    entries: Sequence[BatchEntry], batch: Batch, in_use: PointInUse, look: HeatLook, names: Mapping[int, str]
) -> ShownPhoto | None:
    """Draw the selected photo, or the first of `entries`, mark its row, and return it; None where there is none."""
    spec = batch.inspector.spec
    if not entries:
        return None
    numbers = [e.number for e in entries]
    selected = st.session_state.get(Key.INSPECT_SELECTED)
    place = numbers.index(selected) if selected in numbers else 0
    entry = entries[place]
    with st.container(key=Key.INSPECT_PANEL, gap="small"):
        # The steps stay in place, and with them the focus; each photo and verdict has a container of its own, since
        # what a browser's translation or an extension did to the former one's words must not keep them on the screen.
        with st.container(horizontal=True, vertical_alignment="center", gap="small", key=Key.INSPECT_STEPS):
            _draw_steps(numbers, place)
        with st.container(key=KeyOf.INSPECT_SHOWN(f"{spec.id}_{entry.number}_{entry.record.verdict}")):
            _draw_head(entry, names[entry.number], batch)
            if entry.shown_jpeg:
                _draw_photo(entry, spec, in_use, look)
            else:
                st.markdown(as_text(entry.record.reason))
            below = st.container()
    follow(entry.number)
    return ShownPhoto(entry, below)


def _draw_head(entry: BatchEntry, name: str, batch: Batch) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        verdict_badge(entry.record.verdict)
        st.markdown(f"**{as_text(name)}**", width="content")
        if not entry.shown_jpeg:
            return
        if st.button("Explain this", icon=":material/lightbulb:", key=Key.INSPECT_EXPLAIN, help=_WHY, type="tertiary"):
            explain_entry(entry)
        if st.button("Look closer", icon=":material/zoom_in:", key=Key.INSPECT_ZOOM, help=_ZOOM, type="tertiary"):
            look_closer(entry, name)
        if st.button("Frame", icon=":material/crop:", key=Key.INSPECT_FRAME, help=_FRAME, type="tertiary"):
            draw_framing(entry, batch)


def _draw_photo(entry: BatchEntry, spec: ModelSpec, in_use: PointInUse, look: HeatLook) -> None:
    grid = st.grid(3, min_column_width=225, gap="medium")
    with grid.container():
        plain = replace(look, shown=False)
        st.image(shown_picture(entry, spec, plain, longest_side=SHOWN_SIDE), width="stretch", alt=_name(entry))
    if look.shown:
        with grid.container():
            overlay = shown_picture(entry, spec, look, longest_side=SHOWN_SIDE)
            st.image(overlay, width="stretch", alt=f"Heat map over {_name(entry)}")
            _explain_heat(entry, spec)
    with grid.container(gap="small"):
        st.markdown(as_text(entry.record.reason))
        st.markdown(f"**What to do:** {LOOKS[entry.record.verdict].what_to_do}")
        if not is_unfamiliar(entry.result):
            _draw_classes(entry, spec)
        st.caption(f":material/tune: {as_text(in_use.sentence)}")
        for note in _notes(entry):
            st.caption(f":material/info: {as_text(note)}")


def _draw_steps(numbers: Sequence[int], place: int) -> None:
    def go(step: int) -> None:
        st.session_state[Key.INSPECT_SELECTED] = numbers[min(max(place + step, 0), len(numbers) - 1)]

    for key, chevron, step, hint, shortcut in (
        (Key.INSPECT_PREVIOUS, "chevron_left", -1, "Previous photo", "Left"),
        (Key.INSPECT_NEXT, "chevron_right", 1, "Next photo", "Right"),
    ):
        icon = f":material/{chevron}:"
        st.button("", icon=icon, key=key, on_click=go, args=(step,), help=hint, shortcut=shortcut, type="tertiary")
        if step == -1:
            end = " · the last one" if 0 < place == len(numbers) - 1 else ""
            st.caption(f"{place + 1} of {len(numbers)}{end}", width="content")


def _draw_classes(entry: BatchEntry, spec: ModelSpec) -> None:
    best = sorted(entry.record.p.items(), key=lambda item: -item[1])[:TOP]
    for name, p in best:
        st.progress(min(1.0, max(0.0, p)), text=f"{as_text(spec.title_of(name))} · {p:.3f}")


def _explain_heat(entry: BatchEntry, spec: ModelSpec) -> None:
    heat = entry.result.activation_map if isinstance(entry.result, Inspected) else None
    if is_unfamiliar(entry.result):
        st.caption(NO_HEAT_MAP)
    elif isinstance(entry.result, Inspected) and RESTORED in entry.result.photo.notes:
        st.caption("The heat map was not kept. Judge the photo anew by its frame, or drop it again.")
    elif heat is None:
        st.caption("This model has no heat map of this kind.")
    elif not heat.has_evidence:
        st.caption("No place in the photo speaks for it: there is no evidence for this class.")
    elif is_drawn_pale(entry.record.verdict):
        st.caption(
            "Drawn pale, since the photo passes: where the model sees what little evidence there is of a defect."
        )
    else:
        target = spec.title_of(heat.target) if heat.target in spec.class_names else "a defect"
        st.caption(f"Bright: where the model sees most evidence of {as_text(target)}. Each photo has its own scale.")


def _notes(entry: BatchEntry) -> list[str]:
    result = entry.result
    if not isinstance(result, Inspected):
        return []
    notes = [f"{result.photo.width} x {result.photo.height} pixels, {result.photo.format}", *result.photo.notes]
    known = result.familiarity
    if known is not None:
        likeness = "like the photos this model knows" if known.familiar else "unlike the photos this model knows"
        what = "photo" if result.frame is None else "part of the photo"
        notes.append(f"This {what} is {likeness} (distance {known.distance:.2f}, limit {known.limit:.2f}).")
    else:
        notes.append(unguarded(len(result.probabilities)))
    return notes + frame_notes(result)


def _name(entry: BatchEntry) -> str:
    return display_name(entry.record.file)
