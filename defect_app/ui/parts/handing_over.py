"""Photos that are to be judged on Inspect, handed over from another page or another product."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from defect_app.intake import PhotoFile
from defect_app.ui.session import Key


@dataclass(frozen=True)
class HandedOver:
    """Photos that a model is to judge: its id, and the files."""

    model_id: str
    files: tuple[PhotoFile, ...]


def hand_over(model_id: str, files: tuple[PhotoFile, ...]) -> None:
    """Leave photos for Inspect; it judges them when it is opened with this model."""
    st.session_state[Key.INSPECT_HANDED_OVER] = HandedOver(model_id, files)


def take_handed(model_id: str) -> tuple[PhotoFile, ...]:
    """Take the photos that were left for a model; none where there are none, and those for another are let go."""
    handed: HandedOver | None = st.session_state.pop(Key.INSPECT_HANDED_OVER, None)
    return handed.files if handed is not None and handed.model_id == model_id else ()
