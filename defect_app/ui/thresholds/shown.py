"""What the Thresholds page works on: a model, the chosen part of its evaluation, and the point in use."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import streamlit as st

from defect_app.catalog import CatalogEntry, ModelSpec, model_digest
from defect_app.decision import OperatingPoint, default_point
from defect_app.evaluation.opening import OpenedEvaluation
from defect_app.evaluation.selection import SelectedPictures, Selection
from defect_app.evaluation.thresholds import SortedScores, Thresholds, sorted_scores
from defect_app.records import PointInUse, point_in_use
from defect_app.ui.evaluate.results import selected_part
from defect_app.ui.records import shared_records
from defect_app.ui.resources import file_hashes

Result = TypeVar("Result")


@dataclass(frozen=True)
class Shown:
    """What the page shows.

    Attributes
    ----------
    entry, spec : CatalogEntry, ModelSpec
        The model.
    evaluation : OpenedEvaluation
        Of that model; usable.
    selected : SelectedPictures
        The chosen part of it.
    in_use : PointInUse
        What Inspect applies now.
    model_sha256 : str
        Of the bundled model.
    """

    entry: CatalogEntry
    spec: ModelSpec
    evaluation: OpenedEvaluation
    selected: SelectedPictures
    in_use: PointInUse
    model_sha256: str

    @property
    def scores(self) -> SortedScores:
        """The chosen part's scores, sorted once."""
        return self.scores_of(self.selected)

    def scores_of(self, selected: SelectedPictures) -> SortedScores:
        """Return the sorted scores of any part of the evaluation, made once."""
        return self.kept("scores", selected.selection, lambda: sorted_scores(selected))

    def part(self, selection: Selection) -> SelectedPictures:
        """Return another part of the evaluation, made once."""
        return selected_part(self.entry, self.evaluation, selection)

    def kept(self, name: str, key: object, compute: Callable[[], Result]) -> Result:
        """Return what `compute` gives for this evaluation and key, computed once."""
        return _kept(compute, name, (str(self.entry.folder), self.evaluation.sha256, key))


@st.cache_resource(max_entries=200, show_spinner=False)
def _kept(_compute: Callable[[], Result], name: str, key: tuple[object, ...]) -> Result:
    return _compute()


def delivered_point(entry: CatalogEntry) -> OperatingPoint:
    """Return the point that a usable model was delivered with; it names the model's hash."""
    assert entry.spec is not None, "only usable models have a point"
    return default_point(entry.spec, _digest(entry, str(entry.folder), file_hashes(entry)))


@st.cache_resource(max_entries=64, show_spinner=False)
def _digest(_entry: CatalogEntry, folder: str, files: tuple[tuple[str, str], ...]) -> str:
    return model_digest(_entry.folder)


def shown_of(entry: CatalogEntry, evaluation: OpenedEvaluation, selection: Selection) -> Shown:
    """Gather what the page shows of a usable model and evaluation."""
    assert entry.spec is not None, "only usable models are shown"
    delivered = delivered_point(entry)
    in_use = point_in_use(delivered, None, shared_records)
    selected = selected_part(entry, evaluation, selection)
    return Shown(entry, entry.spec, evaluation, selected, in_use, delivered.model_sha256)


def thresholds_of(point: OperatingPoint) -> Thresholds:
    """Return the two lines of a point; a recognition model's one threshold is both."""
    if point.accept_at is not None:
        return Thresholds(point.accept_at, point.accept_at)
    assert point.review_at is not None, "an inspection model has both"
    assert point.reject_at is not None, "an inspection model has both"
    return Thresholds(point.review_at, point.reject_at)
