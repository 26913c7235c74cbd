"""One self-contained HTML page out of sentences, tables and figures: opens anywhere, without internet."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass, field

import pandas as pd
import plotly.graph_objects as go
from plotly.offline import get_plotlyjs

_STYLE = """
:root { color-scheme: light dark; --text: #17242b; --back: #fff; --line: #d4dde2; --quiet: #5b6b73; }
@media (prefers-color-scheme: dark) {
  :root { --text: #e4ecf0; --back: #11181c; --line: #33424a; --quiet: #9db0b9; } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--text); background: var(--back); max-width: 1100px;
  margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.2rem; margin-top: 2.2rem; border-top: 1px solid var(--line);
  padding-top: 1rem; }
.quiet { color: var(--quiet); } .scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: 13px; } th, td { border-bottom: 1px solid var(--line);
  padding: 4px 10px; text-align: right; white-space: nowrap; } th:first-child, td:first-child { text-align: left; }
"""
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
    """

    title: str
    sentences: Sequence[str] = ()
    figures: Sequence[go.Figure] = field(default_factory=tuple)
    tables: Sequence[pd.DataFrame] = field(default_factory=tuple)


def html_report(title: str, sentences: Sequence[str], sections: Sequence[ReportSection]) -> str:
    """Return a whole HTML page; all text is escaped, and the drawing library is inside.

    Parameters
    ----------
    title : str
        Heading and title of the page.
    sentences : sequence of str
        What to read first, plain text.
    sections : sequence of ReportSection
        In order.
    """
    drawn = "".join(_section(section) for section in sections)
    head = f'<meta charset="utf-8"><title>{html.escape(title)}</title><style>{_STYLE}</style>'
    scripts = f"<script>{get_plotlyjs()}</script>"
    body = f"<h1>{html.escape(title)}</h1>{_paragraphs(sentences)}{drawn}"
    return f'<!DOCTYPE html><html lang="en"><head>{head}{scripts}</head><body>{body}</body></html>'


def _section(section: ReportSection) -> str:
    figures = "".join(
        f.to_html(full_html=False, include_plotlyjs=False, config={"displaylogo": False, "responsive": True})
        for f in section.figures
    )
    tables = "".join(_table(table) for table in section.tables)
    return f"<h2>{html.escape(section.title)}</h2>{_paragraphs(section.sentences)}{figures}{tables}"


def _table(table: pd.DataFrame) -> str:
    shown = table.head(MOST_ROWS)
    more = f'<p class="quiet">… and {len(table) - MOST_ROWS:,} more rows</p>' if len(table) > MOST_ROWS else ""
    drawn = shown.to_html(index=False, escape=True, border=0, na_rep="–", float_format=lambda x: f"{x:.4g}")
    return f'<div class="scroll">{drawn}</div>{more}'


def _paragraphs(sentences: Sequence[str]) -> str:
    return "".join(f"<p>{html.escape(s)}</p>" for s in sentences if s)
