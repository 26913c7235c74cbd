"""The model that a page works with: as the address asks, as it was chosen last, or by a choice; never another one."""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn

import streamlit as st

from defect_app.catalog import Catalog, CatalogEntry, by_importance
from defect_app.errors import DefectLensError
from defect_app.inspection import Inspector
from defect_app.ui.parts.errors import draw_error, draw_problem
from defect_app.ui.parts.product_cards import draw_picture, draw_product_cards
from defect_app.ui.parts.text import as_code
from defect_app.ui.resources import inspector
from defect_app.ui.session import Address, remember_model

__all__ = [
    "NO_MODEL",
    "choose_product",
    "chosen_model",
    "draw_picture",
    "loaded_model",
    "readable_model",
    "remember_model",
    "usable_model",
]

NO_MODEL = "There is no model here yet. Put a model folder into models/."


def chosen_model(models: Catalog, title: str, *, ask: bool = False) -> CatalogEntry:
    """Return the model that the address names, else the one chosen last, else the most important one.

    A model that is asked for and is not here ends the page with a choice: its photos and figures are no other model's.

    Parameters
    ----------
    models : Catalog
        The models on disk.
    title : str
        The page's title, drawn where the page ends here.
    ask : bool
        Whether to end the page with a choice too where nothing is asked for and nothing was chosen.
    """
    linked = st.query_params.get(Address.MODEL)
    wanted = linked or st.session_state.get(Address.MODEL)
    if wanted:
        found = next((e for e in models.entries if e.id == wanted), None)
        if found is not None:
            remember_model(found.id)
            return found
        asks = "This link asks for" if linked else "You worked with"
        _end_with_a_choice(
            models,
            title,
            f"{asks} the model {as_code(str(wanted))}, which is not here: it may have been taken away, bear another "
            "name, or lie on another machine. Nothing is shown or judged by another model in its place.",
        )
    entries = by_importance(models) or models.entries
    if ask or not entries:
        _end_with_a_choice(models, title, "")
    remember_model(entries[0].id)
    return entries[0]


def readable_model(models: Catalog, title: str) -> CatalogEntry:
    """Return the page's model, which may be disabled; where not even its spec can be read, say why and end the page."""
    entry = chosen_model(models, title)
    if entry.spec is None:
        _end_with_a_reason(models, title, entry)
    return entry


def usable_model(models: Catalog, title: str, *, ask: bool = False) -> CatalogEntry:
    """Return the page's model; where it cannot be used, say why, offer the others and end the page."""
    entry = chosen_model(models, title, ask=ask)
    if not entry.usable:
        _end_with_a_reason(models, title, entry)
    return entry


def loaded_model(models: Catalog, title: str, *, ask: bool = False) -> tuple[CatalogEntry, Inspector]:
    """Return the page's model, ready to judge; ends the page as `usable_model` does where that cannot be."""
    entry = usable_model(models, title, ask=ask)
    try:
        return entry, inspector(entry)
    except DefectLensError as error:
        st.title(title, anchor=False)
        draw_error(error)
        st.stop()


@st.dialog("Choose a product", width="large")
def choose_product(models: Catalog, on_choice: Callable[[str], None] = remember_model) -> None:
    """Ask for another product in a dialog; `on_choice` takes the chosen model's id before the page runs anew."""
    draw_product_cards(models, on_choice=on_choice)


def _end_with_a_choice(models: Catalog, title: str, reason: str) -> NoReturn:
    st.title(title, anchor=False)
    if reason:
        st.warning(reason, icon=":material/link_off:")
    if models.entries:
        st.header("Choose a product", anchor=False)
        draw_product_cards(models)
    else:
        draw_problem(NO_MODEL)
    st.stop()


def _end_with_a_reason(models: Catalog, title: str, entry: CatalogEntry) -> NoReturn:
    st.title(title, anchor=False)
    draw_problem(f"The model {entry.id} is disabled: {entry.problem}")
    if models.usable and st.button("Choose another product", icon=":material/apps:"):
        choose_product(models)
    st.stop()
