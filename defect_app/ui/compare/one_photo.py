"""One photo through several models side by side: labels, confidence, time, and what each model is good for."""

from __future__ import annotations

import time

import streamlit as st

from defect_app.batch import SHOWN_SIDE
from defect_app.catalog import CatalogEntry
from defect_app.errors import DefectLensError
from defect_app.inspection import Inspected
from defect_app.intake import MAX_BYTES, Rejection, encode_jpeg
from defect_app.overlay import DEFAULT_OPACITY, heat_overlay
from defect_app.samples import samples_for
from defect_app.ui.compare.choices import Compared
from defect_app.ui.evaluate.results import applied_point
from defect_app.ui.resources import inspector
from defect_app.ui.text import as_text, name_as_text, told_apart
from defect_app.ui.verdicts import LOOKS

TOP = 5
SAMPLE = "sample"


def draw_one_photo(compared: Compared) -> None:
    """Draw the choice of a photo, and each model's answer to it; the models run once a photo is chosen."""
    left, right = st.columns([2, 3], gap="medium")
    spec = compared.models[0].entry.spec
    samples = {s.name: s for s in samples_for(spec)} if spec else {}
    labels = dict(zip(samples, told_apart([s.what for s in samples.values()]), strict=True))
    with left:
        chosen = st.pills(
            "A sample photo",
            list(samples),
            format_func=lambda n: labels[n],
            key=SAMPLE,
            bind="query-params",
            wrap=True,
        )
    with right:
        upload = st.file_uploader("Or a photo of your own", key="compare_photo", max_upload_size=MAX_BYTES // 1_000_000)
    if upload is not None:
        name, data = upload.name, upload.getvalue()
    elif chosen in samples:
        name, data = chosen, samples[chosen].read()
    else:
        st.caption("Choose a sample or drop a photo: every model above says what it sees.")
        return
    st.markdown(f"**{name_as_text(name)}**")
    grid = st.grid(min(4, max(2, len(compared.models))), min_column_width=260, gap="medium")
    for model in compared.models:
        with grid.container(border=True, gap="xsmall"):
            st.markdown(f"**{as_text(model.title)}**")
            st.caption(good_for(model.entry))
            _draw_answer(model.entry, data, name)


def good_for(entry: CatalogEntry) -> str:
    """Say in words what a model is good for, as Markdown."""
    spec = entry.spec
    if spec is None:
        return ""
    classes = len(spec.classes)
    knows = f"It knows {classes:,} classes" + (": " + ", ".join(c.title for c in spec.classes) if classes <= 10 else "")
    return as_text(f"{spec.summary} {knows}; it sees {spec.input.width} x {spec.input.height} pixels.")


def _draw_answer(entry: CatalogEntry, data: bytes, name: str) -> None:
    try:
        loaded = inspector(entry)
        point = applied_point(entry).point
        loaded.inspect_bytes(data, name, point)
        # The first answer may wait for caches of the processor and of intake; the second is what a batch meets.
        start = time.perf_counter()
        result = loaded.inspect_bytes(data, name, point)
        spent_ms = 1000 * (time.perf_counter() - start)
    except DefectLensError as error:
        st.error(f"{as_text(str(error))} {as_text(error.remedy)}", icon=":material/block:")
        return
    if isinstance(result, Rejection):
        st.error(f"{as_text(result.reason)}. {as_text(result.remedy)}", icon=":material/broken_image:")
        return
    _draw_result(entry, result, spent_ms)


def _draw_result(entry: CatalogEntry, result: Inspected, spent_ms: float) -> None:
    spec = entry.spec
    if spec is None:
        return
    overlay = heat_overlay(result.photo.pixels, result.activation_map, DEFAULT_OPACITY)
    st.image(encode_jpeg(overlay, longest_side=SHOWN_SIDE // 2), width="stretch", alt=f"Heat map of {entry.title}")
    look = LOOKS[result.judgement.verdict]
    st.markdown(f"{look.markdown} · {as_text(result.judgement.reason)}")
    for place in result.probabilities.argsort()[::-1][:TOP]:
        p = float(min(1.0, max(0.0, result.probabilities[place])))
        st.progress(p, text=f"{as_text(spec.classes[int(place)].title)} · {p:.3f}")
    st.caption(f":material/timer: {spent_ms:.0f} ms from the file's bytes to this answer, on this machine just now.")
