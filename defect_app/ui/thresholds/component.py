"""The draggable lines: a component whose script, style and markup lie beside this file."""

from __future__ import annotations

import base64
from dataclasses import astuple
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st
from scipy.special import ndtri

from defect_app.decision import InspectionThresholds, clamped_thresholds
from defect_app.figures.style import DEFECTIVE, GOOD
from defect_app.ui.parts.line_amounts import LineSetting
from defect_app.ui.parts.model_evaluation import EvaluatedModel, EvaluationKey
from defect_app.ui.session import Key
from defect_app.ui.thresholds.lines import move_lines

FOLDER = Path(__file__).parent
SCRIPTS = ("counting.js", "histogram.js", "readouts.js", "lines.js")
"""Joined into one module: a component of this kind is one script."""
CONFIDENCE = 0.95
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


def draw_lines(model: EvaluatedModel, lines: InspectionThresholds, setting: LineSetting, *, stretched: bool) -> None:
    """Draw the histogram with both lines and all figures that follow them.

    Parameters
    ----------
    model : EvaluatedModel
        An inspection model.
    lines : InspectionThresholds
        Where the lines are.
    setting : LineSetting
        Defect rate and costs of the line.
    stretched : bool
        Whether the axis spreads the ends, by log odds.
    """

    def moved() -> None:
        sent = st.session_state[Key.THRESHOLDS_COMPONENT].get("lines") or {}
        moves = sent.get("moves")
        if isinstance(moves, int):
            st.session_state[Key.THRESHOLDS_MOVES] = moves
        move_lines(model, clamped_thresholds(lines, {"review_at": sent.get("review"), "reject_at": sent.get("reject")}))

    data: dict[str, Any] = {
        "scores": " ".join(map(str, astuple(model.key))),
        "classes": _encoded_classes(model, model.key),
        "words": model.selected.words,
        "review": lines.review_at,
        "reject": lines.reject_at,
        "moves": st.session_state.get(Key.THRESHOLDS_MOVES, 0),
        "stretched": stretched,
        "defectRate": setting.defect_rate,
        "costs": vars(setting.costs),
        "confidence": round(100 * CONFIDENCE),
        "z": float(ndtri(0.5 + CONFIDENCE / 2)),
        "colours": {"good": GOOD, "defective": DEFECTIVE},
    }
    _COMPONENT(key=Key.THRESHOLDS_COMPONENT, data=data, on_lines_change=moved, width="stretch", height="content")


def encoded(scores: np.ndarray) -> str:
    """Return scores as base64 of little-endian float64: in the browser they are the very numbers of the server."""
    return base64.b64encode(np.ascontiguousarray(scores, "<f8").tobytes()).decode()


@st.cache_resource(max_entries=8, show_spinner=False)
def _encoded_classes(_model: EvaluatedModel, key: EvaluationKey) -> list[dict[str, str]]:
    roles = {c.name: c.role for c in _model.spec.classes}
    return [
        {"title": _model.spec.title_of(name), "role": _ROLES[str(roles[name])], "scores": encoded(scores)}
        for name, scores in _model.results.scores.by_class
    ]
