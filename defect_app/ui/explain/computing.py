"""Explanations, each made once: every switch of the page's look must be free."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

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
from defect_app.inspection import Inspected, Inspector, seen_pixels
from defect_app.inspection.framing import Frame
from defect_app.inspection.inspector import whole_of
from defect_app.inspection.seen_part import side_to_decode
from defect_app.intake import Photo
from defect_app.progress import Progress, no_progress
from defect_app.ui.explain.memory import Memory
from defect_app.ui.explain.photo import readable_photo
from defect_app.ui.explain.watching import watched
from defect_app.ui.parts.explained_photo import ExplainedPhoto

WAIT = "Explaining …"


@dataclass(frozen=True, eq=False)
class Subject:
    """What is explained: a model and a photo, with the operating point in force.

    Attributes
    ----------
    model : Inspector
        The model.
    photo : ExplainedPhoto
        The file.
    point : OperatingPoint
        The thresholds.
    readable : Photo
        The file, read.
    frame : Frame or None
        The part of the photo that was judged; None is all of it.
    """

    model: Inspector
    photo: ExplainedPhoto
    point: OperatingPoint
    readable: Photo
    frame: Frame | None = None

    @classmethod
    def judged(cls, model: Inspector, photo: ExplainedPhoto, point: OperatingPoint) -> tuple[Self, Inspected]:
        """Judge a photo in the frame in which it was handed over, or as the model judges it.

        Raises
        ------
        UnusablePhoto
            If the file cannot be used.
        """
        readable = readable_photo(photo, model.least_side)
        inspected = model.inspect(readable, point)
        if photo.frame not in (None, inspected.frame or whole_of(readable)):
            readable = readable_photo(photo, side_to_decode(readable, photo.frame, model.least_side))
            inspected = model.inspect_frame(readable, photo.frame, point)
        return cls(model, photo, point, readable, inspected.frame), inspected

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the upright photo in pixels."""
        return self.readable.width, self.readable.height

    @property
    def seen(self) -> np.ndarray:
        """What the model sees: uint8 of shape (height, width, 3), at the input size."""
        return seen_pixels(self.readable, self.frame, self.model.spec)


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
        frame = self.subject.frame
        return MapKey(model.spec.version, photo.sha256, frame, target, self.method, self.layer, self.by_reference)


@dataclass(frozen=True)
class MapKey:
    """What tells a heat map from all others: for the keys of caches."""

    version: ModelVersion
    photo_sha256: str
    frame: Frame | None
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
    pixels = subject.readable.pixels
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
                model, request.subject.seen, request.target, request.method, request.layer, progress=progress
            ),
        ),
    )


def stages_of(subject: Subject) -> tuple[Stage, ...]:
    """Return what each stage of the network answers."""
    key = (subject.model.spec.version, subject.photo.sha256, subject.frame)
    with st.spinner("Looking inside …"):
        return _memories().stages.get(key, lambda: look_inside(subject.model, subject.seen))


def _heat(request: MapRequest, progress: Progress = no_progress) -> ActivationMap:
    subject = request.subject
    model, photo, frame = subject.model, subject.readable, subject.frame
    if not request.by_reference:
        return photo_map(model, photo, frame, request.target, request.method, request.layer, progress)
    from defect_app.explanation.gradients import reference_map

    found = reference_map(model, subject.seen, request.target, request.method, request.layer)
    return over_photo(found, model.spec.input, photo.height, photo.width, frame)


def _hiding(request: MapRequest) -> HidingCurves:
    model, pixels = request.subject.model, request.subject.seen
    heat = input_map(model, pixels, request.target, request.method, request.layer)
    return hiding_curves(model, pixels, heat, request.target)
