"""What the Evaluate page shows: model, photos, fold or run, leak-free or official, threshold; all in the address."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from defect_app.catalog import Catalog, CatalogEntry
from defect_app.evaluation.opening import OpenedEvaluation
from defect_app.evaluation.selection import Selection, available
from defect_app.evaluation.thresholds import Thresholds, clamped_thresholds
from defect_app.ui.evaluate.results import View, applied_point, selected_part, thresholds_of
from defect_app.ui.products import MODEL_PARAMETER
from defect_app.ui.text import as_text

SPLIT_TITLES = {
    "test": "Test photos",
    "validation": "Validation photos",
    "cv": "All photos, cross-validated",
    "scenes": "Rendered scenes",
}
SPLIT_HELP = (
    "Test: never seen in training or when thresholds were chosen. Validation: thresholds were chosen on these. "
    "Cross-validated: five models, each judging the fifth of the photos that it had not seen. "
    "Scenes: photos rendered by this project."
)
SPLIT, PART, LEAK_FREE, THRESHOLD, CELL = "split", "part", "leak_free", "threshold", "cell"
_MODEL = "evaluate_model"


def choose_model(models: Catalog, current: CatalogEntry) -> None:
    """Draw the list of models; another choice starts the page anew with that model."""
    ids = [e.id for e in models.entries if e.spec is not None]
    titles = {e.id: e.title for e in models.entries}

    def change() -> None:
        chosen = st.session_state[_MODEL]
        st.session_state[MODEL_PARAMETER] = st.query_params[MODEL_PARAMETER] = chosen
        # A threshold or a cell of the one model says nothing about the other.
        st.session_state[THRESHOLD] = thresholds_of(applied_point(models.get(chosen)).point).reject_at
        st.session_state[CELL] = None

    st.session_state[_MODEL] = current.id
    st.selectbox("Model", ids, format_func=lambda i: titles[i], key=_MODEL, on_change=change)


def choose_part(entry: CatalogEntry, evaluation: OpenedEvaluation) -> Selection:
    """Draw the choice of photos and return it."""
    held = available(evaluation)
    splits = list(dict.fromkeys(s.split for s in held))
    split = st.selectbox(
        "Photos",
        splits,
        format_func=lambda s: SPLIT_TITLES.get(s, s),
        key=SPLIT,
        bind="query-params",
        help=SPLIT_HELP,
    )
    split = split if split in splits else splits[0]
    selection = _choose_fold_or_run(evaluation, Selection(split, _first_run(evaluation, split)))
    rows = evaluation.pictures
    leaked = int((rows["leaked"] & (rows["split"] == split)).sum())
    if leaked:
        free = st.segmented_control(
            "Near copies",
            ["official", "leak-free"],
            default="official",
            required=True,
            key=LEAK_FREE,
            bind="query-params",
            help=f"{leaked:,} of these photos have an exact or near copy among the training photos. The official set "
            "counts them; leak-free leaves them out, which is nearer to what new parts will meet.",
        )
        selection = replace(selection, leak_free=free == "leak-free")
    return selection


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
        key=PART,
        bind="query-params",
        help="A fold is a fifth of the photos, judged by the model that had not seen it. Runs are trainings of one "
        "recipe with other random numbers; the bundled model is run 0.",
    )
    return parts.get(chosen, selection)


def choose_threshold(entry: CatalogEntry) -> Thresholds:
    """Draw the threshold and return both; accept from stands for both, for a recognition model."""
    used = applied_point(entry)
    applied = thresholds_of(used.point)
    inspection = used.point.accept_at is None
    what = (
        "The score from which a part counts as defective" if inspection else "The probability from which a label counts"
    )
    threshold = st.number_input(
        "Reject from" if inspection else "Accept from",
        0.0,
        1.0,
        applied.reject_at,
        0.01,
        "%.4f",
        key=THRESHOLD,
        bind="query-params",
        help=f"{what}. Here it only moves the figures of this page. In use: {applied.reject_at:.4g} "
        f"({as_text(used.origin)}).",
    )
    if not inspection:
        return clamped_thresholds(threshold, threshold, applied)
    return clamped_thresholds(applied.review_at, threshold, applied)


def draw_choices(models: Catalog, entry: CatalogEntry, evaluation: OpenedEvaluation) -> View | None:
    """Draw all choices in a row and return what is to be shown; None where the evaluation is not usable."""
    with st.grid(min_column_width=165, gap="small", vertical_alignment="bottom"):
        choose_model(models, entry)
        if not evaluation.usable or entry.spec is None:
            return None
        selection = choose_part(entry, evaluation)
        thresholds = choose_threshold(entry)
    return View(entry, evaluation, selected_part(entry, evaluation, selection), thresholds)
