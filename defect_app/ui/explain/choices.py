"""What to explain and how: target, methods, layer, and how the maps are drawn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st

from defect_app.engine import HeatMapKind
from defect_app.explanation import CLASS_ACTIVATION_MAP, METHODS, Target, class_target, defect_target
from defect_app.inspection import Inspector
from defect_app.overlay import COLOUR_MAPS, DEFAULT_COLOUR_MAP
from defect_app.ui.explain.keras_model import has_keras, logit_model

MOST_METHODS = 4
OVERLAY, BESIDE, REVEAL = "Overlay", "Side by side", "Drag to reveal"
VIEW_ICONS = {OVERLAY: ":material/layers:", BESIDE: ":material/splitscreen_vertical_add:", REVEAL: ":material/swipe:"}
DEFECT_SCORE = "defect score"
LISTED_CLASSES = 20


@dataclass(frozen=True, eq=False)
class Explaining:
    """What the page explains.

    Attributes
    ----------
    target : Target
        A class, or the score of defect.
    methods : tuple of str
        One to four of `METHODS`.
    layer : str
        For the methods that take one.
    view : str
        `OVERLAY`, `BESIDE` or `REVEAL`.
    colour_map : str
        One of `COLOUR_MAPS`.
    opacity : float
        In [0, 1].
    """

    target: Target
    methods: tuple[str, ...]
    layer: str
    view: str
    colour_map: str
    opacity: float

    def layer_of(self, method: str) -> str:
        """Return the layer of a method, empty where it takes none."""
        return self.layer if METHODS[method].takes_layer else ""


def draw_choices(model: Inspector, probabilities: np.ndarray, photo_sha256: str) -> Explaining:
    """Draw the controls and return what they say.

    Parameters
    ----------
    model : Inspector
        The loaded model.
    probabilities : ndarray, shape (n_classes,)
        Of the photo: the most probable classes come first in the list.
    photo_sha256 : str
        Which photo it is: for a recognition model, each starts with its own best class.
    """
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        target = _choose_target(model, probabilities, photo_sha256)
        methods = _choose_methods(model)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        view = st.segmented_control(
            "View", list(VIEW_ICONS), format_func=lambda v: f"{VIEW_ICONS[v]} {v}", default=OVERLAY, required=True,
            key="explain_view", label_visibility="collapsed", persist_state="session",
        )  # fmt: skip
        with st.popover("Colours", icon=":material/contrast:", help="Colour map and opacity"):
            names = list(COLOUR_MAPS)
            colour_map = st.selectbox(
                "Colour map", names, names.index(DEFAULT_COLOUR_MAP), key="explain_colours", persist_state="session",
                help="All but turbo rise evenly in lightness: equal steps of evidence look equal.",
            )  # fmt: skip
            percent = st.slider("Opacity", 0, 100, 70, 5, "%d %%", key="explain_opacity", persist_state="session")
        layer = _choose_layer(model) if any(METHODS[m].takes_layer for m in methods) else ""
    return Explaining(target, methods, layer, view or OVERLAY, colour_map or DEFAULT_COLOUR_MAP, percent / 100)


def choose(model_id: str, method: str, layer: str) -> None:
    """Choose one method and its layer from elsewhere on the page; to be called before the controls are drawn."""
    st.session_state[f"explain_methods_{model_id}"] = [method]
    if layer:
        st.session_state[f"explain_layer_{model_id}"] = layer


def _choose_target(model: Inspector, probabilities: np.ndarray, photo_sha256: str) -> Target:
    spec = model.spec
    of_photo = "" if spec.task == "inspection" else photo_sha256
    order = [int(i) for i in np.argsort(-probabilities)]
    options: list[str | int] = [DEFECT_SCORE] if spec.task == "inspection" else []
    options += order if len(order) <= LISTED_CLASSES else order[:LISTED_CLASSES] + sorted(order[LISTED_CLASSES:])

    def title(option: str | int) -> str:
        if isinstance(option, str):
            return "Defect (for it and against good)"
        return f"{spec.classes[option].title} ({probabilities[option]:.3f})"

    chosen = st.selectbox(
        "What speaks for …", options, format_func=title, key=f"explain_target_{spec.id}_{of_photo}", width=270,
        help="The map shows where the photo speaks for this class.",
    )  # fmt: skip
    if chosen is None or isinstance(chosen, str):
        return defect_target(spec) if spec.task == "inspection" else class_target(spec, spec.class_names[order[0]])
    return class_target(spec, spec.class_names[chosen])


def _choose_methods(model: Inspector) -> tuple[str, ...]:
    with_map = model.engine.heat_map_kind is not HeatMapKind.NONE
    possible = [m.name for m in METHODS.values() if (has_keras(model) if m.needs_keras else with_map)]
    key = f"explain_methods_{model.spec.id}"
    st.session_state[key] = [m for m in st.session_state.get(key, possible[:1]) if m in possible] or possible[:1]
    chosen = st.pills(
        f"Methods, up to {MOST_METHODS} beside each other",
        possible,
        selection_mode="multi",
        wrap=True,
        format_func=lambda m: METHODS[m].title,
        key=key,
        help="The first time that any but the class activation map is chosen, TensorFlow is loaded: a few seconds.",
    )
    if len(chosen) > MOST_METHODS:
        st.caption(f"{MOST_METHODS} at most: {METHODS[chosen[-1]].title} is left out. Take another away first.")
        chosen = chosen[:MOST_METHODS]
    if not has_keras(model):
        st.caption("This model has no Keras file: its class activation map is the only one.")
    return tuple(chosen or possible[:1]) or (CLASS_ACTIVATION_MAP,)


def _choose_layer(model: Inspector) -> str:
    layers = {layer.name: layer for layer in logit_model(model).layers}
    ends = {layer.name for layer in logit_model(model).stage_ends}
    explained = model.spec.explain_layer
    # The last layer of each size says most; the rest is there for who wants it.
    names = sorted(layers, key=lambda name: name not in ends)
    names = [*reversed([n for n in names if n in ends]), *[n for n in names if n not in ends]]
    chosen = st.selectbox(
        "Layer",
        names,
        names.index(explained) if explained in names else 0,
        format_func=lambda name: f"Layer {layers[name].words}" + (", end of a stage" if name in ends else ""),
        key=f"explain_layer_{model.spec.id}",
        width=400,
        label_visibility="collapsed",
        help="Late layers know meanings and place them coarsely; early ones know edges and place them finely.",
    )
    return chosen or explained
