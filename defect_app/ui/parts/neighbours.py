"""Looks like these: the nearest pictures whose truth is known, a row a class, with labels and distances."""

from __future__ import annotations

from collections import OrderedDict

import numpy as np
import streamlit as st

from defect_app.catalog import ModelSpec, ModelVersion
from defect_app.inspection import Inspector
from defect_app.inspection.framing import Frame
from defect_app.neighbours.bank import features_of, reference_bank
from defect_app.neighbours.nearest import NeighboursOfClass, ReferenceBank, nearest
from defect_app.neighbours.sources import ReferenceSource, sources_for
from defect_app.ui.parts.explained_photo import ExplainedPhoto
from defect_app.ui.parts.text import as_text, name_as_text
from defect_app.ui.session import Key

MOST_BANKS = 8
PICTURE_WIDTH = 150


def draw_neighbours(inspector: Inspector, photo: ExplainedPhoto) -> None:
    """Draw the nearest pictures of each class to a photo, from a source that the reader chooses.

    Raises
    ------
    DataUnavailable
        If the photo, or every picture of the source, cannot be used.
    """
    sources = {source.title: source for source in sources_for(inspector.spec, inspector.folder)}
    if not sources:
        st.caption(
            "There are no pictures to compare with: this model's product is not rendered, and the photos "
            "that it learnt from are not on this machine."
        )
        return
    source = next(iter(sources.values()))
    if len(sources) > 1:
        chosen = st.segmented_control(
            "Compare with", list(sources), default=source.title, required=True, key=Key.SHARED_NEIGHBOURS_SOURCE
        )
        source = sources.get(str(chosen), source)
    bank = _bank(inspector, source)
    features = _features(inspector, photo, inspector.spec.version, photo.sha256, photo.frame)
    limit = inspector.familiarity.limit if inspector.familiarity is not None else None
    st.caption(_sense(source, limit))
    for of_class in nearest(bank, features):
        _draw_class(inspector.spec, of_class)


def _sense(source: ReferenceSource, limit: float | None) -> str:
    said = f"The nearest of {as_text(source.words)}, by the features that the model compares photos by: 0 is the same"
    return f"{said}, and beyond {limit:.2f} a photo counts as unfamiliar." if limit is not None else f"{said}."


def _draw_class(spec: ModelSpec, of_class: NeighboursOfClass) -> None:
    with st.container(gap="xsmall"):
        st.markdown(f"**{as_text(spec.title_of(of_class.label))}**")
        with st.container(horizontal=True, gap="small"):
            for one in of_class.neighbours:
                with st.container(width=PICTURE_WIDTH, gap=None):
                    st.image(one.reference.jpeg, width="stretch", alt=one.reference.name)
                    what = one.reference.what or one.reference.name.rsplit("/", 1)[-1]
                    st.caption(f"distance {one.distance:.2f} · {name_as_text(what)}")


def _bank(inspector: Inspector, source: ReferenceSource) -> ReferenceBank:
    banks, key = _banks(), (inspector.spec.version, source.key)
    if key not in banks:
        words = "Looking at pictures to compare with, once"
        place = st.empty()
        bar = place.progress(0.0, words)

        def show(_: str, done: int, n: int) -> None:
            bar.progress(min(1.0, done / n), f"{words}: {done} of {n}")

        banks[key] = reference_bank(inspector, source, show)
        place.empty()
        while len(banks) > MOST_BANKS:
            banks.popitem(last=False)
    return banks[key]


@st.cache_resource(show_spinner=False)
def _banks() -> OrderedDict[tuple[ModelVersion, str], ReferenceBank]:
    """Return the references at hand, by the models' versions and the sources' keys."""
    return OrderedDict()


@st.cache_data(max_entries=200, show_spinner=False)
def _features(
    _inspector: Inspector,
    _photo: ExplainedPhoto,
    version: ModelVersion,
    sha256: str,
    frame: Frame | None,
) -> np.ndarray:
    return features_of(_inspector, _photo.data, _photo.name, _photo.frame)
