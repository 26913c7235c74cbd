"""Cards to choose a product by: its picture, its recommended model, the others behind it, models for lessons apart."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeAlias

import streamlit as st

from defect_app.catalog import Catalog, CatalogEntry, ModelVersion, Product, for_lessons, products_of
from defect_app.intake import Photo, encode_jpeg, read_photo
from defect_app.scenes.samples import samples_for
from defect_app.ui.parts.text import as_text
from defect_app.ui.session import Address, KeyOf, remember_model

CARD_SIDE = 240
IN_USE = "In use"

_WayIn: TypeAlias = Callable[[CatalogEntry, str], None]


def product_picture(entry: CatalogEntry) -> bytes | None:
    """Return a square picture of what a model judges, as JPEG, or None where there is no sample."""
    return _product_picture(entry, entry.version)


@st.cache_data(max_entries=64, show_spinner=False)
def _product_picture(_entry: CatalogEntry, version: ModelVersion) -> bytes | None:
    samples = samples_for(_entry.spec) if _entry.spec else ()
    photo = read_photo(samples[0].read(), samples[0].name) if samples else None
    if not isinstance(photo, Photo):
        return None
    side = min(photo.pixels.shape[:2])
    top, left = (photo.pixels.shape[0] - side) // 2, (photo.pixels.shape[1] - side) // 2
    return encode_jpeg(photo.pixels[top : top + side, left : left + side], longest_side=CARD_SIDE)


def draw_picture(entry: CatalogEntry, width: int) -> None:
    """Draw the product's picture, or an icon where there is none."""
    picture = product_picture(entry)
    if picture is not None:
        st.image(picture, width=width, alt=f"Example for {entry.title}")
    else:
        st.markdown(":material/photo:")


def draw_product_cards(
    models: Catalog, *, page: str | None = None, on_choice: Callable[[str], None] = remember_model
) -> None:
    """Draw a card for each product, and behind them the models for lessons.

    Parameters
    ----------
    models : Catalog
        The models on disk; disabled ones are shown with their reason.
    page : str, optional
        Where a card leads; without it, a card's button changes the model of this page.
    on_choice : callable
        Takes the id of the model that a button chose.
    """
    way_in = partial(_draw_way_in, page=page, on_choice=on_choice)
    grid = st.grid(3, min_column_width=260, gap="small")
    for product in products_of(models):
        with grid.container(border=True, height="stretch", gap="small"):
            _draw_card(product, way_in, to_a_page=page is not None)
    lessons = for_lessons(models)
    if lessons:
        title = f"{len(lessons)} {'model' if len(lessons) == 1 else 'models'} for lessons, not for work"
        with st.expander(title, icon=":material/school:"):
            _draw_models(lessons, way_in, to_a_page=page is not None)


def _draw_card(product: Product, way_in: _WayIn, *, to_a_page: bool) -> None:
    entry = product.recommended
    with st.container(horizontal=True, vertical_alignment="center", gap="small", wrap=False):
        draw_picture(entry, 72)
        with st.container(gap=None):
            st.markdown(f"**{as_text(product.title)}**")
            st.caption(as_text(entry.spec.summary) if entry.spec else "")
    way_in(entry, f"Inspect {product.title}" if to_a_page else f"Use {product.title}")
    if product.others:
        others = len(product.others)
        with st.expander(f"{others} other {'model' if others == 1 else 'models'} for {as_text(product.title)}"):
            _draw_models(product.others, way_in, to_a_page=to_a_page)


def _draw_models(entries: Sequence[CatalogEntry], way_in: _WayIn, *, to_a_page: bool) -> None:
    for entry in entries:
        with st.container(gap=None):
            way_in(entry, entry.title if to_a_page else f"Use {entry.title}")
            st.caption(as_text(entry.spec.summary) if entry.spec else "")


def _draw_way_in(entry: CatalogEntry, label: str, page: str | None, on_choice: Callable[[str], None]) -> None:
    if not entry.usable:
        st.caption(f":red[:material/block: Disabled:] {as_text(entry.title)}. {as_text(entry.problem)}")
    elif page is not None:
        st.page_link(
            page, label=as_text(label), icon=":material/arrow_forward:", query_params=[(Address.MODEL, entry.id)]
        )
    else:
        chosen = st.session_state.get(Address.MODEL) == entry.id
        if st.button(
            f"{IN_USE}: {as_text(entry.title)}" if chosen else as_text(label),
            key=KeyOf.SHARED_USE(entry.id),
            type="primary" if chosen else "secondary",
            width="stretch",
        ):
            on_choice(entry.id)
            st.rerun()
