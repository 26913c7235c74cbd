"""What the reports of the implemented systems state: their figures with n, interval and caveats, never ours."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from defect_app.catalog import MODELS_FOLDER
from defect_app.errors import DefectLensError
from defect_app.evaluation.confusion import ConfusionMatrix
from defect_app.evaluation.intervals import Proportion, proportion

PUBLISHED_FOLDER = MODELS_FOLDER / "published"
REPORTS_FILE = "reports.toml"


@dataclass(frozen=True)
class PublishedClass:
    """A class's precision, recall and F1 as printed, in [0, 1]."""

    name: str
    precision: float
    recall: float
    f1: float


@dataclass(frozen=True)
class PublishedResult:
    """One model of a report.

    Attributes
    ----------
    model : str
        As the report names it.
    accuracy, recall : float or None
        As printed, in [0, 1]; None where the report gives none.
    accuracy_sd, recall_sd : float or None
        Over `runs`.
    runs : int
        How many trainings the figure is the mean of.
    approximate : bool
        Whether the report says "about".
    note : str
        What else it says.
    confusion : ConfusionMatrix or None
        Rows Actual, columns Predicted.
    classes : tuple of PublishedClass
        As printed; may be empty.
    """

    model: str
    accuracy: float | None = None
    recall: float | None = None
    accuracy_sd: float | None = None
    recall_sd: float | None = None
    runs: int = 1
    approximate: bool = False
    note: str = ""
    confusion: ConfusionMatrix | None = None
    classes: tuple[PublishedClass, ...] = ()


@dataclass(frozen=True)
class PublishedReport:
    """A report.

    Attributes
    ----------
    id, title, product, method : str
        Short name, the report's own title, the product it is about, and how its models were made.
    n_test : int
        Pictures that its figures are measured on; 0 where it gives none.
    test_classes : dict of str to int
        Pictures a class; may be empty.
    caveats : tuple of str
        To be shown beside every figure, in whole sentences.
    results : tuple of PublishedResult
        Its models.
    tables : dict of str to DataFrame
        Its tables by name, columns as printed (percent where a name ends in ``_percent``).
    """

    id: str
    title: str
    product: str
    method: str
    n_test: int
    test_classes: dict[str, int]
    caveats: tuple[str, ...]
    results: tuple[PublishedResult, ...]
    tables: dict[str, pd.DataFrame]

    def accuracy_interval(self, accuracy: float) -> Proportion | None:
        """Return a printed accuracy in [0, 1] as the count of n_test nearest to it, with interval; None without n."""
        return proportion(round(accuracy * self.n_test), self.n_test) if self.n_test else None


def load_reports(folder: Path = PUBLISHED_FOLDER) -> tuple[PublishedReport, ...]:
    """Read all reports.

    Raises
    ------
    DefectLensError
        If a file is missing or says something impossible.
    """
    try:
        with (folder / REPORTS_FILE).open("rb") as file:
            listed = tomllib.load(file)["reports"]
        return tuple(_report(entry, folder) for entry in listed)
    except (OSError, KeyError, TypeError, ValueError) as error:
        message = f"The published results cannot be read ({error})."
        raise DefectLensError(message, "Restore the project's files.") from error


def report_for(product: str, folder: Path = PUBLISHED_FOLDER) -> PublishedReport | None:
    """Return the report about a product, or None."""
    return next((r for r in load_reports(folder) if r.product == product), None)


def _report(entry: dict[str, Any], folder: Path) -> PublishedReport:
    return PublishedReport(
        id=str(entry["id"]),
        title=str(entry["title"]),
        product=str(entry["product"]),
        method=str(entry["method"]),
        n_test=int(entry["n_test"]),
        test_classes={str(k): int(v) for k, v in entry["test_classes"].items()},
        caveats=tuple(entry["caveats"]),
        results=tuple(_result(r) for r in entry.get("results", [])),
        tables={name: pd.read_csv(folder / f"{name}.csv") for name in entry["tables"]},
    )


def _result(entry: dict[str, Any]) -> PublishedResult:
    matrix = None
    if "confusion" in entry:
        names = tuple(entry["confusion_classes"])
        counts = np.array(entry["confusion"], np.int64)
        if counts.shape != (len(names), len(names)):
            raise ValueError(f"{entry['model']}: expected a matrix of {len(names)} classes, got {counts.shape}")
        matrix = ConfusionMatrix(counts, names, names)
    figures = {k: v for k, v in entry.items() if k not in ("confusion", "confusion_classes", "classes")}
    classes = tuple(PublishedClass(**c) for c in entry.get("classes", []))
    return PublishedResult(**figures, confusion=matrix, classes=classes)
