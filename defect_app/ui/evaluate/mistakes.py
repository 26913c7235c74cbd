"""The confusion matrix, and the photos behind the cell that is clicked."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from defect_app.evaluation.answers import answers_at, mistakes, pictures_with_verdict, verdict_matrix
from defect_app.evaluation.confusion import (
    UNSURE,
    ConfusionMatrix,
    condensed,
    confusion_matrix,
    most_confused,
    pictures_in_cell,
)
from defect_app.figures.matrices import Cell, confusion_figure
from defect_app.ui.evaluate.charts import draw_chart, draw_table
from defect_app.ui.evaluate.choices import CELL
from defect_app.ui.evaluate.gallery import draw_gallery, heat_switch
from defect_app.ui.evaluate.results import View, kept
from defect_app.ui.text import as_text

COLUMNS, UNIT, ONLY_MISTAKES = "columns", "unit", "only_mistakes"
BY_CLASS, BY_VERDICT = "class", "verdict"
ALL_MISTAKES = "All mistakes"
_FEW_CLASSES = 5
_MOST_PAIRS = 2000


def draw_mistakes(view: View) -> None:
    """Draw the matrix with its switches, then the photos of the chosen cell."""
    answered = kept(view, "answers", lambda: answers_at(view.selected, view.threshold), at_threshold=True)
    whole = kept(view, "matrix", lambda: confusion_matrix(view.selected, answered), at_threshold=True)
    small = len(whole.rows) <= _FEW_CLASSES
    grid = st.grid(2, min_column_width=340 if small else 480, gap="medium")
    left, right = grid.container(), grid.container()
    with left:
        by_verdict, percent, hidden = _switches(view)
        shown = _verdicts(view) if by_verdict else kept(view, "condensed", lambda: condensed(whole), at_threshold=True)
    with right:
        chosen = _choose_cell(view, shown)
        if not small:
            _draw_pairs(view, whole)
        else:
            _explain(view, shown, by_verdict)
    with left:
        look = (by_verdict, percent, hidden, chosen)
        figure = kept(view, f"matrix figure {look}", lambda: _figure(view, shown, *look), at_threshold=True)
        alt = f"Confusion matrix of {view.selected.words}"
        draw_chart(
            figure, f"{view.stem}-confusion", alt, table=matrix_table(view, shown), on_click=_click(view), own=True
        )
    if chosen is not None or st.session_state.get(CELL) == ALL_MISTAKES:
        _draw_cell(view, shown, answered, chosen, by_verdict)


def _figure(
    view: View, shown: ConfusionMatrix, by_verdict: bool, percent: bool, hidden: bool, chosen: Cell | None
) -> go.Figure:
    x_title = "Verdict" if by_verdict else "Predicted"
    return confusion_figure(
        shown, percent=percent, hide_diagonal=hidden, titles=view.titles, chosen=chosen, x_title=x_title
    )


def _switches(view: View) -> tuple[bool, bool, bool]:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        columns = BY_CLASS
        if view.selected.inspection:
            columns = st.segmented_control(
                "Columns", [BY_CLASS, BY_VERDICT], default=BY_CLASS, required=True, key=COLUMNS, bind="query-params",
                label_visibility="collapsed", format_func=lambda c: f"By {c}",
                help="By class: what the part is taken for at the threshold. By verdict: PASS, REVIEW or REJECT.",
            )  # fmt: skip
        unit = st.segmented_control(
            "Unit", ["counts", "percent"], default="counts", required=True, key=UNIT, bind="query-params",
            label_visibility="collapsed", format_func=str.capitalize, help="Percent of each actual class",
        )  # fmt: skip
        hidden = columns == BY_CLASS and st.toggle(
            "Only mistakes", key=ONLY_MISTAKES, bind="query-params", help="Leave the right answers blank"
        )
    return columns == BY_VERDICT, unit == "percent", bool(hidden)


def _verdicts(view: View) -> ConfusionMatrix:
    return kept(view, "verdicts", lambda: verdict_matrix(view.selected, view.thresholds), at_threshold=True)


def _click(view: View) -> Callable[[str, str], None]:
    def choose(actual: str, predicted: str) -> None:
        st.session_state[CELL] = _words(view, (actual, predicted))

    return choose


def _words(view: View, cell: Cell) -> str:
    """Return a cell as the list and the address name it."""
    return " → ".join(view.titles.get(name, name) for name in cell)


def _choose_cell(view: View, shown: ConfusionMatrix) -> Cell | None:
    """Draw the list of cells, which a click on the matrix sets too, and return the chosen one."""
    cells: dict[str, Cell | None] = {ALL_MISTAKES: None}
    for flat in np.argsort(-_wrong_first(shown), axis=None, kind="stable"):
        row, column = (int(i) for i in np.unravel_index(flat, shown.counts.shape))
        if shown.counts[row, column] or len(shown.rows) <= _FEW_CLASSES:
            cell = (shown.rows[row], shown.columns[column])
            cells[_words(view, cell)] = cell
    if st.session_state.get(CELL) not in cells:
        st.session_state.pop(CELL, None)
    chosen = st.selectbox(
        "Photos behind a cell",
        list(cells),
        index=None,
        key=CELL,
        bind="query-params",
        placeholder="Click a cell of the matrix, or choose here",
        help="Actual → predicted",
    )
    return cells.get(chosen) if chosen else None


def _wrong_first(matrix: ConfusionMatrix) -> np.ndarray:
    """Return counts that sort mistakes before right answers."""
    same = np.array(matrix.rows)[:, None] == np.array(matrix.columns)[None, :]
    most = int(matrix.counts.max(initial=0)) + 1
    return np.where(same, matrix.counts - most, matrix.counts)


def _explain(view: View, shown: ConfusionMatrix, by_verdict: bool) -> None:
    if not view.selected.inspection:
        return
    review_at = view.thresholds.review_at
    said = (
        f"A part is rejected from a defect score of {view.threshold:.4g} and goes to review from {review_at:.4g}."
        if by_verdict
        else f"A part counts as defective from a defect score of {view.threshold:.4g}; parts in review count by class."
    )
    st.caption(said)
    for row, name in enumerate(shown.rows):
        for column, told in enumerate(shown.columns):
            cell = shown.share(row, column)
            if name != told and cell.count and not (by_verdict and told == "PASS" and _role(view, name) == "ok"):
                what = f"{as_text(view.titles.get(name, name))} → {as_text(view.titles.get(told, told))}"
                st.markdown(f"**{what}**: {cell.count:,} of {cell.n:,} ({cell.words})")


def _role(view: View, name: str) -> str | None:
    return view.selected.roles[view.selected.class_names.index(name)]


def _draw_pairs(view: View, whole: ConfusionMatrix) -> None:
    pairs = [p for p in most_confused(whole, _MOST_PAIRS) if p.predicted != UNSURE][:15]
    if not pairs:
        st.caption("No class is taken for another.")
        return
    st.markdown("**Most confused pairs**")
    table = pd.DataFrame(
        {
            "actual": [view.titles.get(p.actual, p.actual) for p in pairs],
            "taken for": [view.titles.get(p.predicted, p.predicted) for p in pairs],
            "photos": [p.count for p in pairs],
            "of its class": [f"{100 * p.share.rate:.0f} % ({100 * p.share.low:.0f} to {100 * p.share.high:.0f})"
                             for p in pairs],
        }
    )  # fmt: skip
    draw_table(table, f"{view.stem}-confused-pairs", "The pairs of classes that are confused most often", height=420)


def matrix_table(view: View, shown: ConfusionMatrix) -> pd.DataFrame:
    """Return a matrix as a table, rows Actual, with titles in place of names."""
    names = [view.titles.get(c, c) for c in shown.columns]
    headings = [n if names.count(n) == 1 else f"{n} [{c}]" for n, c in zip(names, shown.columns, strict=True)]
    table = pd.DataFrame(shown.counts, columns=headings)
    table.insert(0, "Actual \\ Predicted", [view.titles.get(r, r) for r in shown.rows])
    return table


def _draw_cell(view: View, shown: ConfusionMatrix, answered: np.ndarray, chosen: Cell | None, by_verdict: bool) -> None:
    if chosen is None:
        indices, words = mistakes(view.selected, answered), "All mistakes"
    elif by_verdict:
        indices = pictures_with_verdict(view.selected, view.thresholds, *chosen)
        words = f"Actual {view.titles.get(chosen[0], chosen[0])}, verdict {chosen[1]}"
    else:
        indices = pictures_in_cell(view.selected, answered, *chosen, shown)
        words = " taken for ".join(view.titles.get(name, name) for name in chosen)
        words = f"Actual {words}"
    with st.container(horizontal=True, vertical_alignment="center"):
        photos = "photo" if len(indices) == 1 else "photos"
        right = chosen is not None and chosen[0] == chosen[1]
        order = "the least sure first" if right else "the most wrong first"
        st.subheader(f"{as_text(words)}: {len(indices):,} {photos}", anchor=False)
        st.caption(order if len(indices) > 1 else "", width="content")
        st.space("stretch")
        heat = heat_switch()
    draw_gallery(view.entry, view.evaluation, view.selected, indices, f"{view.stem}-cell", heat=heat)
