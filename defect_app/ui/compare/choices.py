"""What the Compare page shows: a product, its models, and the photos they are compared on; all in the address."""

from __future__ import annotations

from dataclasses import dataclass, replace

import streamlit as st

from defect_app.catalog import Catalog, CatalogEntry
from defect_app.evaluation.results import EvaluationResults, SelectionResults
from defect_app.evaluation.selection import Selection, available
from defect_app.evaluation.side_by_side import on_shared_pictures
from defect_app.ui.parts.evaluation_choices import SPLIT_HELP, SPLIT_TITLES
from defect_app.ui.parts.model_evaluation import EvaluatedModel, EvaluationKey, evaluated_model, evaluation_results
from defect_app.ui.parts.text import as_text
from defect_app.ui.parts.unread_address import draw_unread_choice
from defect_app.ui.session import Address

GENERAL = "general"
PRODUCT_TITLES = {
    "casting": "Castings",
    "box": "Boxes",
    "metal": "Metal surfaces",
    "phone": "Phone screens",
    GENERAL: "Everyday things",
}


@dataclass(frozen=True)
class Compared:
    """The models that are compared.

    Attributes
    ----------
    product : str
        What they judge.
    models : tuple of EvaluatedModel
        Each with the photos that it is compared on: the shared ones, or all its own where none are shared.
    shared : bool
        Whether they are compared on the very same photos.
    among : int
        How many models there are to choose from.
    """

    product: str
    models: tuple[EvaluatedModel, ...]
    shared: bool
    among: int


def product_of(entry: CatalogEntry) -> str:
    """Return what a model is compared by: its product, or "general" for one that names things."""
    if entry.spec is None or entry.spec.task == "recognition":
        return GENERAL
    return entry.spec.product or entry.id


def choose_product(models: Catalog) -> str:
    """Draw the choice of a product and return it.

    The one with most models comes first, and that of the model which other pages work with is chosen beforehand.
    """
    counted: dict[str, int] = {}
    for entry in models.entries:
        if entry.spec is not None:
            counted[product_of(entry)] = counted.get(product_of(entry), 0) + 1
    # The general report's own comparison is there even before a second general model is.
    products = sorted(counted, key=lambda p: (-counted[p], p))

    def change() -> None:
        st.session_state.pop(Address.PHOTOS, None)
        # Said outright: the browser would keep what is left of the other product's choice, which is nothing.
        st.session_state[Address.MODELS] = list(_models_of(models, st.session_state[Address.PRODUCT]))

    known = {entry.id: product_of(entry) for entry in models.entries if entry.spec is not None}
    at_work = known.get(str(st.session_state.get(Address.MODEL)))
    if at_work and Address.PRODUCT not in st.session_state and Address.PRODUCT not in st.query_params:
        # Not as the widget's default, which the address would leave out: whoever gets it shall see the same.
        st.session_state[Address.PRODUCT] = at_work
        st.query_params[Address.PRODUCT] = PRODUCT_TITLES.get(at_work, at_work)
    asked = st.query_params.get(Address.PRODUCT)
    chosen = st.selectbox(
        "Product", products, format_func=lambda p: PRODUCT_TITLES.get(p, p), key=Address.PRODUCT, bind="query-params",
        on_change=change,
    )  # fmt: skip
    if chosen not in products:
        chosen = products[0]
    if asked is not None and asked not in {PRODUCT_TITLES.get(p, p) for p in products}:
        draw_unread_choice(Address.PRODUCT, asked, PRODUCT_TITLES.get(chosen, chosen))
    return chosen


def choose_models(models: Catalog, product: str) -> list[CatalogEntry]:
    """Draw the choice of models of a product and return them, in the catalog's order."""
    entries = _models_of(models, product)
    chosen = st.multiselect(
        "Models",
        list(entries),
        default=None if Address.MODELS in st.session_state else list(entries),
        format_func=lambda i: entries[i].title if i in entries else i,
        key=Address.MODELS,
        bind="query-params",
        placeholder="Choose at least one",
    )
    return [entries[i] for i in entries if i in chosen]


def _models_of(models: Catalog, product: str) -> dict[str, CatalogEntry]:
    return {e.id: e for e in models.entries if e.spec is not None and product_of(e) == product}


def choose_photos(models: Catalog, product: str, entries: list[CatalogEntry]) -> Compared:
    """Draw the choice of photos, and return the models on those that all of them share.

    Models whose evaluation cannot be used are named with the reason and left out.
    """
    usable: list[tuple[CatalogEntry, EvaluationResults]] = []
    for entry in entries:
        results = evaluation_results(entry)
        if results.evaluation.usable:
            usable.append((entry, results))
        else:
            st.warning(f"{as_text(entry.title)}: {as_text(results.evaluation.problem)}", icon=":material/block:")
    among = len(_models_of(models, product))
    if not usable:
        return Compared(product, (), False, among)
    splits = [list(dict.fromkeys(s.split for s in available(results.evaluation))) for _, results in usable]
    common = [s for s in splits[0] if all(s in other for other in splits)] or splits[0]
    split = st.selectbox(
        "Photos", common, format_func=lambda s: SPLIT_TITLES.get(s, s), key=Address.PHOTOS, bind="query-params",
        help=SPLIT_HELP,
    )  # fmt: skip
    split = split if split in common else common[0]
    whole = tuple(evaluated_model(entry, results.part(Selection(split))) for entry, results in usable)
    cut = _on_shared_pictures(whole, tuple(model.key for model in whole))
    shared = cut[0].selected.n > 0
    chosen = tuple(replace(m, results=part) for m, part in zip(whole, cut, strict=True)) if shared else whole
    return Compared(product, chosen, shared, among)


@st.cache_resource(max_entries=16, show_spinner=False)
def _on_shared_pictures(
    _models: tuple[EvaluatedModel, ...], keys: tuple[EvaluationKey, ...]
) -> tuple[SelectionResults, ...]:
    cut = on_shared_pictures([model.selected for model in _models])
    return tuple(SelectionResults(model.results.whole, selected) for model, selected in zip(_models, cut, strict=True))
