"""Opened evaluations and what is computed from them, made once a file and kept: no model runs here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import streamlit as st

from defect_app.catalog import CatalogEntry, model_digest
from defect_app.errors import ModelUnavailable
from defect_app.evaluation import EVALUATION_FILE
from defect_app.evaluation.opening import OpenedEvaluation, open_evaluation
from defect_app.evaluation.selection import SelectedPictures, Selection, select
from defect_app.evaluation.thresholds import Thresholds, VerdictCounts, sorted_scores, verdict_counts
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
    review_at : float
        Review from; of an inspection model, not above `threshold`.
    threshold : float
        Reject from, or accept from for a recognition model.
    """

    entry: CatalogEntry
    evaluation: OpenedEvaluation
    selected: SelectedPictures
    review_at: float
    threshold: float

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
    thresholds = (view.review_at, view.threshold) if at_threshold else ()
    key = (str(view.entry.folder), view.evaluation.sha256, view.selected.selection, thresholds)
    return _kept(compute, name, key)


@st.cache_resource(max_entries=12, show_spinner=False)
def _opened(
    _entry: CatalogEntry, folder: str, files: tuple[tuple[str, str], ...], state: tuple[int, int]
) -> OpenedEvaluation:
    assert _entry.spec is not None, "only entries with a spec are opened"
    try:
        digest = model_digest(_entry.folder)
    except ModelUnavailable:
        digest = ""
    return open_evaluation(_entry.folder, _entry.spec, digest)


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
    thresholds = Thresholds(view.review_at, view.threshold)
    return kept(view, "verdict counts", lambda: verdict_counts(scores, thresholds), at_threshold=True)
