"""Precision, recall and F1 of every class, to sort and to see as bars."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from defect_app.evaluation.answers import answers_at
from defect_app.evaluation.confusion import confusion_matrix
from defect_app.evaluation.per_class import ClassFigures, ClassReport, class_report
from defect_app.figures.comparisons import per_class_figure
from defect_app.ui.evaluate.charts import draw_chart, draw_table
from defect_app.ui.evaluate.results import View, kept

_MOST_DRAWN = 25
FIGURES = {"recall": "Recall", "precision": "Precision", "f1": "F1"}
HELP = {
    "Recall": "Share of the photos of this class that were named so",
    "Precision": "Share of the photos named so that are of this class",
    "F1": "Harmonic mean of precision and recall",
}


def draw_classes(view: View) -> None:
    """Draw the table of all classes, and a chart with intervals where they are few."""
    answered = kept(view, "answers", lambda: answers_at(view.selected, view.threshold), at_threshold=True)
    matrix = kept(view, "matrix", lambda: confusion_matrix(view.selected, answered), at_threshold=True)
    report = kept(view, "class report", lambda: class_report(matrix), at_threshold=True)
    names = [view.titles.get(n, n) for n in report.class_names]
    st.caption(f"Mean F1 of the classes that occur: {report.macro_f1:.4f}. Click a heading to sort.")
    bars = {
        title: st.column_config.ProgressColumn(title, min_value=0.0, max_value=1.0, format="%.3f", help=HELP[title])
        for title in FIGURES.values()
    }
    draw_table(
        class_table(report, names), f"{view.stem}-classes", "One row for each class", columns=bars,
        height=min(560, 38 + 35 * max(1, len(names))),
    )  # fmt: skip
    if len(names) > _MOST_DRAWN:
        return
    grid = st.grid(len(FIGURES), min_column_width=300, gap="medium")
    for name, title in FIGURES.items():
        with grid.container():
            draw_chart(
                per_class_figure(names, getattr(report, name), f"{title} with 95 % interval"),
                f"{view.stem}-{name}",
                f"{title} of each class",
            )


def class_table(report: ClassReport, names: list[str]) -> pd.DataFrame:
    """Return the figures of every class with their intervals in words."""
    table = pd.DataFrame({"Class": names, "Photos": report.support, "Named so": report.predicted})
    for name, title in FIGURES.items():
        figures: ClassFigures = getattr(report, name)
        table[title] = figures.value
        table[f"{title} 95 %"] = [f"{a:.3f} to {b:.3f}" for a, b in zip(figures.low, figures.high, strict=True)]
    return table
