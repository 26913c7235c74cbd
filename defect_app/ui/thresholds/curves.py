"""Figures over all thresholds with both lines on them, and repeated trainings beside the published ones."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from defect_app.errors import DefectLensError
from defect_app.evaluation.published import PublishedReport, report_for
from defect_app.evaluation.repeats import REPEAT_METRICS, RepeatTable, published_repeats, repeat_tables
from defect_app.evaluation.selection import SelectedPictures, repeats_of
from defect_app.evaluation.threshold_curves import curve_bands, threshold_curves, threshold_grid
from defect_app.evaluation.thresholds import Thresholds
from defect_app.figures.thresholds import repeats_figure, threshold_figure
from defect_app.ui.evaluate.charts import draw_chart, draw_table
from defect_app.ui.text import as_text
from defect_app.ui.thresholds.line_setting import LineSetting
from defect_app.ui.thresholds.shown import Shown

PUBLISHED_TABLE = "casting_thresholds"
_CHARTS = (
    ("Found and rightly found", ("precision", "recall", "f1"), "Precision, recall and F1 of rejecting, by threshold"),
    ("Mistakes and work", ("escape_rate", "false_reject_rate", "review_load"), "Escapes, false rejects and reviews"),
    ("Money", ("cost",), "Cost per 1,000 parts by threshold"),
)
_METRIC_WORDS = {"accuracy": "Accuracy", "recall": "Recall", "f1": "F1"}


def draw_curves(shown: Shown, lines: Thresholds, setting: LineSetting) -> None:
    """Draw the figures as the reject line moves over all thresholds, with bands over repeats or folds."""
    repeats, over = _repeats(shown)
    scores = [shown.scores_of(s) for s in repeats]
    grid = shown.kept(
        "grid", shown.selected.selection, lambda: threshold_grid([shown.scores, *scores] if scores else [shown.scores])
    )
    line = {"review_at": lines.review_at, "defect_rate": setting.defect_rate, "costs": setting.costs}
    curves = threshold_curves(shown.scores, grid, **line)  # type: ignore[arg-type]
    bands = curve_bands([threshold_curves(s, grid, **line) for s in scores]) if scores else None  # type: ignore[arg-type]
    st.caption(
        f"As the reject line moves; the review line stays at {lines.review_at:.4g}, or is pushed down. "
        f"Of {as_text(shown.selected.words)}; reviews and money at {100 * setting.defect_rate:g} % defective parts. "
        + (f"Bands: mean ± standard deviation over {over}." if bands else "One training: there is no band to draw.")
    )
    places = st.grid(3, min_column_width=300, gap="medium")
    for title, names, alt in _CHARTS:
        with places.container():
            st.markdown(f"**{title}**")
            figure = threshold_figure(curves, names, bands=bands, thresholds=lines)
            draw_chart(figure, f"{shown.spec.id}-{names[0]}", alt, own=True)


def _repeats(shown: Shown) -> tuple[tuple[SelectedPictures, ...], str]:
    split = shown.selected.selection.split

    def found() -> tuple[tuple[SelectedPictures, ...], str]:
        runs = repeats_of(shown.evaluation, split)
        if len(runs) > 1:
            return runs, f"{len(runs)} trainings"
        folds = repeats_of(shown.evaluation, "cv", by_fold=True)
        return (folds, f"{len(folds)} folds of cross-validation") if len(folds) > 1 else ((), "")

    return shown.kept("repeats", split, found)


def draw_repeats(shown: Shown) -> None:
    """Draw accuracy, recall and F1 of each training at fixed thresholds, beside a report's where there is one."""
    report = _report(shown.spec.product)
    runs = shown.kept("runs", "test", lambda: repeats_of(shown.evaluation, "test")) or (shown.selected,)
    scores = [shown.scores_of(s) for s in runs]
    key = tuple(s.selection for s in runs)
    ours = {t.metric: t for t in shown.kept("repeat tables", key, lambda: repeat_tables(scores))}
    metric = st.segmented_control(
        "Figure", REPEAT_METRICS, format_func=_METRIC_WORDS.__getitem__, default=REPEAT_METRICS[0], required=True,
        key="thresholds_metric", label_visibility="collapsed",
    )  # fmt: skip
    table = ours[metric]
    theirs = published_repeats(report.tables[PUBLISHED_TABLE], metric) if report else None
    places = st.grid(2, min_column_width=400, gap="medium")
    with places.container():
        draw_chart(
            repeats_figure(table, theirs), f"{shown.spec.id}-repeats-{metric}", f"{metric} by threshold", own=True
        )
    with places.container():
        st.markdown(f"**Ours:** {as_text(table.sentence)}.")
        _draw_runs(table, f"{shown.spec.id}-runs-{metric}", "ours")
        if report and theirs:
            st.markdown(f"**Published** ({as_text(report.title)}): {as_text(theirs.sentence)}.")
            _draw_runs(theirs, f"published-runs-{metric}", "published")
            for caveat in report.caveats:
                st.caption(f":material/info: {as_text(caveat)}")


@st.cache_resource(max_entries=16, show_spinner=False)
def _report(product: str) -> PublishedReport | None:
    try:
        report = report_for(product)
    except DefectLensError:
        return None
    return report if report is not None and PUBLISHED_TABLE in report.tables else None


def _draw_runs(table: RepeatTable, name: str, whose: str) -> None:
    columns = {f"run {i + 1}": table.values[:, i] for i in range(table.values.shape[1])}
    spread = {"mean": table.mean} | ({"sd": table.sd} if np.isfinite(table.sd).any() else {})
    frame = pd.DataFrame({"threshold": table.thresholds, **spread, **columns})
    percent = table.metric != "f1"
    for column in frame.columns[1:]:
        frame[column] = (100 * frame[column]).round(2) if percent else frame[column].round(4)
    if percent:
        frame = frame.rename(columns={"mean": "mean %", "sd": "sd %"})
    draw_table(frame, name, f"{table.metric} at each threshold, one column a training ({whose})")
