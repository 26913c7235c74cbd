"""A report's table beside a study, row by row, with its source."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from defect_app.evaluation.published import PublishedReport, load_reports
from defect_app.ui.parts.errors import draw_notices
from defect_app.ui.parts.tables import draw_table
from defect_app.ui.parts.text import as_text
from defect_app.ui.studies.choices import ShownStudy


def draw_published(shown: ShownStudy) -> None:
    """Draw, for each variant, what the report states of the same change, and ours beside.

    Raises
    ------
    DefectLensError
        If the published results cannot be read.
    """
    report = next((r for r in load_reports() if r.id == shown.study.published_report), None)
    if report is None:
        st.info("There is no published table about this.", icon=":material/info:")
        return
    st.markdown(f"Source: *{as_text(report.title)}*. {as_text(report.method)}.")
    draw_notices(
        [*report.caveats, "The report measured on photos of its own: its figures and ours are no race on one test set."]
    )
    figures = {f.facts.name: f for f in shown.outcome.figures}
    rows = []
    for variant in shown.study.variants:
        ours = figures[variant.name]
        stated = _stated(report, shown.study.published_table, variant.published_row)
        found = f"{100 * ours.defects_found.rate:.1f} %" if ours.defects_found.n else "-"
        rows.append(
            {
                "Variant": variant.name,
                "Published row": variant.published_row or "not in the report",
                "Published accuracy": stated[0],
                "Our accuracy": f"{100 * ours.accuracy.rate:.1f} % of {ours.accuracy.n:,}",
                "Published recall": stated[1],
                "Our recall of defective parts": found,
            }
        )
    draw_table(pd.DataFrame(rows), f"{shown.study.name}-published", "The report's figures and ours, row by row")


def _stated(report: PublishedReport, table: str, row: str) -> tuple[str, str]:
    """Return a row's accuracy and recall as printed, or that there are none."""
    if not row:
        return "-", "-"
    if table:
        printed = report.tables[table]
        found = printed[printed["variant"] == row].iloc[0]
        return f"{found['accuracy_percent']:.2f} %", f"{found['recall_percent']:.2f} %"
    result = next(r for r in report.results if r.model == row)
    defective = next((c for c in result.classes if c.name.lower().startswith("defective")), None)
    recall = result.recall if result.recall is not None else defective.recall if defective else None
    shares = (result.accuracy, recall)
    return tuple("not given" if share is None else f"{100 * share:.2f} %" for share in shares)  # type: ignore[return-value]
