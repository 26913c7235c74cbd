"""A photo on which a person marks a place, by a click or by keys."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

FOLDER = Path(__file__).parent
LABEL = "The part. Click where you see a defect; by keys: Shift and the arrows."

_COMPONENT = st.components.v2.component(
    "defect_lens_marking",
    html=(FOLDER / "marking.html").read_text(encoding="utf-8"),
    css=(FOLDER / "marking.css").read_text(encoding="utf-8"),
    js=(FOLDER / "marking.js").read_text(encoding="utf-8"),
)


@dataclass(frozen=True)
class Mark:
    """A marked place, as shares of the photo's width and height, in [0, 1]."""

    x: float
    y: float


def draw_marking(jpeg: bytes, part: str, *, key: str) -> Mark | None:
    """Draw a photo to be marked, and return where it was.

    Parameters
    ----------
    jpeg : bytes
        Our own picture of the part.
    part : str
        What tells it from others: a mark of another part is none of this one.
    key : str
        Of the widget.
    """

    def marked() -> None:
        """Let the page run anew; the mark is read below."""

    url = "data:image/jpeg;base64," + base64.b64encode(jpeg).decode()
    data = {"photo": url, "part": part, "label": LABEL}
    _COMPONENT(key=key, data=data, on_mark_change=marked, width="stretch", height="content")
    return read_mark(st.session_state[key].get("mark") if key in st.session_state else None, part)


def read_mark(sent: object, part: str) -> Mark | None:
    """Return what a browser sent as the mark of a part; None for anything else."""
    if not isinstance(sent, dict) or sent.get("part") != part:
        return None
    x, y = sent.get("x"), sent.get("y")
    if any(isinstance(at, bool) or not isinstance(at, int | float) or not 0 <= at <= 1 for at in (x, y)):
        return None
    return Mark(float(x), float(y))  # type: ignore[arg-type]
