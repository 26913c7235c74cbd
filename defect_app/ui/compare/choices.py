"""What the Compare page shows: a product, its models, and the photos they are compared on; all in the address."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from defect_app.catalog import Catalog, CatalogEntry
from defect_app.evaluation.opening import OpenedEvaluation
from defect_app.evaluation.selection import SelectedPictures, Selection, available
from defect_app.evaluation.side_by_side import on_shared_pictures
from defect_app.evaluation.thresholds import Thresholds
from defect_app.ui.evaluate.choices import SPLIT_HELP, SPLIT_TITLES
from defect_app.ui.evaluate.results import applied_point, opened, selected_part, thresholds_of
from defect_app.ui.text import as_text

PRODUCT, MODELS, PHOTOS = "product", "models", "photos"
GENERAL = "general"
PRODUCT_TITLES = {
    "casting": "Castings",
    "box": "Boxes",
    "metal": "Metal surfaces",
    "phone": "Phone screens",
    GENERAL: "Everyday things",
}


@dataclass(frozen=True)
class ComparedModel:
    """A model with the photos that it is compared on.

    Attributes
    ----------
    entry : CatalogEntry
        The model.
    evaluation : OpenedEvaluation
        Usable.
    selected : SelectedPictures
        The shared photos, or all its own where none are shared.
    thresholds : Thresholds
        That it is used with.
    """

    entry: CatalogEntry
    evaluation: OpenedEvaluation
    selected: SelectedPictures
    thresholds: Thresholds

    @property
    def title(self) -> str:
        """The model's title."""
        return self.entry.title


@dataclass(frozen=True)
class Compared:
    """The models that are compared, at least one, and whether on the very same photos."""

    product: str
    models: tuple[ComparedModel, ...]
    shared: bool


def product_of(entry: CatalogEntry) -> str:
    """Return what a model is compared by: its product, or "general" for one that names things."""
    if entry.spec is None or entry.spec.task == "recognition":
        return GENERAL
    return entry.spec.product or entry.id


def choose_product(models: Catalog) -> str:
    """Draw the choice of a product and return it; the one with most models comes first."""
    counted: dict[str, int] = {}
    for entry in models.entries:
        if entry.spec is not None:
            counted[product_of(entry)] = counted.get(product_of(entry), 0) + 1
    # The general report's own comparison is there even before a second general model is.
    products = sorted(counted, key=lambda p: (-counted[p], p))

    def change() -> None:
        st.session_state.pop(PHOTOS, None)
        # Said outright: the browser would keep what is left of the other product's choice, which is nothing.
        st.session_state[MODELS] = list(_models_of(models, st.session_state[PRODUCT]))

    chosen = st.selectbox(
        "Product", products, format_func=lambda p: PRODUCT_TITLES.get(p, p), key=PRODUCT, bind="query-params",
        on_change=change,
    )  # fmt: skip
    return chosen if chosen in products else products[0]


def choose_models(models: Catalog, product: str) -> list[CatalogEntry]:
    """Draw the choice of models of a product and return them, in the catalog's order."""
    entries = _models_of(models, product)
    chosen = st.multiselect(
        "Models",
        list(entries),
        default=None if MODELS in st.session_state else list(entries),
        format_func=lambda i: entries[i].title if i in entries else i,
        key=MODELS,
        bind="query-params",
        placeholder="Choose at least one",
    )
    return [entries[i] for i in entries if i in chosen]


def _models_of(models: Catalog, product: str) -> dict[str, CatalogEntry]:
    return {e.id: e for e in models.entries if e.spec is not None and product_of(e) == product}


def choose_photos(product: str, entries: list[CatalogEntry]) -> Compared:
    """Draw the choice of photos, and return the models on those that all of them share.

    Models whose evaluation cannot be used are named with the reason and left out.
    """
    usable: list[tuple[CatalogEntry, OpenedEvaluation]] = []
    for entry in entries:
        evaluation = opened(entry)
        if evaluation.usable:
            usable.append((entry, evaluation))
        else:
            st.warning(f"{as_text(entry.title)}: {as_text(evaluation.problem)}", icon=":material/block:")
    if not usable:
        return Compared(product, (), False)
    splits = [list(dict.fromkeys(s.split for s in available(e))) for _, e in usable]
    common = [s for s in splits[0] if all(s in other for other in splits)] or splits[0]
    split = st.selectbox(
        "Photos", common, format_func=lambda s: SPLIT_TITLES.get(s, s), key=PHOTOS, bind="query-params", help=SPLIT_HELP
    )
    split = split if split in common else common[0]
    own = tuple(selected_part(entry, e, Selection(split)) for entry, e in usable)
    cut = _shared(own, tuple((str(entry.folder), e.sha256) for entry, e in usable), split)
    shared = cut[0].n > 0
    return Compared(
        product,
        tuple(
            ComparedModel(entry, evaluation, selected, thresholds_of(applied_point(entry).point))
            for (entry, evaluation), selected in zip(usable, cut if shared else own, strict=True)
        ),
        shared,
    )


@st.cache_resource(max_entries=16, show_spinner=False)
def _shared(
    _own: tuple[SelectedPictures, ...], files: tuple[tuple[str, str], ...], split: str
) -> tuple[SelectedPictures, ...]:
    return on_shared_pictures(_own)
