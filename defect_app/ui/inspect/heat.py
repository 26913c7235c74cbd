"""The heat map's switches, and photos with the heat map drawn over them, made once and kept."""

from __future__ import annotations

from dataclasses import dataclass, replace

import streamlit as st

from defect_app.catalog import ModelSpec, ModelVersion
from defect_app.hosting.batch import BatchEntry
from defect_app.inspection import Inspected
from defect_app.inspection.framing import Frame
from defect_app.inspection.overlay import COLOUR_MAPS, DEFAULT_COLOUR_MAP, DEFAULT_OPACITY, inspected_overlay
from defect_app.intake import Photo, encode_jpeg, read_photo
from defect_app.ui.session import Key


@dataclass(frozen=True)
class HeatLook:
    """How heat maps are drawn: shown or not, their opacity in [0, 1], their colour map."""

    shown: bool
    opacity: float
    colour_map: str


def heat_controls() -> HeatLook:
    """Draw the switches of the heat map and return what they say."""
    shown = st.toggle("Heat map", value=True, key=Key.INSPECT_HEAT, persist_state="session")
    with st.popover("Adjust", icon=":material/contrast:", disabled=not shown, help="Opacity and colours"):
        percent = round(DEFAULT_OPACITY * 100)
        opacity = st.slider("Opacity", 0, 100, percent, 5, "%d %%", key=Key.INSPECT_OPACITY, persist_state="session")
        names = list(COLOUR_MAPS)
        first = names.index(DEFAULT_COLOUR_MAP)
        colour_map = st.selectbox("Colours", names, first, key=Key.INSPECT_COLOURS, persist_state="session")
    return HeatLook(shown, opacity / 100, colour_map)


def heat_look() -> HeatLook:
    """Return what the switches of the heat map said when they were last drawn."""
    held = st.session_state
    return HeatLook(
        held.get(Key.INSPECT_HEAT, True),
        held.get(Key.INSPECT_OPACITY, round(DEFAULT_OPACITY * 100)) / 100,
        held.get(Key.INSPECT_COLOURS, DEFAULT_COLOUR_MAP),
    )


def shown_picture(entry: BatchEntry, spec: ModelSpec, look: HeatLook, *, longest_side: int) -> bytes:
    """Return the photo as JPEG with or without its heat map, at most `longest_side` pixels long."""
    drawn = look if look.shown else replace(look, opacity=0.0)
    record = entry.record
    return _drawn(entry, spec.version, record.sha256, record.verdict, record.frame, drawn, longest_side)


@st.cache_data(max_entries=400, show_spinner=False)
def _drawn(
    _entry: BatchEntry,
    version: ModelVersion,
    sha256: str,
    verdict: str,
    frame: Frame | None,
    look: HeatLook,
    longest_side: int,
) -> bytes:
    photo = read_photo(_entry.shown_jpeg, _entry.record.file)
    assert isinstance(photo, Photo), "the picture is one of our own encodings"
    assert isinstance(_entry.result, Inspected), "what has a picture was judged"
    drawn = inspected_overlay(photo.pixels, _entry.result, look.opacity, look.colour_map)
    return encode_jpeg(drawn, longest_side=longest_side)
