"""The Keras model behind the gradient methods: loaded when first asked for, with a note while it comes."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import streamlit as st

from defect_app.inspection import Inspector

if TYPE_CHECKING:
    from defect_app.explanation.gradients import LogitModel

LOADING = "Loading TensorFlow and the Keras model: a few seconds, once …"


def has_keras(model: Inspector) -> bool:
    """Return whether the model's folder has a Keras file; nothing is loaded."""
    return "model.keras" in model.spec.sha256


def logit_model(model: Inspector) -> LogitModel:
    """Return the network before its softmax, with a note on screen where it has to be loaded first.

    Raises
    ------
    ModelUnavailable
        If there is no Keras file, or it cannot be read.
    """
    if "defect_app.explanation.gradients" in sys.modules:
        return _load(model)
    # TensorFlow's import gives other threads their turn, so other people's pages go on meanwhile.
    with st.spinner(LOADING, show_time=True):
        return _load(model)


def _load(model: Inspector) -> LogitModel:
    from defect_app.explanation.gradients import load_logit_model

    return load_logit_model(model.folder)
