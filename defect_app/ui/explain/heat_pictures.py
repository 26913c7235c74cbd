"""A photo for the screen with a heat map over it: on the map's own scale, pale, or as bright as the answer is sure."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import streamlit as st

from defect_app.engine import ActivationMap
from defect_app.explanation.display import for_display
from defect_app.inspection import Inspected
from defect_app.inspection.framing import Frame
from defect_app.inspection.overlay import PALE, heat_overlay, is_drawn_pale, with_frame
from defect_app.intake import encode_jpeg
from defect_app.ui.explain.choices import BESIDE, BY_ANSWER, ExplanationChoices
from defect_app.ui.explain.computing import MapKey, MapRequest
from defect_app.ui.explain.photo import shown_pixels

WEAK = 0.5
"""A class that the model gives less than this is a weak answer."""


@dataclass(frozen=True)
class Brightness:
    """How bright a map is drawn.

    Attributes
    ----------
    share : float
        By which the map is dimmed, in [0, 1].
    opacity : float
        How much of the photo its strongest place then covers, in [0, 1].
    """

    share: float
    opacity: float

    @classmethod
    def of(cls, choices: ExplanationChoices, inspected: Inspected, probability: float) -> Brightness:
        """Return it for a photo and the probability that the model gives the target."""
        opacity = 1.0 if choices.view == BESIDE else choices.opacity
        if choices.scale == BY_ANSWER:
            return cls(probability, opacity)
        return cls(1.0, opacity * (PALE if is_weak(choices, inspected, probability) else 1.0))


def is_weak(choices: ExplanationChoices, inspected: Inspected, probability: float) -> bool:
    """Return whether the model hardly speaks for the target.

    For the score of defect that is a photo that passes, as on Inspect; for a class, a probability below `WEAK`.
    """
    if choices.target.is_defect_score:
        return is_drawn_pale(inspected.judgement.verdict)
    return probability < WEAK


def heat_picture(
    pixels: np.ndarray,
    heat: ActivationMap,
    method: str,
    choices: ExplanationChoices,
    brightness: Brightness,
    frame: Frame | None = None,
    size: tuple[int, int] = (1, 1),
) -> bytes:
    """Return a photo with a heat map over it, or the map alone where maps stand beside photos, as JPEG.

    Parameters
    ----------
    pixels : ndarray of uint8, shape (height, width, 3)
        The photo at the size of the screen.
    heat : ActivationMap
        Over the photo.
    method : str
        That made it.
    choices, brightness
        How it is drawn.
    frame : Frame, optional
        The part of the photo that was judged, drawn as well.
    size : (width, height)
        Of the upright photo in pixels, which the frame is given in.
    """
    drawn = for_display(heat, method)
    dimmed = replace(drawn, values=drawn.values * np.float32(brightness.share))
    below = np.zeros_like(pixels) if choices.view == BESIDE else pixels
    picture = heat_overlay(below, dimmed, brightness.opacity, choices.colour_map)
    return encode_jpeg(with_frame(picture, frame, picture=size))


def large_heat_picture(
    request: MapRequest, heat: ActivationMap, choices: ExplanationChoices, brightness: Brightness
) -> bytes:
    """Return the picture of a map that the page is about, drawn once."""
    return _large(request, heat, choices, request.key, choices.view == BESIDE, choices.colour_map, brightness)


@st.cache_data(max_entries=100, show_spinner=False)
def _large(
    _request: MapRequest,
    _heat: ActivationMap,
    _choices: ExplanationChoices,
    key: MapKey,
    beside: bool,
    colour_map: str,
    brightness: Brightness,
) -> bytes:
    subject = _request.subject
    shown = shown_pixels(subject.photo)
    return heat_picture(shown, _heat, key.method, _choices, brightness, subject.frame, subject.size)
