"""The first door: a few photos of one's own, and which product knows them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from defect_app.catalog import Catalog, ModelVersion, Product
from defect_app.hosting.other_products import product_that_knows, products_to_ask
from defect_app.intake import ACCEPTED_IN_WORDS, MAX_BYTES, PhotoFile, Rejection, content_hash, read_photo
from defect_app.ui.parts.handing_over import hand_over
from defect_app.ui.parts.text import as_text, name_as_text
from defect_app.ui.resources import model_host
from defect_app.ui.session import Address, Key, KeyOf, remember_model

MOST_PHOTOS = 10


@dataclass(frozen=True)
class SortedPhotos:
    """Which product knows which photo.

    Attributes
    ----------
    known : dict of str to tuple of UploadedFile
        By the id of the product's model.
    unknown : tuple of UploadedFile
        That no product's model knows.
    unusable : tuple of (str, str)
        Name and reason of files that are no photos.
    """

    known: dict[str, tuple[UploadedFile, ...]]
    unknown: tuple[UploadedFile, ...]
    unusable: tuple[tuple[str, str], ...]


def draw_door(models: Catalog) -> None:
    """Draw the drop zone, and below it what became of the photos."""
    uploads = st.file_uploader(
        f"Drop five of your photos: {ACCEPTED_IN_WORDS}. The app says which product here knows them.",
        accept_multiple_files=True, key=Key.HOME_DROP, max_upload_size=MAX_BYTES // 1_000_000,
    )  # fmt: skip
    if not uploads:
        return
    if len(uploads) > MOST_PHOTOS:
        st.caption(f"The first {MOST_PHOTOS} are looked at here; Inspect takes hundreds.")
    products = products_to_ask(models, None)
    with st.spinner("Asking each product's model whether it knows these photos …"):
        found = _sorted(uploads[:MOST_PHOTOS], products)
    for product in products:
        if files := found.known.get(product.recommended.id):
            _draw_known(product, files, len(uploads[:MOST_PHOTOS]))
    if found.unknown:
        _draw_unknown(len(found.unknown), len(uploads[:MOST_PHOTOS]))
    for name, reason in found.unusable:
        st.caption(f":material/broken_image: {name_as_text(name)}: {as_text(reason)}")


def _sorted(uploads: list[UploadedFile], products: tuple[Product, ...]) -> SortedPhotos:
    known: defaultdict[str, list[UploadedFile]] = defaultdict(list)
    unknown: list[UploadedFile] = []
    unusable: list[tuple[str, str]] = []
    versions = tuple(product.recommended.version for product in products)
    for upload in uploads:
        data = upload.getvalue()
        photo = read_photo(data, upload.name)
        if isinstance(photo, Rejection):
            unusable.append((upload.name, f"{photo.reason}. {photo.remedy}"))
            continue
        model_id = _knowing(products, data, content_hash(data), versions)
        (known[model_id] if model_id else unknown).append(upload)
    return SortedPhotos({name: tuple(files) for name, files in known.items()}, tuple(unknown), tuple(unusable))


@st.cache_data(max_entries=500, show_spinner=False)
def _knowing(_products: tuple[Product, ...], _data: bytes, sha256: str, versions: tuple[ModelVersion, ...]) -> str:
    found = product_that_knows(model_host(), _products, _data, sha256)
    return found.recommended.id if found is not None else ""


def _draw_known(product: Product, files: tuple[UploadedFile, ...], total: int) -> None:
    title = as_text(product.title)
    # A photo alone among others is named: which one it is must not be guessed.
    what = f"{name_as_text(files[0].name)} looks" if len(files) == 1 else f"{len(files)} of {total} look"
    with st.container(border=True, horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f":material/check_circle: {what} like {'a photo' if len(files) == 1 else 'photos'} of **{title}**.")
        if st.button(
            f"Judge {'it' if len(files) == 1 else f'these {len(files)}'} as {title}", type="primary",
            icon=":material/search_check:", key=KeyOf.HOME_JUDGE(product.recommended.id),
        ):  # fmt: skip
            model_id = product.recommended.id
            hand_over(model_id, tuple(PhotoFile.of_bytes(file.name, file.getvalue) for file in files))
            st.session_state.pop(Key.INSPECT_SELECTED, None)
            remember_model(model_id)
            st.switch_page("pages/inspect.py", query_params={Address.MODEL.value: model_id})


def _draw_unknown(count: int, total: int) -> None:
    what = "No product here knows it" if total == 1 else f"No product here knows {count} of {total}"
    with st.container(border=True, horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(
            f":material/help: {what}. A handful of photos of good parts, and of defective ones where there are some, "
            "makes a model of your own in seconds."
        )
        st.page_link("pages/teach.py", label="Teach this product", icon=":material/school:")
