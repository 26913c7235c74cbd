"""Which model and which of its evaluated photos a page shows: split, fold or run, leak-free or official."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import streamlit as st

from defect_app.catalog import Catalog, CatalogEntry, models_by_product
from defect_app.decision import threshold_text
from defect_app.evaluation.opening import OpenedEvaluation
from defect_app.evaluation.selection import Selection, available
from defect_app.ui.parts.model_evaluation import model_point_in_use
from defect_app.ui.parts.products import choose_product, remember_model
from defect_app.ui.parts.unread_address import draw_unread_choice
from defect_app.ui.session import Address, Key

SPLIT_TITLES = {
    "test": "Test photos",
    "validation": "Validation photos",
    "cv": "All photos, cross-validated",
    "scenes": "Rendered scenes",
}
SPLIT_HELP = (
    "Test: never seen in training or when thresholds were chosen. Validation: thresholds were chosen on these. "
    "Cross-validated: five models, each judging the fifth of the photos that it had not seen. "
    "Scenes: photos rendered by this project. The line: judged parts that persons settled on "
    "Review. Own photos: those that the command evaluate was given with --folder."
)


def draw_head(title: str, models: Catalog) -> None:
    """Draw a page's title, and beside it the way to another product, by the same cards as on Inspect."""
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        st.title(title, anchor=False)
        if st.button("Change product", icon=":material/apps:", width="content"):
            choose_product(models, partial(_change_to, models))


def choose_model(models: Catalog, current: CatalogEntry) -> None:
    """Draw the list of models, by product, recommended ones first; another choice starts the page anew with it."""
    entries = [e for e in models_by_product(models) if e.spec is not None]
    titles = {e.id: e.title for e in entries}

    def change() -> None:
        _change_to(models, st.session_state[Key.SHARED_MODEL])

    st.session_state[Key.SHARED_MODEL] = current.id
    st.selectbox("Model", list(titles), format_func=lambda i: titles[i], key=Key.SHARED_MODEL, on_change=change)


def choose_part(evaluation: OpenedEvaluation) -> Selection:
    """Draw the choice of photos and return it."""
    parts = available(evaluation)
    splits = list(dict.fromkeys(s.split for s in parts))
    asked = None if Address.SPLIT in st.session_state else st.query_params.get(Address.SPLIT)
    split = st.selectbox(
        "Photos",
        splits,
        format_func=lambda s: split_title(evaluation, s),
        key=Address.SPLIT,
        bind="query-params",
        help=SPLIT_HELP,
    )
    split = split if split in splits else splits[0]
    draw_unread_choice(Address.SPLIT, asked, split_title(evaluation, split))
    selection = _choose_fold_or_run(evaluation, Selection(split, _first_run(evaluation, split)))
    rows = evaluation.pictures
    leaked = int((rows["leaked"] & (rows["split"] == split)).sum())
    if leaked:
        free = st.segmented_control(
            "Near copies",
            ["official", "leak-free"],
            default="official",
            required=True,
            key=Address.LEAK_FREE,
            bind="query-params",
            help=f"{leaked:,} of these photos have an exact or near copy among the training photos, or show a part "
            "that they show. The official set counts them; leak-free leaves them out, which is nearer to what new "
            "parts will meet.",
        )
        selection = replace(selection, leak_free=free == "leak-free")
    return selection


def split_title(evaluation: OpenedEvaluation, split: str) -> str:
    """Return what a split is called on pages: "The line, since 21 Nov 2026" for parts that persons settled."""
    added = evaluation.added_split(split)
    return added.title if added else SPLIT_TITLES.get(split, split)


def _change_to(models: Catalog, model_id: str) -> None:
    remember_model(model_id)
    # A threshold or a cell of the one model says nothing about the other.
    st.session_state[Key.EVALUATE_THRESHOLD_SET] = True
    in_use = model_point_in_use(models.get(model_id)).point.thresholds.decisive
    st.session_state[Address.THRESHOLD] = threshold_text(in_use)
    st.session_state[Address.CELL] = None


def _first_run(evaluation: OpenedEvaluation, split: str) -> int:
    rows = evaluation.pictures
    return int(rows.loc[rows["split"] == split, "run"].min())


def _choose_fold_or_run(evaluation: OpenedEvaluation, selection: Selection) -> Selection:
    rows = evaluation.pictures.loc[evaluation.pictures["split"] == selection.split, ["run", "fold"]]
    runs = sorted({int(r) for r in rows["run"].unique()})
    folds = sorted({int(f) for f in rows["fold"].unique() if f >= 0})
    parts = {"all folds" if folds else f"run {runs[0]}": selection}
    if folds:
        parts |= {f"fold {f + 1}": replace(selection, fold=f) for f in folds}
    parts |= {f"run {r}": replace(selection, run=r) for r in runs[1:]}
    if len(parts) == 1:
        return selection
    chosen = st.selectbox(
        "Fold" if folds else "Run",
        list(parts),
        format_func=lambda p: "Bundled model" if p == "run 0" else p.capitalize(),
        key=Address.PART,
        bind="query-params",
        help="A fold is a fifth of the photos, judged by the model that had not seen it. Runs are trainings of one "
        "recipe with other random numbers; the bundled model is run 0.",
    )
    return parts.get(chosen, selection)
