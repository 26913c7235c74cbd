"""Choosing a product: cards with picture and name, and the model that the page works with."""

from __future__ import annotations

import streamlit as st

from defect_app.catalog import Catalog, CatalogEntry
from defect_app.errors import DefectLensError
from defect_app.inspection import Inspector
from defect_app.intake import Photo, encode_jpeg, read_photo
from defect_app.samples import samples_for
from defect_app.ui.resources import by_importance, catalog, file_hashes, inspector
from defect_app.ui.text import as_text

MODEL_PARAMETER = "model"
CARD_SIDE = 240
NO_MODEL = "There is no model here yet. Put a model folder into models/."


def current_model(models: Catalog) -> CatalogEntry | None:
    """Return the model that the address or the last choice names, else the first usable one, else None."""
    wanted = st.query_params.get(MODEL_PARAMETER) or st.session_state.get(MODEL_PARAMETER)
    entries = {e.id: e for e in models.entries}
    chosen = entries.get(str(wanted)) or next(iter(by_importance(models)), None)
    if chosen is not None:
        _remember(chosen.id)
    return chosen


def usable_model(models: Catalog, title: str) -> CatalogEntry:
    """Return the current model; where it cannot be used, say why, offer the others and end the page.

    Parameters
    ----------
    models : Catalog
        The models on disk.
    title : str
        The page's title, drawn above the reason.
    """
    entry = current_model(models)
    if entry is not None and entry.usable:
        return entry
    st.title(title, anchor=False)
    problem = f"The model {entry.id} is disabled: {entry.problem}" if entry else NO_MODEL
    st.error(as_text(problem), icon=":material/block:")
    if models.usable and st.button("Choose another product", icon=":material/apps:"):
        choose_product(models)
    st.stop()


def loaded_model(models: Catalog, title: str) -> tuple[CatalogEntry, Inspector]:
    """Return the current model, ready to judge; ends the page as `usable_model` does where that cannot be."""
    entry = usable_model(models, title)
    try:
        return entry, inspector(entry)
    except DefectLensError as error:
        st.title(title, anchor=False)
        st.error(as_text(f"{error} {error.remedy}"), icon=":material/block:")
        st.stop()


def _remember(model_id: str) -> None:
    st.session_state[MODEL_PARAMETER] = model_id
    if st.query_params.get(MODEL_PARAMETER) != model_id:
        st.query_params[MODEL_PARAMETER] = model_id


@st.cache_data(max_entries=64, show_spinner=False)
def product_picture(model_id: str, files: tuple[tuple[str, str], ...]) -> bytes | None:
    """Return a square picture of what the model judges, as JPEG, or None where there is no sample."""
    spec = catalog().get(model_id).spec
    samples = samples_for(spec) if spec else ()
    photo = read_photo(samples[0].read(), samples[0].name) if samples else None
    if not isinstance(photo, Photo):
        return None
    side = min(photo.pixels.shape[:2])
    top, left = (photo.pixels.shape[0] - side) // 2, (photo.pixels.shape[1] - side) // 2
    return encode_jpeg(photo.pixels[top : top + side, left : left + side], longest_side=CARD_SIDE)


def draw_picture(entry: CatalogEntry, width: int) -> None:
    """Draw the product's picture, or its icon where there is none."""
    picture = product_picture(entry.id, file_hashes(entry))
    if picture is not None:
        st.image(picture, width=width, alt=f"Example for {entry.title}")
    else:
        st.markdown("## :material/photo:")


def product_cards(models: Catalog, *, page: str | None = None) -> None:
    """Draw a card for each model.

    Parameters
    ----------
    models : Catalog
        The models on disk; disabled ones are shown with their reason.
    page : str, optional
        Where a card leads; without it, the card's button changes the model of this page.
    """
    grid = st.grid(4, min_column_width=250, gap="small")
    for entry in models.entries:
        with grid.container(border=True, height="stretch"):
            _card(entry, page)


def _card(entry: CatalogEntry, page: str | None) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small", wrap=False):
        draw_picture(entry, 72)
        with st.container(gap=None):
            st.markdown(f"**{entry.title}**")
            st.caption(entry.spec.summary if entry.spec else "")
    if not entry.usable:
        st.caption(f":red[:material/block: Disabled:] {entry.problem}")
    elif page is not None:
        st.page_link(
            page, label="Inspect photos", icon=":material/arrow_forward:", query_params={MODEL_PARAMETER: entry.id}
        )
    else:
        chosen = st.session_state.get(MODEL_PARAMETER) == entry.id
        if st.button(
            "In use" if chosen else "Use this model",
            key=f"use_{entry.id}",
            type="primary" if chosen else "secondary",
            width="stretch",
        ):
            _remember(entry.id)
            st.rerun()


@st.dialog("Choose a product", width="large")
def choose_product(models: Catalog) -> None:
    """Ask for another product in a dialog."""
    product_cards(models)
