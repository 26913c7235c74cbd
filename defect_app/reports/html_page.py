"""One self-contained HTML page out of sentences, tables and figures: opens anywhere, without internet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import plotly.graph_objects as go
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from plotly.offline import get_plotlyjs

from defect_app.figures.style import standalone_html

TEMPLATES = Path(__file__).parent / "templates"
MOST_ROWS = 200


@dataclass(frozen=True)
class ReportSection:
    """A part of a report.

    Attributes
    ----------
    title : str
        Its heading.
    sentences : sequence of str
        Plain text, a paragraph each.
    figures : sequence of Figure
        Drawn below them.
    tables : sequence of DataFrame
        Drawn last, at most `MOST_ROWS` rows of each.
    is_text : bool
        Whether the tables hold sentences, which wrap, rather than figures.
    """

    title: str
    sentences: Sequence[str] = ()
    figures: Sequence[go.Figure] = ()
    tables: Sequence[pd.DataFrame] = ()
    is_text: bool = False


def html_report(
    title: str, sentences: Sequence[str], sections: Sequence[ReportSection], *, to_sign: bool = False
) -> str:
    """Return a whole HTML page; all text is escaped, and the drawing library is inside.

    Parameters
    ----------
    title : str
        Heading and title of the page.
    sentences : sequence of str
        What to read first, plain text.
    sections : sequence of ReportSection
        In order.
    to_sign : bool
        Whether lines for name, date and signature stand at the end.
    """
    environment = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined)
    environment.filters |= {"figure_html": _figure_html, "table_html": _table_html}
    return environment.get_template("page.html.jinja").render(
        title=title,
        sentences=sentences,
        sections=sections,
        most_rows=MOST_ROWS,
        to_sign=to_sign,
        plotly_library=Markup(get_plotlyjs()) if any(section.figures for section in sections) else "",
    )


def _figure_html(figure: go.Figure) -> Markup:
    # Plotly escapes what it writes into its script.
    return Markup(standalone_html(figure, whole_page=False))


def _table_html(table: pd.DataFrame) -> Markup:
    shown = table.head(MOST_ROWS)
    return Markup(shown.to_html(index=False, escape=True, border=0, na_rep="–", float_format=lambda x: f"{x:.4g}"))
