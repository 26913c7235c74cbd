"""The draggable lines: a component whose script, style and markup lie beside this file."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st
from scipy.special import ndtri

from defect_app.evaluation.thresholds import Thresholds, clamped_thresholds
from defect_app.figures.style import DEFECTIVE, GOOD
from defect_app.ui.thresholds.line_setting import LineSetting
from defect_app.ui.thresholds.lines import move_lines
from defect_app.ui.thresholds.shown import Shown

FOLDER = Path(__file__).parent
SCRIPTS = ("counting.js", "histogram.js", "readouts.js", "lines.js")
"""Joined into one module: a component of this kind is one script."""
CONFIDENCE = 0.95
_KEY, _MOVES = "thresholds_component", "thresholds_moves"
_ROLES = {"ok": "good", "defect": "defective"}


def script() -> str:
    """Return the component's whole script."""
    return "\n".join((FOLDER / name).read_text(encoding="utf-8") for name in SCRIPTS)


_COMPONENT = st.components.v2.component(
    "defect_lens_lines",
    html=(FOLDER / "lines.html").read_text(encoding="utf-8"),
    css=(FOLDER / "lines.css").read_text(encoding="utf-8"),
    js=script(),
)


def draw_lines(shown: Shown, lines: Thresholds, setting: LineSetting, *, stretched: bool) -> None:
    """Draw the histogram with both lines and all figures that follow them.

    Parameters
    ----------
    shown : Shown
        An inspection model's scores.
    lines : Thresholds
        Where the lines are.
    setting : LineSetting
        Defect rate and costs of the line.
    stretched : bool
        Whether the axis spreads the ends, by log odds.
    """

    def moved() -> None:
        told = st.session_state[_KEY].get("lines") or {}
        moves = told.get("moves")
        if isinstance(moves, int):
            st.session_state[_MOVES] = moves
        move_lines(shown, clamped_thresholds(told.get("review"), told.get("reject"), lines))

    data: dict[str, Any] = {
        "scores": f"{shown.evaluation.sha256} {shown.selected.selection}",
        "classes": shown.kept("encoded", shown.selected.selection, lambda: _encoded_classes(shown)),
        "words": shown.selected.words,
        "review": lines.review_at,
        "reject": lines.reject_at,
        "moves": st.session_state.get(_MOVES, 0),
        "stretched": stretched,
        "defectRate": setting.defect_rate,
        "costs": vars(setting.costs),
        "confidence": round(100 * CONFIDENCE),
        "z": float(ndtri(0.5 + CONFIDENCE / 2)),
        "colours": {"good": GOOD, "defective": DEFECTIVE},
    }
    _COMPONENT(key=_KEY, data=data, on_lines_change=moved, width="stretch", height="content")


def encoded(scores: np.ndarray) -> str:
    """Return scores as base64 of little-endian float64: in the browser they are the very numbers of the server."""
    return base64.b64encode(np.ascontiguousarray(scores, "<f8").tobytes()).decode()


def _encoded_classes(shown: Shown) -> list[dict[str, str]]:
    roles = {c.name: c.role for c in shown.spec.classes}
    return [
        {"title": shown.spec.title_of(name), "role": _ROLES[str(roles[name])], "scores": encoded(scores)}
        for name, scores in shown.scores.by_class
    ]
