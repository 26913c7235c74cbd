"""What a model can be asked for: which methods, which layers, and whether the reference can compute them too."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec

import streamlit as st

from defect_app.catalog import ModelVersion, original_of
from defect_app.engine import HeatMapKind
from defect_app.errors import DefectLensError
from defect_app.explanation import CLASS_ACTIVATION_MAP, METHODS
from defect_app.explanation.gradient_engines import gradient_engine
from defect_app.inspection import Inspector


@dataclass(frozen=True)
class LayerEntry:
    """A layer in the list: its name, its name and shape in words, and whether a stage ends with it."""

    name: str
    words: str
    ends_a_stage: bool


@dataclass(frozen=True)
class Possibilities:
    """What a model can be asked for.

    Attributes
    ----------
    methods : tuple of str
        Of `METHODS`; at least one, or none at all.
    layers : tuple of LayerEntry
        From the answer to the photo, ends of stages first.
    note : str
        What a reader should know: why methods are missing, or whose gradients these are. May be empty.
    has_reference : bool
        Whether tf-keras-vis is installed and the model has a Keras file.
    """

    methods: tuple[str, ...]
    layers: tuple[LayerEntry, ...]
    note: str
    has_reference: bool


def possibilities(model: Inspector) -> Possibilities:
    """Return what a model can be asked for, found out once."""
    return _possibilities(model, model.spec.version)


@st.cache_data(max_entries=64, show_spinner=False)
def _possibilities(_model: Inspector, version: ModelVersion) -> Possibilities:
    at_once = () if _model.engine.heat_map_kind is HeatMapKind.NONE else (CLASS_ACTIVATION_MAP,)
    has_reference = "model.keras" in _model.spec.sha256 and find_spec("tf_keras_vis") is not None
    try:
        engine = gradient_engine(_model)
    except DefectLensError as error:
        return Possibilities(at_once, (), f"{error} {error.remedy}".strip(), has_reference)
    explained = _model.spec.explain_layer
    problems = {True: engine.missing_gradient(explained), False: engine.missing_gradient()}
    # Score-CAM asks forwards only.
    computed = tuple(
        m.name
        for m in METHODS.values()
        if m.compute is not None and (m.name == "score-cam" or not problems[m.takes_layer])
    )
    ends = {layer.name for layer in engine.stage_ends}
    last_first = [LayerEntry(layer.name, layer.words, layer.name in ends) for layer in reversed(engine.layers)]
    layers = tuple(sorted(last_first, key=lambda layer: not layer.ends_a_stage))
    return Possibilities(at_once + computed, layers, _note(_model, problems[True] or problems[False]), has_reference)


def _note(model: Inspector, problem: str) -> str:
    if problem:
        return f"Some methods need a gradient that is not known: {problem}"
    original = original_of(model.spec)
    if original is not None:
        return f"Maps by gradients are those of {original}, of which this model is a faster copy."
    return ""
