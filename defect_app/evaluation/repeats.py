"""Figures of repeated trainings at given thresholds: each run's, and mean +- standard deviation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from defect_app.evaluation.threshold_curves import Band, band, threshold_curves
from defect_app.evaluation.thresholds import SortedScores

REPEAT_METRICS = ("accuracy", "recall", "f1")
PUBLISHED_THRESHOLDS = (0.1, 0.2, 0.3, 0.4, 0.5)
"""The thresholds of the casting report's table of ten runs."""


@dataclass(frozen=True)
class RepeatTable:
    """A figure at each threshold and run.

    Attributes
    ----------
    metric : str
        "accuracy", "recall" or "f1", of "rejected" as an answer for "defective".
    thresholds : ndarray, shape (m,)
        In [0, 1].
    values : ndarray, shape (m, repeats)
        In [0, 1]; columns in the order of the runs.
    mean, sd : ndarray, shape (m,)
        Over the runs; sd of a sample.
    """

    metric: str
    thresholds: np.ndarray
    values: np.ndarray
    mean: np.ndarray
    sd: np.ndarray

    @property
    def sentence(self) -> str:
        """The last threshold's figure: "accuracy 98.90 % +- 1.25 at 0.5 over 10 runs"."""
        runs = self.values.shape[1]
        spread = f" ± {100 * self.sd[-1]:.2f}" if np.isfinite(self.sd[-1]) else ""
        over = f"over {runs} runs" if runs > 1 else "in a single run"
        return f"{self.metric} {100 * self.mean[-1]:.2f} %{spread} at {self.thresholds[-1]:g} {over}"


def repeat_tables(
    repeats: Sequence[SortedScores], thresholds: Sequence[float] = PUBLISHED_THRESHOLDS
) -> tuple[RepeatTable, ...]:
    """Return accuracy, recall and F1 of every repeat at every threshold.

    Parameters
    ----------
    repeats : sequence of SortedScores
        One a run, at least one.
    thresholds : sequence of float
        In [0, 1].

    Raises
    ------
    ValueError
        If there is no repeat.
    """
    at = np.asarray(thresholds, np.float64)
    curves = [threshold_curves(scores, at) for scores in repeats]
    tables = []
    for metric in REPEAT_METRICS:
        values = [getattr(c, metric) for c in curves]
        spread: Band = band(values)
        tables.append(RepeatTable(metric, at, np.stack(values, axis=1), spread.mean, spread.sd))
    return tuple(tables)


def published_repeats(table: pd.DataFrame, metric: str) -> RepeatTable:
    """Return a report's figures over its own runs, as printed, in the form of ours.

    Parameters
    ----------
    table : DataFrame
        Columns `threshold`, `metric`, `run_1`, …, `mean` and `sd`; accuracy and recall in percent, F1 as a share.
    metric : str
        "accuracy", "recall" or "f1".

    Raises
    ------
    ValueError
        If the table has no such metric.
    """
    rows = table[table["metric"] == metric]
    if rows.empty:
        raise ValueError(f"the published table has no {metric}")
    unit = 1.0 if metric == "f1" else 100.0
    runs = [c for c in rows.columns if c.startswith("run_")]
    at, mean, sd = (rows[name].to_numpy(np.float64) for name in ("threshold", "mean", "sd"))
    return RepeatTable(metric, at, rows[runs].to_numpy(np.float64) / unit, mean / unit, sd / unit)
