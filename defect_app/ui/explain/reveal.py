"""A slider over a photo that reveals its heat map, by mouse, finger or keys."""

from __future__ import annotations

import base64
from pathlib import Path

import numpy as np
import streamlit as st

FOLDER = Path(__file__).parent

_COMPONENT = st.components.v2.component(
    "defect_lens_reveal",
    html=(FOLDER / "reveal.html").read_text(encoding="utf-8"),
    css=(FOLDER / "reveal.css").read_text(encoding="utf-8"),
    js=(FOLDER / "reveal.js").read_text(encoding="utf-8"),
)


BESIDE_THE_PEAK = 15.0
"""How far left of the map's strongest place the line stands at first, in percent of the width."""


def draw_reveal(photo: bytes, overlay: bytes, values: np.ndarray, *, key: str, alt: str) -> None:
    """Draw two of our own JPEGs of one size over each other, the map to the right of a line that can be dragged.

    Parameters
    ----------
    photo, overlay : bytes
        The photo, and the photo with the map over it.
    values : ndarray, shape (rows, columns)
        The map: its strongest place is revealed at first.
    key, alt : str
        Of the widget, and what it shows in words.
    """
    _COMPONENT(
        key=key,
        data={
            "photo": _as_url(photo),
            "map": _as_url(overlay),
            "alt": alt,
            "label": "How much of the heat map is revealed",
            "left": "← Photo alone",
            "right": "With heat map →",
            "start": first_share(values),
        },
    )


def first_share(values: np.ndarray) -> int:
    """Return where the line stands at first, in percent of the width: left of the strongest place, at most halfway."""
    peak = int(np.argmax(values.max(axis=0)))
    return int(min(50.0, max(0.0, 100 * peak / values.shape[1] - BESIDE_THE_PEAK)))


def _as_url(jpeg: bytes) -> str:
    return "data:image/jpeg;base64," + base64.b64encode(jpeg).decode()
