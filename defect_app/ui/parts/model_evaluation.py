"""A model's evaluation, opened once for all sessions, and the part of it that a page shows: no model runs here."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from defect_app.catalog import CatalogEntry, ModelSpec, ModelVersion, weights_sha256
from defect_app.decision import Thresholds, default_point
from defect_app.errors import ModelUnavailable, RecordsUnavailable
from defect_app.evaluation import EVALUATION_FILE
from defect_app.evaluation.added_pictures import AddedPictures, with_pictures
from defect_app.evaluation.opening import OpenedEvaluation, open_evaluation
from defect_app.evaluation.own_photos import own_photos, own_photos_state
from defect_app.evaluation.results import EvaluationResults, SelectionResults
from defect_app.evaluation.selection import SelectedPictures, Selection
from defect_app.points import PointInUse, point_in_use
from defect_app.reviews.corrected import line_pictures
from defect_app.storage.address import database_url
from defect_app.ui.records import shared_records, shared_reviews


@dataclass(frozen=True)
class EvaluationKey:
    """What tells a part of an evaluation from all others: for the keys of caches.

    Attributes
    ----------
    version : ModelVersion
        Of the model.
    evaluation_sha256 : str
        Of the evaluation's file, and behind it the digest of what was added, such as parts of the line.
    selection : Selection
        The part.
    """

    version: ModelVersion
    evaluation_sha256: str
    selection: Selection


@dataclass(frozen=True, eq=False)
class EvaluatedModel:
    """A model with the part of its evaluation that a page shows.

    Attributes
    ----------
    entry, spec : CatalogEntry, ModelSpec
        The model.
    results : SelectionResults
        Of the chosen part; its evaluation is usable.
    in_use : PointInUse
        The operating point that Inspect applies now.
    """

    entry: CatalogEntry
    spec: ModelSpec
    results: SelectionResults
    in_use: PointInUse

    @property
    def evaluation(self) -> OpenedEvaluation:
        """The model's evaluation."""
        return self.results.whole.evaluation

    @property
    def selected(self) -> SelectedPictures:
        """The pictures of the chosen part."""
        return self.results.selected

    @property
    def title(self) -> str:
        """The model's title."""
        return self.spec.title

    @property
    def titles(self) -> dict[str, str]:
        """Title of each class by name."""
        return {c.name: c.title for c in self.spec.classes}

    @property
    def model_sha256(self) -> str:
        """The identity of the model, which points and records carry."""
        return self.spec.identity

    @property
    def key(self) -> EvaluationKey:
        """The key of what follows from the chosen part."""
        content = self.evaluation.sha256 + self.evaluation.added_digest
        return EvaluationKey(self.entry.version, content, self.selected.selection)

    @property
    def thresholds_in_use(self) -> Thresholds:
        """The thresholds of the point in use."""
        return self.in_use.point.thresholds

    @property
    def stem(self) -> str:
        """Start of the names of downloaded files."""
        return f"{self.entry.id}-{self.selected.selection.split}"

    def part(self, selection: Selection) -> SelectionResults:
        """Return another part of the evaluation."""
        return self.results.whole.part(selection)


def evaluation_results(entry: CatalogEntry) -> EvaluationResults:
    """Return a model's evaluation, opened once for each state of its file; the spec must be readable.

    Parts of the line that persons settled are a split of it, and so is each lot of one's own photos that was evaluated.
    """
    try:
        stat = (entry.folder / EVALUATION_FILE).stat()
        state = (stat.st_size, stat.st_mtime_ns)
    except OSError:
        state = (0, 0)
    results = _opened(entry, str(entry.folder), entry.version, state)
    line = _line_pictures(entry)
    added = (*((line,) if line else ()), *_own_photos(entry, entry.version, own_photos_state(entry.id)))
    if not added or not results.evaluation.usable:
        return results
    digest = "".join(pictures.digest for pictures in added)
    return _opened_with(entry, results, added, str(entry.folder), entry.version, state, digest)


def evaluated_model(entry: CatalogEntry, results: SelectionResults) -> EvaluatedModel:
    """Gather what a page shows of a model whose spec can be read."""
    assert entry.spec is not None, "only entries with a spec have an evaluation"
    return EvaluatedModel(entry, entry.spec, results, model_point_in_use(entry))


def model_point_in_use(entry: CatalogEntry) -> PointInUse:
    """Return the operating point that a model is used with, without loading it; the spec must be readable."""
    assert entry.spec is not None, "only entries with a spec have a point"
    return point_in_use(default_point(entry.spec), None, shared_records)


def _line_pictures(entry: CatalogEntry) -> AddedPictures | None:
    try:
        last = shared_reviews().last_id()
        return _settled_parts(entry, entry.version, database_url(), last) if last else None
    except RecordsUnavailable:
        return None  # the page says so where it tells the operating point


@st.cache_resource(max_entries=12, show_spinner=False)
def _settled_parts(_entry: CatalogEntry, version: ModelVersion, url: str, last_review: int) -> AddedPictures | None:
    assert _entry.spec is not None, "only entries with a spec have an evaluation"
    return line_pictures(shared_reviews(), _entry.spec)


@st.cache_resource(max_entries=12, show_spinner=False)
def _own_photos(
    _entry: CatalogEntry, version: ModelVersion, state: tuple[tuple[str, int, int], ...]
) -> tuple[AddedPictures, ...]:
    assert _entry.spec is not None, "only entries with a spec have an evaluation"
    return own_photos(_entry.spec) if state else ()


@st.cache_resource(max_entries=12, show_spinner=False)
def _opened_with(
    _entry: CatalogEntry,
    _results: EvaluationResults,
    _added: tuple[AddedPictures, ...],
    folder: str,
    version: ModelVersion,
    file_state: tuple[int, int],
    added_digest: str,
) -> EvaluationResults:
    assert _entry.spec is not None, "only entries with a spec have an evaluation"
    opened = _results.evaluation
    for pictures in _added:
        opened = with_pictures(opened, pictures, _entry.spec)
    return EvaluationResults(opened)


@st.cache_resource(max_entries=12, show_spinner=False)
def _opened(_entry: CatalogEntry, folder: str, version: ModelVersion, file_state: tuple[int, int]) -> EvaluationResults:
    assert _entry.spec is not None, "only entries with a spec are opened"
    try:
        weights = weights_sha256(_entry.folder)
    except ModelUnavailable:
        weights = ""
    return EvaluationResults(open_evaluation(_entry.folder, _entry.spec, weights))
