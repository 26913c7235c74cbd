"""Confusion matrices: rows Actual, columns Predicted or verdicts, each cell a bar that can be clicked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from defect_app.evaluation.confusion import OTHER, ConfusionMatrix
from defect_app.figures.style import ACCENT, DEFECTIVE, GOOD, NEUTRAL, band_colour, label_text, message_figure, styled

_FEW = 5
"""Classes up to which every cell has its number, large."""
_GAP = 0.04
_DARK_FROM = 0.55
"""Opacity of a cell from which its number is written in white."""

Cell = tuple[str, str]
"""Row and column of a matrix by name."""
_Place = tuple[int, int]


@dataclass(frozen=True)
class MatrixLook:
    """How a matrix is drawn.

    Attributes
    ----------
    percent : bool
        Percent of the actual class instead of counts.
    hide_diagonal : bool
        Leave right answers blank, so that the colours show mistakes only.
    chosen : (str, str) or None
        Row and column of a cell to frame.
    x_title : str
        What the columns are.
    """

    percent: bool = False
    hide_diagonal: bool = False
    chosen: Cell | None = None
    x_title: str = "Predicted"

    @property
    def unit(self) -> str:
        """What a cell's number counts."""
        return "% of the actual class" if self.percent else "photos"

    def number(self, value: float) -> str:
        """Return a cell's number as text."""
        return f"{value:.1f}" if self.percent else f"{value:,.0f}"


def confusion_figure(
    matrix: ConfusionMatrix, titles: Mapping[str, str] | None = None, look: MatrixLook | None = None
) -> go.Figure:
    """Draw a confusion matrix.

    Heat maps return no selection in Streamlit, so every cell is a bar; its `customdata` is
    ``[actual name, predicted name]``. Right answers are blue, mistakes vermilion, stronger where there are more; the
    classes that are put together are grey among themselves, since some of these answers are mistakes.

    Parameters
    ----------
    matrix : ConfusionMatrix
        Condensed, where there are many classes.
    titles : mapping of str to str, optional
        What to write for a name.
    look : MatrixLook, optional
        Default: counts of every cell.
    """
    look, titles = look or MatrixLook(), titles or {}
    rows, columns = matrix.rows, matrix.columns
    if not rows:
        return message_figure("There are no classes to draw.")
    few = max(len(rows), len(columns)) <= _FEW
    values = _values(matrix, look)
    strength = _strength(values, rows, faint=0.05 if few else 0.03)
    figure = go.Figure(_bars(matrix, values, strength, titles, look))
    side = 64 if few else 30
    styled(figure, x_title=look.x_title, y_title="Actual", height=max(240, 130 + side * len(rows)))
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
    figure.update_layout(annotations=_numbers(values, strength, look, few=few))
    if look.chosen is not None and look.chosen[0] in rows and look.chosen[1] in columns:
        row, column = rows.index(look.chosen[0]), columns.index(look.chosen[1])
        frame = {"color": ACCENT, "width": 3}
        figure.add_shape(
            type="rect", x0=column - 0.49, x1=column + 0.49, y0=row - 0.49, y1=row + 0.49, line=frame, layer="above"
        )
    return figure


def _values(matrix: ConfusionMatrix, look: MatrixLook) -> np.ndarray:
    """Return what the cells show, NaN for a blank one; shape (rows, columns)."""
    values = matrix.percent_of_actual if look.percent else matrix.counts.astype(np.float64)
    if not look.hide_diagonal:
        return values
    same = np.array(matrix.rows)[:, None] == np.array(matrix.columns)[None, :]
    return np.where(same, np.nan, values)


def _strength(values: np.ndarray, rows: tuple[str, ...], *, faint: float) -> dict[_Place, float]:
    """Return the opacity of every cell that is not blank, row by row."""
    places = [(int(r), int(c)) for r, c in np.argwhere(np.isfinite(values))]
    # "other" sums hundreds of classes: beside it no shown class would be seen.
    most = max((values[r, c] for r, c in places if rows[r] != OTHER), default=0.0)
    # The square root lets one mistake among thousands of right answers be seen.
    return {
        place: faint + 0.8 * float(np.sqrt(min(1.0, values[place] / most))) if most > 0 else faint for place in places
    }


def _bars(
    matrix: ConfusionMatrix,
    values: np.ndarray,
    strength: Mapping[_Place, float],
    titles: Mapping[str, str],
    look: MatrixLook,
) -> go.Bar:
    rows, columns = matrix.rows, matrix.columns

    def hue(row: str, column: str) -> str:
        # What many classes sum up to is right in part only.
        if row == column == OTHER:
            return NEUTRAL
        return GOOD if row == column or row not in columns else DEFECTIVE

    hues = {(r, c): hue(rows[r], columns[c]) for r, c in strength}

    def hover(place: _Place) -> str:
        actual, predicted = (label_text(titles.get(n, n)) for n in (rows[place[0]], columns[place[1]]))
        return f"Actual {actual}<br>{look.x_title} {predicted}<br>{look.number(values[place])} {look.unit}"

    return go.Bar(
        orientation="h",
        x=[1 - _GAP] * len(strength),
        base=[c - 0.5 + _GAP / 2 for _, c in strength],
        y=[r for r, _ in strength],
        width=1 - _GAP,
        customdata=[[rows[r], columns[c]] for r, c in strength],
        hovertext=[hover(place) for place in strength],
        hoverinfo="text",
        marker={"color": [band_colour(hues[place], s) for place, s in strength.items()], "line": {"width": 0}},
        selected={"marker": {"opacity": 1}},
        unselected={"marker": {"opacity": 1}},
        showlegend=False,
    )


def _numbers(
    values: np.ndarray, strength: Mapping[_Place, float], look: MatrixLook, *, few: bool
) -> list[dict[str, object]]:
    """Return the cells' numbers as annotations.

    Plotly writes on bars as if they lay on white, which cannot be read on a dark page: annotations take the page's own
    colour. Among many classes the zeros would hide the few cells that hold photos.
    """
    notes: list[dict[str, object]] = []
    for (row, column), shade in strength.items():
        if few or values[row, column]:
            font = {"size": 18 if few else 11, **({"color": "white"} if shade >= _DARK_FROM else {})}
            said = look.number(values[row, column])
            notes.append({"x": column, "y": row, "text": said, "showarrow": False, "font": font})
    return notes
