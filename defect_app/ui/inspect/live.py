"""Live mode: the camera's stream judged through the API several times a second; what is stored goes to the batch."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import astuple
from datetime import datetime
from pathlib import Path

import streamlit as st

from defect_app.hosting.batch import Batch
from defect_app.inspections.part_verdicts import WORST_FIRST
from defect_app.intake import MAX_BYTES, PhotoFile
from defect_app.scenes.photographing import guidance_for
from defect_app.ui.parts.verdicts import LOOKS
from defect_app.ui.session import Key

FOLDER = Path(__file__).parent
WORDS = {
    "noCamera": "The browser does not give this page a camera.",
    "starting": "Waiting for the camera and the first verdict.",
    "waiting": "No verdict of the last second.",
    "hidden": "Nothing is judged while this tab is hidden.",
    "away": "The API does not answer, so nothing is judged:",
    "frozen": "No verdict was younger than a second.",
}

_COMPONENT = st.components.v2.component(
    "defect_lens_live",
    html=(FOLDER / "live.html").read_text(encoding="utf-8"),
    css=(FOLDER / "live.css").read_text(encoding="utf-8"),
    js=(FOLDER / "live.js").read_text(encoding="utf-8"),
)


def draw_live(batch: Batch) -> PhotoFile | None:
    """Draw the live picture, and return the photo that was just stored by it, for the batch to judge and to keep."""
    spec = batch.inspector.spec
    result = _COMPONENT(
        key=Key.INSPECT_LIVE,
        data={
            "model": spec.id,
            "frames": [list(astuple(frame)) for frame in batch.frames],
            "widthByHeight": guidance_for(spec).width_by_height,
            "looks": {str(verdict): {"word": look.word, "colour": look.colour} for verdict, look in LOOKS.items()},
            "order": [str(verdict) for verdict in WORST_FIRST],
            "words": WORDS,
        },
        on_shot_change=lambda: None,
    )
    return shot_sent(result.get("shot"))


def shot_sent(sent: object) -> PhotoFile | None:
    """Return the photo that the browser sent, once; None where it sent none or one that came before."""
    if not isinstance(sent, Mapping) or sent.get("id") == st.session_state.get(Key.INSPECT_LIVE_SHOT):
        return None
    text = sent.get("jpeg")
    if not isinstance(text, str) or len(text) > MAX_BYTES * 4 // 3:
        return None
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    st.session_state[Key.INSPECT_LIVE_SHOT] = sent.get("id")
    name = f"live {datetime.now().astimezone():%Y-%m-%d %H-%M-%S.%f}"[:-3] + ".jpg"
    return PhotoFile.of_bytes(name, lambda: data)
