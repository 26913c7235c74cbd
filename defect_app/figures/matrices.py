"""Confusion and verdict matrices: rows Actual, columns Predicted, each cell a bar that can be clicked."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go

from defect_app.evaluation.confusion import OTHER, ConfusionMatrix
from defect_app.evaluation.thresholds import VERDICTS, VerdictCounts
from defect_app.figures.style import ACCENT, DEFECTIVE, GOOD, band_colour, label_text, said_instead, styled

_FEW = 5
"""Classes up to which every cell has its number, large."""
_GAP = 0.04
_DARK_FROM = 0.55
"""Opacity of a cell from which its number is written in white."""

Cell = tuple[str, str]
"""Row and column of a matrix by name."""


def confusion_figure(
    matrix: ConfusionMatrix,
    *,
    percent: bool = False,
    hide_diagonal: bool = False,
    titles: Mapping[str, str] | None = None,
    chosen: Cell | None = None,
    x_title: str = "Predicted",
) -> go.Figure:
    """Draw a confusion matrix.

    Heat maps return no selection in Streamlit, so every cell is a bar; its `customdata` is
    ``[actual name, predicted name]``. Right answers are blue, mistakes vermilion, stronger where there are more.

    Parameters
    ----------
    matrix : ConfusionMatrix
        Condensed, where there are many classes.
    percent : bool
        Percent of the actual class instead of counts.
    hide_diagonal : bool
        Leave right answers blank, so that the colours show mistakes only.
    titles : mapping of str to str, optional
        What to write for a name.
    chosen : (str, str), optional
        Row and column of a cell to frame.
    x_title : str
        What the columns are.
    """
    if not matrix.rows:
        return said_instead("There are no classes to draw.")
    values = matrix.percent_of_actual if percent else matrix.counts.astype(np.float64)
    if hide_diagonal:
        same = np.array(matrix.rows)[:, None] == np.array(matrix.columns)[None, :]
        values = np.where(same, np.nan, values)
    unit = "% of the actual class" if percent else "photos"
    form = "{:.1f}" if percent else "{:,.0f}"
    return _cells(values, matrix.rows, matrix.columns, x_title, unit, form, titles or {}, chosen)


def verdict_figure(counts: VerdictCounts, *, by_class: bool = False) -> go.Figure:
    """Draw actual good and defective (or every actual class) against PASS, REVIEW and REJECT."""
    columns = tuple(v.value for v in VERDICTS)
    if by_class and not counts.class_names:
        return said_instead("There are no parts to draw.")
    rows = counts.class_names if by_class else ("good", "defective")
    values = (counts.by_class if by_class else counts.counts).astype(np.float64)
    return _cells(values, rows, columns, "Verdict", "photos", "{:,.0f}", {}, None)


def _cells(
    values: np.ndarray,
    rows: tuple[str, ...],
    columns: tuple[str, ...],
    x_title: str,
    unit: str,
    form: str,
    titles: Mapping[str, str],
    chosen: Cell | None,
) -> go.Figure:
    places = [(r, c) for r in range(len(rows)) for c in range(len(columns)) if np.isfinite(values[r, c])]
    # "other" sums hundreds of classes: beside it no shown class would be seen.
    most = max((values[r, c] for r, c in places if rows[r] != OTHER), default=0.0)
    few = max(len(rows), len(columns)) <= _FEW
    faint = 0.05 if few else 0.03
    # The square root lets one mistake among thousands of right answers be seen.
    strength = {
        place: faint + 0.8 * float(np.sqrt(min(1.0, values[place] / most))) if most > 0 else faint for place in places
    }
    hues = [GOOD if rows[r] == columns[c] or rows[r] not in columns else DEFECTIVE for r, c in places]
    words = [form.format(values[place]) for place in places]
    named = [(label_text(titles.get(rows[r], rows[r])), label_text(titles.get(columns[c], columns[c])))
             for r, c in places]  # fmt: skip
    figure = go.Figure(
        go.Bar(
            orientation="h",
            x=[1 - _GAP] * len(places),
            base=[c - 0.5 + _GAP / 2 for _, c in places],
            y=[r for r, _ in places],
            width=1 - _GAP,
            customdata=[[rows[r], columns[c]] for r, c in places],
            hovertext=[f"Actual {a}<br>{x_title} {p}<br>{said} {unit}"
                       for (a, p), said in zip(named, words, strict=True)],
            hoverinfo="text",
            marker={"color": [band_colour(h, strength[p]) for h, p in zip(hues, places, strict=True)],
                    "line": {"width": 0}},
            selected={"marker": {"opacity": 1}},
            unselected={"marker": {"opacity": 1}},
            showlegend=False,
        )
    )  # fmt: skip
    notes = []
    for (r, c), said in zip(places, words, strict=True):
        # Among many classes the zeros would hide the few cells that hold photos. Plotly writes on bars as if they lay
        # on white, which cannot be read on a dark page: annotations take the page's own colour.
        if few or values[r, c]:
            font = {"size": 18 if few else 11, **({"color": "white"} if strength[r, c] >= _DARK_FROM else {})}
            notes.append({"x": c, "y": r, "text": said, "showarrow": False, "font": font})
    side = 64 if few else 30
    styled(figure, x_title=x_title, y_title="Actual", height=max(240, 130 + side * len(rows)))
    for axis, names in ((figure.layout.xaxis, columns), (figure.layout.yaxis, rows)):
        axis.update(
            tickmode="array",
            tickvals=list(range(len(names))),
            ticktext=[label_text(titles.get(name, name)) for name in names],
            showgrid=False,
            zeroline=False,
            fixedrange=True,
        )
    figure.update_xaxes(side="top", range=[-0.5, len(columns) - 0.5])
    figure.update_yaxes(range=[len(rows) - 0.5, -0.5])
    figure.update_layout(margin={"t": 88, "b": 12}, barmode="overlay", bargap=0, clickmode="event+select")
    # All at once: added one by one, each would make plotly check all before it again.
    figure.update_layout(annotations=notes)
    if chosen is not None and chosen[0] in rows and chosen[1] in columns:
        row, column = rows.index(chosen[0]), columns.index(chosen[1])
        frame = {"color": ACCENT, "width": 3}
        figure.add_shape(
            type="rect", x0=column - 0.49, x1=column + 0.49, y0=row - 0.49, y1=row + 0.49, line=frame, layer="above"
        )
    return figure
