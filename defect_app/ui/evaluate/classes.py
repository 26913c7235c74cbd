"""Precision, recall and F1 of every class, to sort and to see as bars."""

from __future__ import annotations

import streamlit as st

from defect_app.evaluation.results import ThresholdResults
from defect_app.evaluation.tables import CLASS_FIGURES, class_table
from defect_app.figures.comparisons import per_class_figure
from defect_app.ui.parts.charts import draw_chart
from defect_app.ui.parts.model_evaluation import EvaluatedModel
from defect_app.ui.parts.tables import draw_table

_MOST_DRAWN = 25
HELP = {
    "Recall": "Share of the photos of this class that were named so",
    "Precision": "Share of the photos named so that are of this class",
    "F1": "Harmonic mean of precision and recall",
}


def draw_classes(model: EvaluatedModel, results: ThresholdResults) -> None:
    """Draw the table of all classes, and a chart with intervals where they are few."""
    report = results.class_report
    st.caption(f"Mean F1 of the classes that occur: {report.macro_f1:.4f}. Click a heading to sort.")
    bars = {
        title: st.column_config.ProgressColumn(title, min_value=0.0, max_value=1.0, format="%.3f", help=HELP[title])
        for title in CLASS_FIGURES.values()
    }
    draw_table(
        class_table(report, model.titles), f"{model.stem}-classes", "One row for each class", columns=bars,
        height=min(560, 38 + 35 * max(1, len(report.class_names))),
    )  # fmt: skip
    if len(report.class_names) > _MOST_DRAWN:
        return
    names = [model.titles.get(n, n) for n in report.class_names]
    grid = st.grid(len(CLASS_FIGURES), min_column_width=300, gap="medium")
    for attribute, title in CLASS_FIGURES.items():
        with grid.container():
            draw_chart(
                per_class_figure(names, getattr(report, attribute), f"{title} with 95 % interval"),
                f"{model.stem}-{attribute}",
                f"{title} of each class",
            )
