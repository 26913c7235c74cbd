"""A model's answer to a photo, drawn: heat map, verdict with its reason, the first labels, and how long it took."""

from __future__ import annotations

import time

import streamlit as st

from defect_app.catalog import ModelSpec
from defect_app.errors import DefectLensError
from defect_app.evaluation.answers import reported_accuracy
from defect_app.hosting.batch import SHOWN_SIDE
from defect_app.inspection import Inspected
from defect_app.inspection.overlay import inspected_overlay
from defect_app.intake import Rejection, encode_jpeg
from defect_app.ui.parts.errors import draw_error, draw_problem
from defect_app.ui.parts.model_evaluation import EvaluatedModel
from defect_app.ui.parts.saved_frames import framed_as_saved
from defect_app.ui.parts.text import as_text
from defect_app.ui.parts.verdicts import LOOKS, unguarded
from defect_app.ui.resources import inspector

TOP = 5


def good_for(spec: ModelSpec) -> str:
    """Say in words what a model is good for, as Markdown."""
    classes = len(spec.classes)
    knows = f"It knows {classes:,} classes" + (": " + ", ".join(c.title for c in spec.classes) if classes <= 10 else "")
    return as_text(f"{spec.summary} {knows}; it sees {spec.input.width} x {spec.input.height} pixels.")


def draw_model_answer(
    model: EvaluatedModel, data: bytes, name: str, *, is_own: bool = False, describe: bool = False
) -> None:
    """Run a model on a photo and draw its answer.

    Parameters
    ----------
    model : EvaluatedModel
        The model, at its point in use.
    data : bytes
        The photo's file.
    name : str
        Its name.
    is_own : bool
        Whether it is a person's own photo, to be judged in the frames that are saved for the product.
    describe : bool
        Whether to say what the model knows, how many weights it has, and how often it is right.
    """
    try:
        loaded, point, note = inspector(model.entry), model.in_use.point, ""
        if is_own:
            loaded, point, note = framed_as_saved(loaded, point)
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
    if note:
        st.caption(f":material/crop: {as_text(note)}")
    if describe:
        right = reported_accuracy(model.selected, model.thresholds_in_use)
        st.caption(good_for(model.spec))
        st.caption(
            as_text(
                f"{loaded.engine.n_weights:,} weights. First label right on {right.count:,} of {right.n:,} "
                f"{model.selected.split_words}: {right.words}."
            )
        )


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
