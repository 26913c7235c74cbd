"""A slider over a photo that reveals its heat map, by mouse, finger or keys."""

from __future__ import annotations

import base64
from pathlib import Path

import streamlit as st

FOLDER = Path(__file__).parent

_COMPONENT = st.components.v2.component(
    "defect_lens_reveal",
    html=(FOLDER / "reveal.html").read_text(encoding="utf-8"),
    css=(FOLDER / "reveal.css").read_text(encoding="utf-8"),
    js=(FOLDER / "reveal.js").read_text(encoding="utf-8"),
)


def draw_reveal(photo: bytes, overlay: bytes, *, key: str, alt: str) -> None:
    """Draw two of our own JPEGs of one size over each other, the map to the right of a line that can be dragged."""
    _COMPONENT(
        key=key,
        data={
            "photo": _as_url(photo),
            "map": _as_url(overlay),
            "alt": alt,
            "label": "How much of the heat map is revealed",
        },
    )


def _as_url(jpeg: bytes) -> str:
    return "data:image/jpeg;base64," + base64.b64encode(jpeg).decode()
