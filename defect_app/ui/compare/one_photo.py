"""One photo through several models side by side: labels, confidence, time, and what each model is good for."""

from __future__ import annotations

import time

import streamlit as st

from defect_app.catalog import ModelSpec
from defect_app.errors import DefectLensError
from defect_app.hosting.batch import SHOWN_SIDE
from defect_app.inspection import Inspected
from defect_app.inspection.overlay import inspected_overlay
from defect_app.intake import MAX_BYTES, Rejection, encode_jpeg
from defect_app.scenes.samples import samples_for
from defect_app.ui.compare.choices import Compared
from defect_app.ui.parts.errors import draw_error, draw_problem
from defect_app.ui.parts.model_evaluation import EvaluatedModel
from defect_app.ui.parts.text import as_text, name_as_text, numbered_repeats
from defect_app.ui.parts.verdicts import LOOKS, unguarded
from defect_app.ui.resources import inspector
from defect_app.ui.session import Address, Key

TOP = 5


def draw_one_photo(compared: Compared) -> None:
    """Draw the choice of a photo, and each model's answer to it; the models run once a photo is chosen."""
    left, right = st.columns([2, 3], gap="medium")
    samples = {s.name: s for s in samples_for(compared.models[0].spec)}
    labels = dict(zip(samples, map(as_text, numbered_repeats([s.what for s in samples.values()])), strict=True))
    with left:
        chosen = st.pills(
            "A sample photo",
            list(samples),
            format_func=lambda n: labels[n],
            key=Address.SAMPLE,
            bind="query-params",
            wrap=True,
        )
    with right:
        upload = st.file_uploader(
            "Or a photo of your own", key=Key.COMPARE_UPLOAD, max_upload_size=MAX_BYTES // 1_000_000
        )
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
            st.caption(good_for(model.spec))
            _draw_answer(model, data, name)


def good_for(spec: ModelSpec) -> str:
    """Say in words what a model is good for, as Markdown."""
    classes = len(spec.classes)
    knows = f"It knows {classes:,} classes" + (": " + ", ".join(c.title for c in spec.classes) if classes <= 10 else "")
    return as_text(f"{spec.summary} {knows}; it sees {spec.input.width} x {spec.input.height} pixels.")


def _draw_answer(model: EvaluatedModel, data: bytes, name: str) -> None:
    try:
        loaded, point = inspector(model.entry), model.in_use.point
        loaded.inspect_bytes(data, name, point)
        # The first answer may wait for caches of the processor and of intake; the second is what a batch meets.
        start = time.perf_counter()
        result = loaded.inspect_bytes(data, name, point)
        spent_ms = 1000 * (time.perf_counter() - start)
    except DefectLensError as error:
        draw_error(error)
        return
    if isinstance(result, Rejection):
        draw_problem(f"{result.reason}.", result.remedy, icon=":material/broken_image:")
        return
    _draw_result(model.spec, result, spent_ms)


def _draw_result(spec: ModelSpec, result: Inspected, spent_ms: float) -> None:
    overlay = inspected_overlay(result.photo.pixels, result)
    st.image(encode_jpeg(overlay, longest_side=SHOWN_SIDE // 2), width="stretch", alt=_alt(spec, result))
    look = LOOKS[result.judgement.verdict]
    st.markdown(f"{look.markdown} · {as_text(result.judgement.reason)}")
    for place in result.probabilities.argsort()[::-1][:TOP] if result.is_familiar else ():
        p = float(min(1.0, max(0.0, result.probabilities[place])))
        st.progress(p, text=f"{as_text(spec.classes[int(place)].title)} · {p:.3f}")
    if result.familiarity is None:
        st.caption(f":material/remove_moderator: {as_text(unguarded(len(spec.classes)))}")
    if not result.is_familiar:
        st.caption("No heat map and no class: of a photo that the model does not know both would mean nothing.")
    st.caption(f":material/timer: {spent_ms:.0f} ms from the file's bytes to this answer, on this machine just now.")


def _alt(spec: ModelSpec, result: Inspected) -> str:
    return f"Heat map of {spec.title}" if result.is_familiar else f"The photo, which {spec.title} does not know"
