"""What helps with a photo that the model does not know: another product that does, and how to photograph this part."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from defect_app.catalog import Catalog, ModelSpec, ModelVersion, Product
from defect_app.hosting.batch import Batch, BatchEntry
from defect_app.hosting.original_files import ORIGINALS
from defect_app.hosting.other_products import product_that_knows, products_to_ask
from defect_app.intake import PhotoFile
from defect_app.scenes.photographing import guidance_for
from defect_app.ui.inspect.framing import is_unfamiliar
from defect_app.ui.parts.handing_over import hand_over
from defect_app.ui.parts.text import as_text
from defect_app.ui.resources import model_host
from defect_app.ui.session import Key, remember_model

EXAMPLE_SIDE = 150


def draw_unfamiliar(place: DeltaGenerator, entry: BatchEntry, batch: Batch, models: Catalog) -> None:
    """Draw, below a photo that the model does not know, what a person can do; nothing below another photo.

    Call it last: the first time, other models have to be loaded for it.
    """
    if not is_unfamiliar(entry.result):
        return
    with place:
        draw_guidance(batch.inspector.spec, opened=True)
        with st.container(key=Key.INSPECT_OTHER_PRODUCT):
            _draw_other_product(entry, batch, models)


def draw_guidance(spec: ModelSpec, *, opened: bool) -> None:
    """Draw how to photograph the part that a model judges, opened or behind its title."""
    guidance = guidance_for(spec)
    with st.expander("How to photograph this part", icon=":material/photo_camera:", expanded=opened):
        with st.container(horizontal=True, gap="medium", wrap=False):
            if guidance.example is not None:
                st.image(guidance.example.read(), width=EXAMPLE_SIDE, alt="Example of a photo as it should be")
            st.markdown("\n".join(f"{n}. {as_text(line)}" for n, line in enumerate(guidance.lines, start=1)))
        if guidance.example is not None:
            st.caption("The example is drawn by this project.")


def _draw_other_product(entry: BatchEntry, batch: Batch, models: Catalog) -> None:
    asked = products_to_ask(models, batch.inspector.spec.product)
    if not asked:
        return
    versions = tuple(product.recommended.version for product in asked)
    with st.spinner("Looking whether another product's model knows this photo …", show_time=False):
        known_id = _product_that_knows(asked, entry, entry.record.sha256, versions)
    product = next((p for p in asked if p.recommended.id == known_id), None)
    if product is None:
        return
    title = product.title
    st.info(
        f"It looks like a photo of another product: {as_text(title)}. Change product?", icon=":material/swap_horiz:"
    )
    unknown = [e for e in batch.entries if is_unfamiliar(e.result)]
    several = f"the {len(unknown)} photos that this model does not know" if len(unknown) > 1 else "this photo"
    st.button(
        f"Change to {as_text(title)} and judge {several} there", icon=":material/apps:", key=Key.INSPECT_CHANGE_PRODUCT,
        on_click=_change_to, args=(product, unknown),
    )  # fmt: skip


def _change_to(product: Product, entries: Sequence[BatchEntry]) -> None:
    model_id = product.recommended.id
    hand_over(model_id, tuple(_file_of(entry) for entry in entries))
    st.session_state.pop(Key.INSPECT_SELECTED, None)
    remember_model(model_id)


def _file_of(entry: BatchEntry) -> PhotoFile:
    # Where the file is not held any more, the picture for the screen takes its place, as on Explain.
    return PhotoFile.of_bytes(entry.record.file, lambda: ORIGINALS.get(entry.record.sha256) or entry.shown_jpeg)


@st.cache_data(max_entries=500, show_spinner=False)
def _product_that_knows(
    _asked: tuple[Product, ...], _entry: BatchEntry, sha256: str, versions: tuple[ModelVersion, ...]
) -> str | None:
    data = ORIGINALS.get(sha256) or _entry.shown_jpeg
    found = product_that_knows(model_host(), _asked, data, _entry.record.file)
    return found.recommended.id if found is not None else None
