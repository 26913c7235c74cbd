"""Results as tables for people: headings in words, titles in place of class names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from defect_app.evaluation.confusion import ConfusionMatrix
from defect_app.evaluation.per_class import ClassFigures, ClassReport
from defect_app.evaluation.selection import SelectedPictures

CLASS_FIGURES = {"recall": "Recall", "precision": "Precision", "f1": "F1"}
"""Heading of each figure of a class, by its attribute of `ClassReport`."""


def matrix_table(matrix: ConfusionMatrix, titles: Mapping[str, str]) -> pd.DataFrame:
    """Return a matrix with rows Actual; columns of equal titles bear their names too."""
    headings = [titles.get(c, c) for c in matrix.columns]
    headings = [h if headings.count(h) == 1 else f"{h} [{c}]" for h, c in zip(headings, matrix.columns, strict=True)]
    table = pd.DataFrame(matrix.counts, columns=headings)
    table.insert(0, "Actual \\ Predicted", [titles.get(r, r) for r in matrix.rows])
    return table


def class_table(report: ClassReport, titles: Mapping[str, str]) -> pd.DataFrame:
    """Return one row a class: photos, figures, and their intervals in words."""
    names = [titles.get(n, n) for n in report.class_names]
    table = pd.DataFrame({"Class": names, "Photos": report.support, "Named so": report.predicted})
    for attribute, heading in CLASS_FIGURES.items():
        figures: ClassFigures = getattr(report, attribute)
        table[heading] = figures.value
        table[f"{heading} 95 %"] = [f"{a:.3f} to {b:.3f}" for a, b in zip(figures.low, figures.high, strict=True)]
    return table


def picture_table(
    selected: SelectedPictures, indices: Sequence[int] | np.ndarray, titles: Mapping[str, str]
) -> pd.DataFrame:
    """Return names, truths, answers and scores of pictures of a selection, in the order of `indices`."""
    chosen = np.asarray(indices, np.intp)
    names = [titles.get(name, name) for name in selected.class_names]
    table = pd.DataFrame(
        {
            "photo": selected.pictures["image"].to_numpy()[chosen],
            "actual": [names[i] for i in selected.actual[chosen]],
            "most likely": [names[i] for i in selected.predicted[chosen]],
            "its probability": selected.confidence[chosen].round(4),
        }
    )
    if selected.inspection:
        table["defect score"] = selected.p_defect[chosen].round(4)
    table["sha256"] = selected.pictures["sha256"].to_numpy()[chosen]
    return table
