"""What to explain and how: target, methods, layer, and how the maps are drawn; all of it in the page's address."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st

from defect_app.explanation import METHODS, Target, class_target, default_target
from defect_app.inspection import Inspector
from defect_app.inspection.overlay import COLOUR_MAPS, DEFAULT_COLOUR_MAP
from defect_app.ui.explain.computing import MapRequest, Subject
from defect_app.ui.explain.possibilities import Possibilities, possibilities
from defect_app.ui.parts.address import choice_from_address, choice_to_address, choices_from_address
from defect_app.ui.parts.text import as_text
from defect_app.ui.session import Address, Key, KeyOf

MOST_METHODS = 4
OVERLAY, BESIDE, REVEAL = "overlay", "beside", "reveal"
VIEWS = {
    OVERLAY: ":material/layers: Overlay",
    BESIDE: ":material/splitscreen_vertical_add: Side by side",
    REVEAL: ":material/swipe: Drag to reveal",
}
OWN, BY_ANSWER = "own", "answer"
SCALES = {OWN: "Each map's own scale", BY_ANSWER: "Scaled by the answer"}
ANSWER = "(answer)"
"""What is explained where nothing else is chosen: the score of defect, or the most probable class of the photo."""
LISTED_CLASSES = 20


@dataclass(frozen=True, eq=False)
class ExplanationChoices:
    """What the page explains, and how it draws it.

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
    scale : str
        `OWN`, or `BY_ANSWER`: as bright as the model is sure of the target.
    by_reference : bool
        Whether tf-keras-vis computes the maps.
    colour_map : str
        One of `COLOUR_MAPS`.
    opacity : float
        In [0, 1].
    """

    target: Target
    methods: tuple[str, ...]
    layer: str
    view: str
    scale: str
    by_reference: bool
    colour_map: str
    opacity: float

    def request(self, subject: Subject, method: str) -> MapRequest:
        """Return the map to make by one of the methods, as the checks take it."""
        return MapRequest(subject, self.target, method, self.layer if METHODS[method].takes_layer else "")


def draw_choices(model: Inspector, probabilities: np.ndarray) -> ExplanationChoices | None:
    """Draw the controls and return what they say; None for a model without any map.

    Parameters
    ----------
    model : Inspector
        The loaded model.
    probabilities : ndarray, shape (n_classes,)
        Of the photo: the most probable classes come first in the list.
    """
    possible = possibilities(model)
    if not possible.methods:
        st.info(as_text(f"There is no heat map for this model. {possible.note}"), icon=":material/info:")
        return None
    unknown: dict[str, str] = {}
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        target = _choose_target(model, probabilities, unknown)
        methods = _choose_methods(possible, unknown)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        view = _choose_one(Address.LOOK, "View", VIEWS, unknown)
        scale = _choose_one(Address.SCALE, "Brightness", SCALES, unknown)
        colour_map, opacity, by_reference = _choose_drawing(possible)
        layer = ""
        if any(METHODS[m].takes_layer for m in methods):
            layer = _choose_layer(possible, model.spec.explain_layer, unknown)
    if possible.note:
        st.caption(f":material/info: {as_text(possible.note)}")
    for what, asked in unknown.items():
        st.caption(
            f":material/link_off: The link asks for the {what} “{as_text(asked)}”, which this model does not have."
        )
    return ExplanationChoices(target, methods, layer, view, scale, by_reference, colour_map, opacity)


def choose_method(method: str, layer: str) -> None:
    """Choose one method and its layer from elsewhere on the page; to be called before the controls are drawn."""
    st.session_state[KeyOf.SHARED_ADDRESS(Address.METHODS)] = [method]
    if layer:
        st.session_state[KeyOf.SHARED_ADDRESS(Address.LAYER)] = layer


def _choose_target(model: Inspector, probabilities: np.ndarray, unknown: dict[str, str]) -> Target:
    spec = model.spec
    order = [spec.class_names[i] for i in np.argsort(-probabilities)]
    listed = order if len(order) <= LISTED_CLASSES else order[:LISTED_CLASSES] + sorted(order[LISTED_CLASSES:])
    options = [ANSWER, *listed]
    key, unknown_class = choice_from_address(Address.TARGET, options, ANSWER)
    if unknown_class:
        unknown["class"] = unknown_class
    answer = default_target(spec, probabilities)

    def title(option: str) -> str:
        if option == ANSWER:
            return "Defect (for it and against good)" if answer.is_defect_score else f"The answer: {answer.title}"
        return f"{spec.title_of(option)} ({probabilities[spec.class_names.index(option)]:.3f})"

    chosen = st.selectbox(
        "What speaks for …", options, format_func=title, key=key, width=270, persist_state="session",
        help="The map shows where the photo speaks for this class.",
    )  # fmt: skip
    choice_to_address(Address.TARGET, chosen or ANSWER, ANSWER)
    return answer if chosen is None or chosen == ANSWER else class_target(spec, chosen)


def _choose_methods(possible: Possibilities, unknown: dict[str, str]) -> tuple[str, ...]:
    default = list(possible.methods[:1])
    key, unknown_method = choices_from_address(Address.METHODS, possible.methods, default)
    if unknown_method:
        unknown["method"] = unknown_method
    st.session_state[key] = st.session_state[key][:MOST_METHODS]
    before = tuple(st.session_state[key])

    def at_most() -> None:
        pressed: list[str] = st.session_state[key]
        added = [m for m in pressed if m not in before]
        kept = [m for m in before if m in pressed]
        # The one that was pressed last takes the place of the first.
        st.session_state[key] = [*kept[max(0, len(pressed) - MOST_METHODS) :], *added][:MOST_METHODS]

    chosen = st.pills(
        f"Methods, up to {MOST_METHODS} beside each other",
        possible.methods,
        selection_mode="multi",
        wrap=True,
        format_func=lambda m: METHODS[m].title,
        key=key,
        on_change=at_most,
        persist_state="session",
    )
    methods = tuple(m for m in possible.methods if m in chosen) or tuple(default)
    choice_to_address(Address.METHODS, methods, default)
    return methods


def _choose_one(name: Address, label: str, titles: dict[str, str], unknown: dict[str, str]) -> str:
    default = next(iter(titles))
    key, unknown_value = choice_from_address(name, list(titles), default)
    if unknown_value:
        unknown[label.lower()] = unknown_value
    chosen = st.segmented_control(
        label,
        list(titles),
        format_func=titles.__getitem__,
        required=True,
        key=key,
        label_visibility="collapsed",
        persist_state="session",
    )
    choice_to_address(name, chosen or default, default)
    return chosen or default


def _choose_drawing(possible: Possibilities) -> tuple[str, float, bool]:
    with st.popover("Colours", icon=":material/contrast:", help="Colour map, opacity, and who computes the maps"):
        names = list(COLOUR_MAPS)
        colour_map = st.selectbox(
            "Colour map", names, names.index(DEFAULT_COLOUR_MAP), key=Key.EXPLAIN_COLOURS, persist_state="session",
            help="All but turbo rise evenly in lightness: equal steps of evidence look equal.",
        )  # fmt: skip
        percent = st.slider("Opacity", 0, 100, 70, 5, "%d %%", key=Key.EXPLAIN_OPACITY, persist_state="session")
        by_reference = possible.has_reference and st.toggle(
            "Reference (tf-keras-vis)",
            key=Key.EXPLAIN_REFERENCE,
            persist_state="session",
            help="The library that people know computes the maps, on the Keras model, to compare with the app's own. "
            "The first time TensorFlow is loaded: some seconds, and a gigabyte of memory.",
        )
    return colour_map or DEFAULT_COLOUR_MAP, percent / 100, by_reference


def _choose_layer(possible: Possibilities, explained: str, unknown: dict[str, str]) -> str:
    layers = {layer.name: layer for layer in possible.layers}
    default = explained if explained in layers else next(iter(layers))
    key, unknown_layer = choice_from_address(Address.LAYER, list(layers), default)
    if unknown_layer:
        unknown["layer"] = unknown_layer
    chosen = st.selectbox(
        "Layer",
        list(layers),
        format_func=lambda name: f"Layer {layers[name].words}" + (", end of a stage" * layers[name].ends_a_stage),
        key=key,
        width=400,
        label_visibility="collapsed",
        persist_state="session",
        help="Late layers know meanings and place them coarsely; early ones know edges and place them finely.",
    )
    choice_to_address(Address.LAYER, chosen or default, default)
    return chosen or default
