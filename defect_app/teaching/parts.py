"""What the steps of teaching hand to each other: the materials, and the draft of a model."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from defect_app.catalog import ChosenThresholds, InputSpec
from defect_app.teaching.learning_curve import LearningCurve
from defect_app.teaching.photos import ReadPhotos
from defect_app.teaching.request import TaughtClass, TeachingRequest
from defect_app.teaching.summary import Suspicion


@dataclass(frozen=True, eq=False)
class Materials:
    """What a model is made of.

    Attributes
    ----------
    request : TeachingRequest
        As it was given.
    classes : tuple of TaughtClass
        Of the model, in the order of its outputs.
    size : InputSpec
        Its input.
    backbone : Path
        Folder of the network that it sees through.
    read : ReadPhotos
        The photos.
    groups : ndarray of int64, shape (n_photos,)
        See `grouping.groups_of`.
    digest : str
        Of contents and labels.
    """

    request: TeachingRequest
    classes: tuple[TaughtClass, ...]
    size: InputSpec
    backbone: Path
    read: ReadPhotos
    groups: np.ndarray
    digest: str

    @property
    def content(self) -> list[str]:
        """The photos' hashes."""
        return [photo.sha256 for photo in self.read.photos]

    @property
    def labels(self) -> np.ndarray:
        """Index of each photo's class, shape (n_photos,)."""
        index = {c.name: i for i, c in enumerate(self.classes)}
        return np.array([index[photo.label] for photo in self.read.photos])


@dataclass(frozen=True, eq=False)
class Draft:
    """A model whose graph is written, with its out-of-fold answers.

    Attributes
    ----------
    kind : str
        "classifier" or "memory".
    probabilities : ndarray, shape (n_photos, n_classes)
        Out of fold.
    folds : ndarray of int, shape (n_photos,)
        Fold of each photo; photos that nothing was taught of are in the first.
    kept_apart : bool
        Whether groups stayed together.
    summary : str
        What the model does, in a sentence.
    explain_layer : str
        Name of the layer whose map explains most.
    suspicions : tuple of Suspicion
        Photos worth a second look.
    curve : LearningCurve or None
        How figures grew with photos.
    calibrated : ChosenThresholds or None
        Thresholds that the draft brings along; None where they are chosen on the out-of-fold answers.
    """

    kind: str
    probabilities: np.ndarray
    folds: np.ndarray
    kept_apart: bool
    summary: str
    explain_layer: str
    suspicions: tuple[Suspicion, ...] = ()
    curve: LearningCurve | None = None
    calibrated: ChosenThresholds | None = None
