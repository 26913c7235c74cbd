"""Figures over all thresholds with both lines on them, and repeated trainings beside the published ones."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd
import streamlit as st

from defect_app.decision import InspectionThresholds, threshold_text
from defect_app.errors import DefectLensError
from defect_app.evaluation.published import PublishedReport, report_for
from defect_app.evaluation.repeats import REPEAT_METRICS, RepeatTable, published_repeats
from defect_app.evaluation.results import SelectionResults
from defect_app.evaluation.selection import Selection
from defect_app.evaluation.threshold_curves import curve_bands, threshold_curves
from defect_app.figures.thresholds import repeats_figure, threshold_figure
from defect_app.ui.parts.charts import draw_chart
from defect_app.ui.parts.line_amounts import LineSetting
from defect_app.ui.parts.model_evaluation import EvaluatedModel
from defect_app.ui.parts.tables import draw_table
from defect_app.ui.parts.text import as_text
from defect_app.ui.session import Key

PUBLISHED_TABLE = "casting_thresholds"
_CHARTS = (
    ("Found and rightly found", ("precision", "recall", "f1"), "Precision, recall and F1 of rejecting, by threshold"),
    ("Mistakes and work", ("escape_rate", "false_reject_rate", "review_load"), "Escapes, false rejects and reviews"),
    ("Money", ("cost",), "Cost per 1,000 parts by threshold"),
)
_METRIC_WORDS = {"accuracy": "Accuracy", "recall": "Recall", "f1": "F1"}


def draw_curves(model: EvaluatedModel, lines: InspectionThresholds, setting: LineSetting) -> None:
    """Draw the figures as the reject line moves over all thresholds, with bands over repeats or folds."""
    part = model.results
    curves_of = partial(
        threshold_curves, review_at=lines.review_at, defect_rate=setting.defect_rate, costs=setting.costs
    )
    curves = curves_of(part.scores, part.threshold_grid)
    repeats = [curves_of(repeat.scores, part.threshold_grid) for repeat in part.repeats]
    bands = curve_bands(repeats) if repeats else None
    st.caption(
        f"As the reject line moves; the review line stays at {threshold_text(lines.review_at)}, or is pushed down. "
        f"Of {as_text(model.selected.words)}; reviews and money at {100 * setting.defect_rate:g} % defective parts. "
        + _bands_in_words(model.results)
    )
    places = st.grid(3, min_column_width=300, gap="medium")
    for title, names, alt in _CHARTS:
        with places.container():
            st.markdown(f"**{title}**")
            figure = threshold_figure(curves, names, bands=bands, thresholds=lines)
            draw_chart(figure, f"{model.spec.id}-{names[0]}", alt)


def _bands_in_words(part: SelectionResults) -> str:
    repeats = part.repeats
    if not repeats:
        return "One training: there is no band to draw."
    by_fold = repeats[0].selected.selection.fold is not None
    over = f"{len(repeats)} " + ("folds of cross-validation" if by_fold else "trainings")
    return f"Bands: mean ± standard deviation over {over}."


def draw_repeats(model: EvaluatedModel) -> None:
    """Draw accuracy, recall and F1 of each training at fixed thresholds, beside a report's where there is one."""
    report = _report(model.spec.product)
    tested = model.part(Selection("test"))
    ours = (tested if tested.selected.n else model.results).repeat_tables
    metric = st.segmented_control(
        "Figure", REPEAT_METRICS, format_func=_METRIC_WORDS.__getitem__, default=REPEAT_METRICS[0], required=True,
        key=Key.THRESHOLDS_METRIC, label_visibility="collapsed",
    )  # fmt: skip
    table = ours[metric]
    theirs = published_repeats(report.tables[PUBLISHED_TABLE], metric) if report else None
    places = st.grid(2, min_column_width=400, gap="medium")
    with places.container():
        draw_chart(repeats_figure(table, theirs), f"{model.spec.id}-repeats-{metric}", f"{metric} by threshold")
    with places.container():
        st.markdown(f"**Ours:** {as_text(table.sentence)}.")
        _draw_runs(table, f"{model.spec.id}-runs-{metric}", "ours")
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
