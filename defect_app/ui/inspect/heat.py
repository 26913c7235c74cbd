"""The heat map's switches, and photos with the heat map drawn over them, made once and kept."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from defect_app.batch import BatchEntry
from defect_app.decision import Verdict
from defect_app.inspection import Inspected
from defect_app.intake import Photo, encode_jpeg, read_photo
from defect_app.overlay import COLOUR_MAPS, DEFAULT_COLOUR_MAP, DEFAULT_OPACITY, heat_overlay

PALE = 0.35
"""Share of the chosen opacity with which the heat map of a passed photo is drawn."""


@dataclass(frozen=True)
class HeatView:
    """How heat maps are drawn: shown or not, their opacity in [0, 1], their colour map."""

    shown: bool
    opacity: float
    colour_map: str


def heat_controls() -> HeatView:
    """Draw the switches of the heat map and return what they say."""
    shown = st.toggle("Heat map", value=True, key="inspect_heat", persist_state="session")
    with st.popover("Adjust", icon=":material/contrast:", disabled=not shown, help="Opacity and colours"):
        percent = round(DEFAULT_OPACITY * 100)
        opacity = st.slider("Opacity", 0, 100, percent, 5, "%d %%", key="inspect_opacity", persist_state="session")
        names = list(COLOUR_MAPS)
        first = names.index(DEFAULT_COLOUR_MAP)
        colour_map = st.selectbox("Colours", names, first, key="inspect_colours", persist_state="session")
    return HeatView(shown, opacity / 100, colour_map)


def shown_picture(entry: BatchEntry, model_id: str, view: HeatView, *, longest_side: int) -> bytes:
    """Return the photo as JPEG with or without its heat map, at most `longest_side` pixels long."""
    opacity = view.opacity if view.shown else 0.0
    if entry.record["verdict"] == Verdict.PASS:
        # A map is scaled to its own strongest place: on a part that passes it would look as alarming as a defect.
        opacity *= PALE
    return _drawn(entry, model_id, entry.record["sha256"], opacity, view.colour_map, longest_side)


@st.cache_data(max_entries=400, show_spinner=False)
def _drawn(_entry: BatchEntry, model_id: str, sha256: str, opacity: float, colour_map: str, longest_side: int) -> bytes:
    photo = read_photo(_entry.shown_jpeg, _entry.record["file"])
    assert isinstance(photo, Photo), "the picture is one of our own encodings"
    heat = _entry.result.activation_map if isinstance(_entry.result, Inspected) else None
    return encode_jpeg(heat_overlay(photo.pixels, heat, opacity, colour_map), longest_side=longest_side)
