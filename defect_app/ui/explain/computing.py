"""Explanations, each made once: every switch of the page's look must be free."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st

from defect_app.catalog import ModelVersion
from defect_app.decision import OperatingPoint
from defect_app.engine import ActivationMap
from defect_app.explanation import METHODS, Target, input_map, over_photo, photo_map
from defect_app.explanation.hiding import HidingCurves, hiding_curves
from defect_app.explanation.inside import Stage, look_inside
from defect_app.explanation.sanity import SanityStep, sanity_check
from defect_app.explanation.shaking import Shaken, shake
from defect_app.inspection import Inspector, input_pixels
from defect_app.progress import Progress, no_progress
from defect_app.ui.explain.memory import Memory
from defect_app.ui.explain.photo import readable_photo
from defect_app.ui.explain.watching import watched
from defect_app.ui.parts.explained_photo import ExplainedPhoto

WAIT = "Explaining …"


@dataclass(frozen=True, eq=False)
class Subject:
    """What is explained: a model and a photo, with the operating point in force."""

    model: Inspector
    photo: ExplainedPhoto
    point: OperatingPoint


@dataclass(frozen=True, eq=False)
class MapRequest:
    """A heat map that is asked for.

    Attributes
    ----------
    subject : Subject
        The model and the photo.
    target : Target
        What it is to show evidence for.
    method, layer : str
        How; the layer is empty for a method that takes none.
    by_reference : bool
        Whether tf-keras-vis computes it, not this app.
    """

    subject: Subject
    target: Target
    method: str
    layer: str
    by_reference: bool = False

    @property
    def key(self) -> MapKey:
        """What tells the map from all others."""
        target = "score of defect" if self.target.is_defect_score else f"class {self.target.name}"
        model, photo = self.subject.model, self.subject.photo
        return MapKey(model.spec.version, photo.sha256, target, self.method, self.layer, self.by_reference)


@dataclass(frozen=True)
class MapKey:
    """What tells a heat map from all others: for the keys of caches."""

    version: ModelVersion
    photo_sha256: str
    target: str
    method: str
    layer: str
    by_reference: bool


@dataclass(frozen=True)
class _Memories:
    """What is kept of each kind: maps of single pixels and photos take a megabyte or more."""

    heats: Memory[ActivationMap]
    hidings: Memory[HidingCurves]
    shakings: Memory[tuple[Shaken, ...]]
    sanities: Memory[tuple[SanityStep, ...]]
    stages: Memory[tuple[Stage, ...]]


@st.cache_resource(show_spinner=False)
def _memories() -> _Memories:
    return _Memories(Memory(40), Memory(20), Memory(3), Memory(8), Memory(8))


def heat_of(request: MapRequest) -> ActivationMap:
    """Return the map over the whole photo.

    Raises
    ------
    DefectLensError
        If the model has no map of this kind, or the reader stopped it.
    """
    memory, method = _memories().heats, METHODS[request.method]
    if request.key in memory:
        return memory.get(request.key, lambda: _heat(request))
    if method.takes_long and not request.by_reference:
        return memory.get(
            request.key, lambda: watched(request.key, method.title, lambda progress: _heat(request, progress))
        )
    with st.spinner(WAIT):
        return memory.get(request.key, lambda: _heat(request))


def hiding_of(request: MapRequest) -> HidingCurves:
    """Return the deletion and insertion curves of a map."""
    with st.spinner("Hiding and looking …"):
        return _memories().hidings.get(request.key, lambda: _hiding(request))


def shaken_of(request: MapRequest) -> tuple[Shaken, ...]:
    """Return the changed versions of the photo, judged and explained."""
    subject = request.subject
    key = (request.key, subject.point.thresholds)
    pixels = readable_photo(subject.model, subject.photo).pixels
    return _memories().shakings.get(
        key,
        lambda: watched(
            key,
            "Shaking and looking",
            lambda progress: shake(
                subject.model, pixels, request.target, request.method, request.layer, subject.point, progress
            ),
        ),
    )


def sanity_of(request: MapRequest) -> tuple[SanityStep, ...]:
    """Return the maps of the model with shuffled weights."""
    model, key = request.subject.model, ("sanity", request.key)
    return _memories().sanities.get(
        key,
        lambda: watched(
            key,
            "Shuffling the weights",
            lambda progress: sanity_check(
                model, _input(request.subject), request.target, request.method, request.layer, progress=progress
            ),
        ),
    )


def stages_of(subject: Subject) -> tuple[Stage, ...]:
    """Return what each stage of the network answers."""
    key = (subject.model.spec.version, subject.photo.sha256)
    with st.spinner("Looking inside …"):
        return _memories().stages.get(key, lambda: look_inside(subject.model, _input(subject)))


def _heat(request: MapRequest, progress: Progress = no_progress) -> ActivationMap:
    subject = request.subject
    photo = readable_photo(subject.model, subject.photo)
    if not request.by_reference:
        return photo_map(subject.model, photo.pixels, request.target, request.method, request.layer, progress)
    from defect_app.explanation.gradients import reference_map

    found = reference_map(subject.model, _input(subject), request.target, request.method, request.layer)
    return over_photo(found, subject.model.spec.input, photo.height, photo.width)


def _hiding(request: MapRequest) -> HidingCurves:
    model, pixels = request.subject.model, _input(request.subject)
    heat = input_map(model, pixels, request.target, request.method, request.layer)
    return hiding_curves(model, pixels, heat, request.target)


def _input(subject: Subject) -> np.ndarray:
    return input_pixels(readable_photo(subject.model, subject.photo).pixels, subject.model.spec)
