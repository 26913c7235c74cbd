"""Frames drawn over a photo in the browser: by dragging, by keys or by numbers."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import astuple
from pathlib import Path

import streamlit as st

from defect_app.inspection.framing import FixedFrame
from defect_app.inspection.framing.fixed_frame import MOST_FRAMES

FOLDER = Path(__file__).parent

_COMPONENT = st.components.v2.component(
    "defect_lens_framing",
    html=(FOLDER / "framing_editor.html").read_text(encoding="utf-8"),
    css=(FOLDER / "framing_editor.css").read_text(encoding="utf-8"),
    js=(FOLDER / "framing_editor.js").read_text(encoding="utf-8"),
)


def drawn_frames(
    key: str,
    shown_id: str,
    jpeg: bytes,
    start: tuple[FixedFrame, ...],
    size: tuple[int, int],
    most: int = MOST_FRAMES,
) -> tuple[FixedFrame, ...]:
    """Draw the editor and return its frames; those to start with until a hand has let go of one.

    Parameters
    ----------
    key : str
        Of the component.
    shown_id : str
        Of the photo: what was drawn over another one is no frame of this one.
    jpeg : bytes
        The photo as it is shown.
    start : tuple of FixedFrame
        At least one.
    size : (width, height)
        Of the original, in pixels: the numbers beside the photo count in them.
    most : int
        How many frames may be drawn; with one there is nothing to add or to divide.
    """
    width, height = size
    result = _COMPONENT(
        key=key,
        data={
            "photo": "data:image/jpeg;base64," + base64.b64encode(jpeg).decode(),
            "id": shown_id,
            "frames": [list(astuple(frame)) for frame in start],
            "width": width,
            "height": height,
            "most": most,
        },
        default={"drawn": None},
        on_drawn_change=lambda: None,
    )
    drawn = result.get("drawn")
    ours = isinstance(drawn, Mapping) and drawn.get("id") == shown_id
    return (frames_sent(drawn)[:most] if ours else ()) or start


def frames_sent(sent: object) -> tuple[FixedFrame, ...]:
    """Return the frames that a browser sent, brought into the photo; what is none is left out."""
    rows = sent.get("frames") if isinstance(sent, Mapping) else None
    frames: list[FixedFrame] = []
    for row in rows if isinstance(rows, list | tuple) else ():
        try:
            x, y, width, height = (float(side) for side in row)
            frames.append(FixedFrame.clamped(x, y, width, height))
        except (TypeError, ValueError):
            continue
    return tuple(frames[:MOST_FRAMES])
