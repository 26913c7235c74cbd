"""The confusion matrix, and the photos behind the cell that is clicked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from defect_app.decision import InspectionThresholds, Thresholds, Verdict, threshold_text
from defect_app.evaluation.answers import pictures_with_verdict
from defect_app.evaluation.confusion import UNSURE, ConfusionMatrix, most_confused, pictures_in_cell
from defect_app.evaluation.results import ThresholdResults
from defect_app.evaluation.tables import matrix_table
from defect_app.figures.matrices import Cell, MatrixLook, confusion_figure
from defect_app.ui.parts.charts import draw_chart
from defect_app.ui.parts.gallery import draw_gallery, heat_switch
from defect_app.ui.parts.model_evaluation import EvaluatedModel, EvaluationKey
from defect_app.ui.parts.tables import draw_table
from defect_app.ui.parts.text import as_text
from defect_app.ui.session import Address

BY_CLASS, BY_VERDICT = "class", "verdict"
ALL_MISTAKES = "All mistakes"
_FEW_CLASSES = 5
_MOST_PAIRS = 2000


@dataclass(frozen=True)
class _Switches:
    by_verdict: bool
    percent: bool
    only_mistakes: bool


def draw_mistakes(model: EvaluatedModel, results: ThresholdResults) -> None:
    """Draw the matrix with its switches, then the photos of the chosen cell."""
    small = len(results.matrix.rows) <= _FEW_CLASSES
    grid = st.grid(2, min_column_width=340 if small else 480, gap="medium")
    left, right = grid.container(), grid.container()
    with left:
        switches = _draw_switches(model)
    matrix = results.verdict_matrix if switches.by_verdict else results.condensed_matrix
    with right:
        chosen = _choose_cell(model, matrix)
        if small:
            _draw_reading(model, results.thresholds, matrix, switches)
        else:
            _draw_pairs(model, results.matrix)
    with left:
        look = MatrixLook(
            switches.percent, switches.only_mistakes, chosen, "Verdict" if switches.by_verdict else "Predicted"
        )
        draw_chart(
            _matrix_figure(matrix, model.titles, model.key, results.thresholds, look),
            f"{model.stem}-confusion",
            f"Confusion matrix of {model.selected.words}",
            table=matrix_table(matrix, model.titles),
            on_click=_choose_clicked(model),
        )
    if chosen is not None or st.session_state.get(Address.CELL) == ALL_MISTAKES:
        _draw_cell(model, results, matrix, chosen, switches)


@st.cache_resource(max_entries=32, show_spinner=False)
def _matrix_figure(
    _matrix: ConfusionMatrix, _titles: dict[str, str], key: EvaluationKey, thresholds: Thresholds, look: MatrixLook
) -> go.Figure:
    """Draw the matrix once for all sessions: with many classes plotly takes a quarter of a second."""
    return confusion_figure(_matrix, _titles, look)


def _draw_switches(model: EvaluatedModel) -> _Switches:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        columns = BY_CLASS
        if model.selected.inspection:
            columns = st.segmented_control(
                "Columns", [BY_CLASS, BY_VERDICT], default=BY_CLASS, required=True, key=Address.COLUMNS,
                bind="query-params", label_visibility="collapsed", format_func=lambda c: f"By {c}",
                help="By class: what the part is taken for at the threshold. By verdict: PASS, REVIEW or REJECT.",
            )  # fmt: skip
        unit = st.segmented_control(
            "Unit", ["counts", "percent"], default="counts", required=True, key=Address.UNIT, bind="query-params",
            label_visibility="collapsed", format_func=str.capitalize, help="Percent of each actual class",
        )  # fmt: skip
        only_mistakes = columns == BY_CLASS and st.toggle(
            "Only mistakes", key=Address.ONLY_MISTAKES, bind="query-params", help="Leave the right answers blank"
        )
    return _Switches(columns == BY_VERDICT, unit == "percent", bool(only_mistakes))


def _choose_clicked(model: EvaluatedModel) -> Callable[[str, str], None]:
    def choose(actual: str, predicted: str) -> None:
        st.session_state[Address.CELL] = _cell_words(model, (actual, predicted))

    return choose


def _cell_words(model: EvaluatedModel, cell: Cell) -> str:
    """Return a cell as the list and the address name it."""
    return " → ".join(model.titles.get(name, name) for name in cell)


def _choose_cell(model: EvaluatedModel, matrix: ConfusionMatrix) -> Cell | None:
    """Draw the list of cells, which a click on the matrix sets too, and return the chosen one."""
    cells: dict[str, Cell | None] = {ALL_MISTAKES: None}
    for flat in np.argsort(-_wrong_first(matrix), axis=None, kind="stable"):
        row, column = (int(i) for i in np.unravel_index(flat, matrix.counts.shape))
        if matrix.counts[row, column] or len(matrix.rows) <= _FEW_CLASSES:
            cell = (matrix.rows[row], matrix.columns[column])
            cells[_cell_words(model, cell)] = cell
    if st.session_state.get(Address.CELL) not in cells:
        st.session_state.pop(Address.CELL, None)
    chosen = st.selectbox(
        "Photos behind a cell",
        list(cells),
        index=None,
        key=Address.CELL,
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


def _draw_reading(model: EvaluatedModel, thresholds: Thresholds, matrix: ConfusionMatrix, switches: _Switches) -> None:
    """Say the mistakes of a small matrix in words."""
    if not isinstance(thresholds, InspectionThresholds):
        return
    review, reject = threshold_text(thresholds.review_at), threshold_text(thresholds.reject_at)
    st.caption(
        f"A part is rejected from a defect score of {reject} and goes to review from {review}."
        if switches.by_verdict
        else f"A part counts as defective from a defect score of {reject}; parts in review count by class."
    )
    for row, actual in enumerate(matrix.rows):
        for column, predicted in enumerate(matrix.columns):
            cell = matrix.share(row, column)
            right = switches.by_verdict and predicted == Verdict.PASS and _role(model, actual) == "ok"
            if actual != predicted and cell.count and not right:
                what = as_text(_cell_words(model, (actual, predicted)))
                st.markdown(f"**{what}**: {cell.count:,} of {cell.n:,} ({cell.words})")


def _role(model: EvaluatedModel, name: str) -> str | None:
    return model.selected.roles[model.selected.class_names.index(name)]


def _draw_pairs(model: EvaluatedModel, matrix: ConfusionMatrix) -> None:
    pairs = [p for p in most_confused(matrix, _MOST_PAIRS) if p.predicted != UNSURE][:15]
    if not pairs:
        st.caption("No class is taken for another.")
        return
    st.markdown("**Most confused pairs**")
    table = pd.DataFrame(
        {
            "actual": [model.titles.get(p.actual, p.actual) for p in pairs],
            "taken for": [model.titles.get(p.predicted, p.predicted) for p in pairs],
            "photos": [p.count for p in pairs],
            "of its class": [f"{100 * p.share.rate:.0f} % ({100 * p.share.low:.0f} to {100 * p.share.high:.0f})"
                             for p in pairs],
        }
    )  # fmt: skip
    draw_table(table, f"{model.stem}-confused-pairs", "The pairs of classes that are confused most often", height=420)


def _draw_cell(
    model: EvaluatedModel, results: ThresholdResults, matrix: ConfusionMatrix, cell: Cell | None, switches: _Switches
) -> None:
    """Draw the photos of a cell; all mistakes without one."""
    indices, words = _pictures_of(model, results, matrix, cell, switches)
    with st.container(horizontal=True, vertical_alignment="center"):
        photos = "photo" if len(indices) == 1 else "photos"
        right = cell is not None and cell[0] == cell[1]
        order = "the least sure first" if right else "the most wrong first"
        st.subheader(f"{as_text(words)}: {len(indices):,} {photos}", anchor=False)
        st.caption(order if len(indices) > 1 else "", width="content")
        st.space("stretch")
        heat = heat_switch()
    draw_gallery(model, indices, f"{model.stem}-cell", heat=heat)


def _pictures_of(
    model: EvaluatedModel, results: ThresholdResults, matrix: ConfusionMatrix, cell: Cell | None, switches: _Switches
) -> tuple[np.ndarray, str]:
    """Return the indices of a cell's pictures, and what they are in words."""
    if cell is None:
        return results.mistakes, "All mistakes"
    actual, predicted = (model.titles.get(name, name) for name in cell)
    if switches.by_verdict and isinstance(results.thresholds, InspectionThresholds):
        indices = pictures_with_verdict(model.selected, results.thresholds, *cell)
        return indices, f"Actual {actual}, verdict {cell[1]}"
    indices = pictures_in_cell(model.selected, results.answers, *cell, matrix)
    return indices, f"Actual {actual} taken for {predicted}"
