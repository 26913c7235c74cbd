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
from defect_app.inspection.overlay import heat_overlay, with_frame
from defect_app.intake import display_name
from defect_app.ui.explain.choices import BY_ANSWER, REVEAL, ExplanationChoices
from defect_app.ui.explain.computing import MapRequest, Subject, heat_of
from defect_app.ui.explain.heat_pictures import Brightness, is_weak, large_heat_picture
from defect_app.ui.explain.photo import shown_jpeg
from defect_app.ui.explain.reveal import draw_reveal
from defect_app.ui.parts.text import as_text
from defect_app.ui.parts.verdicts import verdict_badge
from defect_app.ui.session import KeyOf

TOP = 5


def draw_maps(subject: Subject, choices: ExplanationChoices, inspected: Inspected) -> None:
    """Draw the photo, a map a method, and the predicted classes beside them."""
    photo = shown_jpeg(subject.photo)
    name = display_name(subject.photo.name)
    several = len(choices.methods) > 1
    columns = len(choices.methods) + (choices.view != REVEAL) if several else 3
    # Side by side on a narrow screen too: a tall photo fills it, and its map would stand a screen below.
    grid = st.grid(columns, min_column_width=165 if several else 220, gap="small" if several else "medium")
    if choices.view != REVEAL:
        with grid.container(gap="xsmall"):
            st.image(photo, width="stretch", alt=name)
            st.markdown("**The photo**")
            st.caption(f"{as_text(name)}, {inspected.photo.width} x {inspected.photo.height} pixels")
    for method in choices.methods:
        with grid.container(gap="xsmall"):
            _draw_map(subject, choices, method, inspected, photo)
    # Several maps fill the row: the answer then stands below them.
    answer, classes = st.columns(2, gap="medium") if several else (grid.container(gap="small"),) * 2
    with answer:
        _draw_answer(subject, choices, inspected)
    with classes:
        _draw_classes(subject, inspected)


def _draw_map(subject: Subject, choices: ExplanationChoices, method: str, inspected: Inspected, photo: bytes) -> None:
    chosen = METHODS[method]
    layer = choices.layer if chosen.takes_layer else ""
    by_reference = choices.by_reference and chosen.compute is not None
    request = MapRequest(subject, choices.target, method, layer, by_reference)
    try:
        heat = heat_of(request)
    except DefectLensError as error:
        st.warning(f"**{chosen.title}**: {as_text(f'{error} {error.remedy}')}", icon=":material/block:")
        return
    probability = choices.target.probability(inspected.probabilities, subject.model.spec)
    brightness = Brightness.of(choices, inspected, probability)
    picture = large_heat_picture(request, heat, choices, brightness)
    alt = f"{chosen.title} over {display_name(subject.photo.name)}"
    if choices.view == REVEAL:
        draw_reveal(photo, picture, heat.values, key=KeyOf.EXPLAIN_REVEAL(method), alt=alt)
    else:
        st.image(picture, width="stretch", alt=alt)
    reference = ", by tf-keras-vis" if by_reference else ""
    st.markdown(f"**{chosen.title}**{reference} · {as_text(choices.target.title)}")
    if heat.has_evidence:
        weak = ", drawn pale: the answer is weak" if is_weak(choices, inspected, probability) else ""
        scale = f"as bright as the answer, {probability:.3f}" if choices.scale == BY_ANSWER else f"its own scale{weak}"
        st.caption(f"Strongest place: {heat.strongest:.3g} in {chosen.unit}; {scale}.")
    else:
        st.caption(":material/info: No place in the photo speaks for this: there is no evidence to show.")
    st.caption(f"{chosen.sentence} ({source_of(chosen, subject.model.engine.heat_map_kind)})")
    _draw_downloads(request, choices, heat, brightness)


def _draw_downloads(
    request: MapRequest, choices: ExplanationChoices, heat: ActivationMap, brightness: Brightness
) -> None:
    subject, method = request.subject, request.method

    def whole() -> np.ndarray:
        pixels = subject.readable.pixels
        return upsample_map(heat.values, height=pixels.shape[0], width=pixels.shape[1])

    def overlay() -> bytes:
        drawn = heat_overlay(subject.readable.pixels, for_display(heat, method), brightness.opacity, choices.colour_map)
        return as_png(with_frame(drawn, subject.frame, picture=subject.size))

    stem = f"{subject.model.spec.id}-{method}-{subject.photo.sha256[:8]}"
    with st.popover("Download", icon=":material/download:", type="tertiary"):
        for label, make, suffix, mime, tip in (
            ("Overlay (PNG)", overlay, "overlay.png", "image/png", "The photo with the map, as drawn here"),
            ("Map (16-bit PNG)", lambda: as_png16(whole()), "map.png", "image/png", "0 none, 65535 strongest"),
            ("Map (NPY)", lambda: as_npy(whole()), "map.npy", "application/octet-stream", "float32, 0 to 1, for NumPy"),
        ):
            st.download_button(
                label,
                make,
                f"{stem}-{suffix}",
                mime,
                key=KeyOf.EXPLAIN_DOWNLOAD(method, suffix),
                on_click="ignore",
                help=tip,
            )


def _draw_answer(subject: Subject, choices: ExplanationChoices, inspected: Inspected) -> None:
    verdict_badge(inspected.judgement.verdict)
    st.markdown(as_text(inspected.judgement.reason))
    if choices.scale == BY_ANSWER:
        st.caption("All maps have one scale: full brightness is a place in a photo that the model is sure of.")
    else:
        st.caption("Each map has its own scale: bright is where that map is strongest. Pale is a weak answer.")
    if subject.model.spec.input.fit == "crop":
        st.caption("This model looks at the middle of the photo alone; beyond it there is no map.")


def _draw_classes(subject: Subject, inspected: Inspected) -> None:
    spec = subject.model.spec
    for i in np.argsort(-inspected.probabilities)[:TOP]:
        p = float(inspected.probabilities[i])
        st.progress(min(1.0, max(0.0, p)), text=f"{as_text(spec.classes[i].title)} · {p:.3f}")
