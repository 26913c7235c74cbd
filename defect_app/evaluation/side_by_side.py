"""Several models on the photos that they share: the figures of each, with intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from defect_app.decision import RecognitionThresholds, Thresholds
from defect_app.evaluation.answers import accuracy_at
from defect_app.evaluation.coverage import accept_counts, top_k_accuracy
from defect_app.evaluation.intervals import Proportion
from defect_app.evaluation.ranking import Area, ranking_curves
from defect_app.evaluation.selection import SelectedPictures
from defect_app.evaluation.thresholds import sorted_scores, verdict_counts


@dataclass(frozen=True)
class ModelFigures:
    """The figures of one model at its own thresholds.

    Attributes
    ----------
    n : int
        Photos.
    accuracy : Proportion
        Inspection: defective parts rejected and good ones not, of all. Recognition: right labels that are accepted.
    escapes, false_rejects, review_load : Proportion or None
        Of an inspection model.
    roc_area : Area or None
        Of an inspection model; its value is NaN with one kind of part only.
    top_1, top_5, accepted : Proportion or None
        Of a recognition model.
    """

    n: int
    accuracy: Proportion
    escapes: Proportion | None = None
    false_rejects: Proportion | None = None
    review_load: Proportion | None = None
    roc_area: Area | None = None
    top_1: Proportion | None = None
    top_5: Proportion | None = None
    accepted: Proportion | None = None


def model_figures(selected: SelectedPictures, thresholds: Thresholds) -> ModelFigures:
    """Return the figures of a model at thresholds of its kind."""
    accuracy = accuracy_at(selected, thresholds)
    if isinstance(thresholds, RecognitionThresholds):
        first, fifth = top_k_accuracy(selected)
        accepted = accept_counts(selected, thresholds).accepted
        return ModelFigures(selected.n, accuracy, top_1=first, top_5=fifth, accepted=accepted)
    counts = verdict_counts(sorted_scores(selected), thresholds)
    area = ranking_curves(selected.is_defective, selected.p_defect).roc_area
    return ModelFigures(selected.n, accuracy, counts.escapes, counts.false_rejects, counts.review_load, roc_area=area)


def on_shared_pictures(selections: Sequence[SelectedPictures]) -> tuple[SelectedPictures, ...]:
    """Return the selections cut to the pictures that all of them hold, in one order; empty ones where none is shared.

    Pictures are the same when their content is; of copies in one selection the first counts.
    """
    places = [
        pd.Series(np.arange(s.n), index=pd.Index(s.pictures["sha256"])).groupby(level=0, sort=False).first()
        for s in selections
    ]
    shared = places[0].index
    for other in places[1:]:
        shared = shared[shared.isin(other.index)]
    return tuple(taken(s, p.loc[shared].to_numpy(np.intp)) for s, p in zip(selections, places, strict=True))


def taken(selected: SelectedPictures, indices: np.ndarray) -> SelectedPictures:
    """Return some pictures of a selection.

    Parameters
    ----------
    selected : SelectedPictures
        n pictures.
    indices : ndarray of intp
        Which, in the order wanted.
    """
    return replace(
        selected,
        pictures=selected.pictures.iloc[indices].reset_index(drop=True),
        actual=selected.actual[indices],
        predicted=selected.predicted[indices],
        confidence=selected.confidence[indices],
        probabilities=selected.probabilities[indices],
        p_defect=selected.p_defect[indices],
        is_good=selected.is_good[indices],
        is_defective=selected.is_defective[indices],
    )
