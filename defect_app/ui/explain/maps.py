"""The photo with its heat maps: overlaid, side by side, or under a slider; and what the model says of it."""

from __future__ import annotations

import numpy as np
import streamlit as st

from defect_app.engine import ActivationMap, upsample_map
from defect_app.errors import DefectLensError
from defect_app.explanation import METHODS, source_of
from defect_app.explanation.display import for_display
from defect_app.explanation.exporting import as_npy, as_png, as_png16
from defect_app.inspection import Inspected
from defect_app.intake import Photo, display_name, encode_jpeg, read_photo
from defect_app.overlay import heat_overlay
from defect_app.ui.explain.choices import BESIDE, REVEAL, Explaining
from defect_app.ui.explain.computing import Explained, heat_of
from defect_app.ui.explain.explained_photo import read, shown_jpeg
from defect_app.ui.explain.keras_model import logit_model
from defect_app.ui.explain.reveal import draw_reveal
from defect_app.ui.text import as_text
from defect_app.ui.verdicts import verdict_badge

TOP = 5


def draw_maps(explained: Explained, explaining: Explaining, inspected: Inspected) -> None:
    """Draw the photo, a map a method, and the predicted classes beside them."""
    photo = shown_jpeg(explained.photo, explained.photo.sha256)
    name = display_name(explained.photo.name)
    several = len(explaining.methods) > 1
    # Side by side on a narrow screen too: a tall photo fills it, and its map would stand a screen below.
    grid = st.grid(min_column_width=165, gap="small") if several else st.grid(3, min_column_width=220, gap="medium")
    if explaining.view != REVEAL:
        with grid.container(gap="xsmall"):
            st.image(photo, width="stretch", alt=name)
            st.markdown("**The photo**")
            st.caption(f"{as_text(name)}, {inspected.photo.width} x {inspected.photo.height} pixels")
    for method in explaining.methods:
        with grid.container(gap="xsmall"):
            _draw_map(explained, explaining, method, photo)
    # Several maps fill the row: the answer then stands below them.
    said, classes = st.columns(2, gap="medium") if several else (grid.container(gap="small"),) * 2
    with said:
        _draw_answer(explained, inspected)
    with classes:
        _draw_classes(explained, inspected)


def _draw_map(explained: Explained, explaining: Explaining, method: str, photo: bytes) -> None:
    chosen = METHODS[method]
    try:
        if chosen.needs_keras:
            logit_model(explained.model)
        heat = heat_of(explained, explaining.target, method, explaining.layer_of(method))
    except DefectLensError as error:
        st.warning(f"**{chosen.title}**: {as_text(f'{error} {error.remedy}')}", icon=":material/block:")
        return
    alone = explaining.view == BESIDE
    picture = heat_picture(
        photo, for_display(heat, method), explaining.colour_map, 1.0 if alone else explaining.opacity, alone=alone
    )
    alt = f"{chosen.title} over {display_name(explained.photo.name)}"
    if explaining.view == REVEAL:
        draw_reveal(photo, picture, key=f"explain_reveal_{method}", alt=alt)
    else:
        st.image(picture, width="stretch", alt=alt)
    st.markdown(f"**{chosen.title}** · {as_text(explaining.target.title)}")
    if not heat.has_evidence:
        st.caption(":material/info: No place in the photo speaks for this: there is no evidence to show.")
    st.caption(f"{chosen.sentence} ({source_of(chosen, explained.model.engine.heat_map_kind)})")
    _draw_downloads(explained, explaining, method, heat)


def heat_picture(photo: bytes, heat: ActivationMap, colour_map: str, opacity: float, *, alone: bool = False) -> bytes:
    """Return one of our own JPEGs with a heat map over it, or the map alone at the same size, as JPEG."""
    return _drawn(photo, heat, heat.values.tobytes(), colour_map, opacity, alone)


@st.cache_data(max_entries=200, show_spinner=False)
def _drawn(photo: bytes, _heat: ActivationMap, values: bytes, colour_map: str, opacity: float, alone: bool) -> bytes:
    return encode_jpeg(_blended(photo, _heat, colour_map, opacity, alone=alone))


def _blended(photo: bytes, heat: ActivationMap, colour_map: str, opacity: float, *, alone: bool) -> np.ndarray:
    found = read_photo(photo, "shown")
    assert isinstance(found, Photo), "the picture is one of our own encodings"
    pixels = np.zeros_like(found.pixels) if alone else found.pixels
    return heat_overlay(pixels, heat, opacity, colour_map)


def _draw_downloads(explained: Explained, explaining: Explaining, method: str, heat: ActivationMap) -> None:
    def whole() -> np.ndarray:
        pixels = read(explained.model, explained.photo).pixels
        return upsample_map(heat.values, height=pixels.shape[0], width=pixels.shape[1])

    def overlay() -> bytes:
        pixels = read(explained.model, explained.photo).pixels
        return as_png(heat_overlay(pixels, for_display(heat, method), explaining.opacity, explaining.colour_map))

    stem = f"{explained.model.spec.id}-{method}-{explained.photo.sha256[:8]}"
    with st.popover("Download", icon=":material/download:", type="tertiary"):
        for label, make, suffix, mime, tip in (
            ("Overlay (PNG)", overlay, "overlay.png", "image/png", "The photo with the map, as drawn here"),
            ("Map (16-bit PNG)", lambda: as_png16(whole()), "map.png", "image/png", "0 none, 65535 strongest"),
            ("Map (NPY)", lambda: as_npy(whole()), "map.npy", "application/octet-stream", "float32, 0 to 1, for NumPy"),
        ):
            st.download_button(
                label, make, f"{stem}-{suffix}", mime, key=f"explain_{method}_{suffix}", on_click="ignore", help=tip
            )


def _draw_answer(explained: Explained, inspected: Inspected) -> None:
    verdict_badge(inspected.judgement.verdict)
    st.markdown(as_text(inspected.judgement.reason))
    st.caption("Each map has its own scale: bright is where that map is strongest, however weak the answer is.")
    if explained.model.spec.input.fit == "crop":
        st.caption("This model looks at the middle of the photo alone; beyond it there is no map.")


def _draw_classes(explained: Explained, inspected: Inspected) -> None:
    spec = explained.model.spec
    for i in np.argsort(-inspected.probabilities)[:TOP]:
        p = float(inspected.probabilities[i])
        st.progress(min(1.0, max(0.0, p)), text=f"{as_text(spec.classes[i].title)} · {p:.3f}")
