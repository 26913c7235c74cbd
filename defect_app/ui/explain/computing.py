"""Explanations made once and kept: every switch of the page's look must be free."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from defect_app.decision import OperatingPoint
from defect_app.engine import ActivationMap
from defect_app.explanation import Target, input_map, photo_map
from defect_app.explanation.hiding import HidingCurves, hiding_curves
from defect_app.explanation.inside import Stage, look_inside
from defect_app.explanation.sanity import SanityStep, sanity_check
from defect_app.explanation.shaking import Shaken, shake
from defect_app.inspection import Inspector, input_pixels
from defect_app.ui.explain.explained_photo import ExplainedPhoto, read


@dataclass(frozen=True, eq=False)
class Explained:
    """The model and the photo that the page is about, with the operating point in force."""

    model: Inspector
    photo: ExplainedPhoto
    point: OperatingPoint

    @property
    def key(self) -> tuple[str, str]:
        """What tells it from others: the model's hash and the photo's."""
        return self.model.model_sha256, self.photo.sha256


def heat_of(explained: Explained, target: Target, method: str, layer: str) -> ActivationMap:
    """Return the map over the whole photo.

    Raises
    ------
    DefectLensError
        If the model has no map of this kind.
    """
    return _heat(explained, *explained.key, target, _name(target), method, layer)


def hiding_of(explained: Explained, target: Target, method: str, layer: str) -> HidingCurves:
    """Return the deletion and insertion curves of a map."""
    return _hiding(explained, *explained.key, target, _name(target), method, layer)


def shaken_of(explained: Explained, target: Target, method: str, layer: str) -> tuple[Shaken, ...]:
    """Return the changed versions of the photo, judged and explained."""
    point = explained.point
    thresholds = (point.review_at, point.reject_at, point.accept_at)
    return _shaken(explained, *explained.key, target, _name(target), method, layer, thresholds)


def sanity_of(explained: Explained, target: Target, method: str, layer: str) -> tuple[SanityStep, ...]:
    """Return the maps of the model with shuffled weights."""
    return _sanity(explained, *explained.key, target, _name(target), method, layer)


def stages_of(explained: Explained) -> tuple[Stage, ...]:
    """Return what each stage of the network answers."""
    return _stages(explained, *explained.key)


def _name(target: Target) -> str:
    return "score of defect" if target.is_defect_score else f"class {target.name}"


@st.cache_data(max_entries=200, show_spinner="Explaining …")
def _heat(_e: Explained, model: str, photo: str, _target: Target, name: str, method: str, layer: str) -> ActivationMap:
    return photo_map(_e.model, read(_e.model, _e.photo).pixels, _target, method, layer)


@st.cache_data(max_entries=50, show_spinner="Hiding and looking …")
def _hiding(_e: Explained, model: str, photo: str, _target: Target, name: str, method: str, layer: str) -> HidingCurves:
    pixels = input_pixels(read(_e.model, _e.photo).pixels, _e.model.spec)
    return hiding_curves(_e.model, pixels, input_map(_e.model, pixels, _target, method, layer), _target)


@st.cache_resource(max_entries=8, show_spinner="Shaking and looking …")
def _shaken(
    _e: Explained, model: str, photo: str, _target: Target, name: str, method: str, layer: str, thresholds: object
) -> tuple[Shaken, ...]:
    return shake(_e.model, read(_e.model, _e.photo).pixels, _target, method, layer, _e.point)


@st.cache_data(max_entries=50, show_spinner="Shuffling what the model learnt …")
def _sanity(
    _e: Explained, model: str, photo: str, _target: Target, name: str, method: str, layer: str
) -> tuple[SanityStep, ...]:
    pixels = input_pixels(read(_e.model, _e.photo).pixels, _e.model.spec)
    return sanity_check(_e.model, pixels, _target, method, layer)


@st.cache_data(max_entries=20, show_spinner="Looking inside …")
def _stages(_e: Explained, model: str, photo: str) -> tuple[Stage, ...]:
    return look_inside(_e.model, input_pixels(read(_e.model, _e.photo).pixels, _e.model.spec))
