"""Opened evaluations and what is computed from them, made once a file and kept: no model runs here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import streamlit as st

from defect_app.catalog import CatalogEntry, model_digest
from defect_app.decision import OperatingPoint, default_point
from defect_app.errors import ModelUnavailable
from defect_app.evaluation import EVALUATION_FILE
from defect_app.evaluation.answers import accuracy_over_repeats
from defect_app.evaluation.opening import OpenedEvaluation, open_evaluation
from defect_app.evaluation.selection import SelectedPictures, Selection, repeats_of, select
from defect_app.evaluation.thresholds import Thresholds, VerdictCounts, sorted_scores, verdict_counts
from defect_app.records import PointInUse, point_in_use
from defect_app.ui.records import shared_records
from defect_app.ui.resources import file_hashes

Result = TypeVar("Result")


@dataclass(frozen=True)
class View:
    """What a page shows: a part of a model's evaluation at a threshold.

    Attributes
    ----------
    entry : CatalogEntry
        The model.
    evaluation : OpenedEvaluation
        Of that model; usable.
    selected : SelectedPictures
        The chosen part.
    thresholds : Thresholds
        Review from and reject from; accept from stands for both, for a recognition model.
    """

    entry: CatalogEntry
    evaluation: OpenedEvaluation
    selected: SelectedPictures
    thresholds: Thresholds

    @property
    def threshold(self) -> float:
        """Reject from, or accept from for a recognition model."""
        return self.thresholds.reject_at

    @property
    def titles(self) -> dict[str, str]:
        """Title of each class by name."""
        return {c.name: c.title for c in self.entry.spec.classes} if self.entry.spec else {}

    @property
    def stem(self) -> str:
        """Start of the names of downloaded files."""
        return f"{self.entry.id}-{self.selected.selection.split}"


def opened(entry: CatalogEntry) -> OpenedEvaluation:
    """Return a model's cached evaluation, opened once for each state of its file; the spec must be readable."""
    try:
        stat = (entry.folder / EVALUATION_FILE).stat()
        state = (stat.st_size, stat.st_mtime_ns)
    except OSError:
        state = (0, 0)
    return _opened(entry, str(entry.folder), file_hashes(entry), state)


def selected_part(entry: CatalogEntry, evaluation: OpenedEvaluation, selection: Selection) -> SelectedPictures:
    """Return a part of an opened evaluation, made once."""
    return _selected(evaluation, str(entry.folder), evaluation.sha256, evaluation.stale, selection)


def kept(view: View, name: str, compute: Callable[[], Result], *, at_threshold: bool = False) -> Result:
    """Return what `compute` gives for a view, computed once.

    Parameters
    ----------
    view : View
        What it is computed from.
    name : str
        What it is; one name, one computation.
    compute : callable
        Without arguments.
    at_threshold : bool
        Whether the result depends on the thresholds.
    """
    thresholds = view.thresholds if at_threshold else None
    key = (str(view.entry.folder), view.evaluation.sha256, view.selected.selection, thresholds)
    return _kept(compute, name, key)


def applied_point(entry: CatalogEntry) -> PointInUse:
    """Return the operating point that the model is used with, without loading the model; the spec must be readable."""
    assert entry.spec is not None, "only entries with a spec have a point"
    return point_in_use(
        default_point(entry.spec, _digest(entry, str(entry.folder), file_hashes(entry))), None, shared_records
    )


def thresholds_of(point: OperatingPoint) -> Thresholds:
    """Return a point's thresholds; accept from stands for both, for a recognition model."""
    if point.accept_at is not None:
        return Thresholds(point.accept_at, point.accept_at)
    return Thresholds(point.review_at or 0.0, point.reject_at or 0.0)


@st.cache_resource(max_entries=64, show_spinner=False)
def _digest(_entry: CatalogEntry, folder: str, files: tuple[tuple[str, str], ...]) -> str:
    try:
        return model_digest(_entry.folder)
    except ModelUnavailable:
        return ""


@st.cache_resource(max_entries=12, show_spinner=False)
def _opened(
    _entry: CatalogEntry, folder: str, files: tuple[tuple[str, str], ...], state: tuple[int, int]
) -> OpenedEvaluation:
    assert _entry.spec is not None, "only entries with a spec are opened"
    return open_evaluation(_entry.folder, _entry.spec, _digest(_entry, folder, files))


@st.cache_resource(max_entries=24, show_spinner=False)
def _selected(
    _evaluation: OpenedEvaluation, folder: str, sha256: str, stale: bool, selection: Selection
) -> SelectedPictures:
    return select(_evaluation, selection)


@st.cache_resource(max_entries=400, show_spinner=False)
def _kept(_compute: Callable[[], Result], name: str, key: tuple[object, ...]) -> Result:
    return _compute()


def verdicts_of(view: View) -> VerdictCounts | None:
    """Return the verdict counts of a view; None for a recognition model."""
    if not view.selected.inspection:
        return None
    scores = kept(view, "scores", lambda: sorted_scores(view.selected))
    return kept(view, "verdict counts", lambda: verdict_counts(scores, view.thresholds), at_threshold=True)


def repeats_words(view: View) -> str:
    """Say how the runs or folds of the chosen photos spread; nothing where there is one only."""
    split = view.selected.selection.split

    def words() -> str:
        by_fold = split == "cv"
        found = accuracy_over_repeats(repeats_of(view.evaluation, split, by_fold=by_fold), view.threshold)
        return found.sentence("folds" if by_fold else "runs") if found else ""

    return kept(view, "repeats", words, at_threshold=True)
