"""Fine-tunes a taught product: every fold kept when it is done, then all photos, the candidate and its comparison."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from defect_app.engine.taught.tuned import LAST_FROZEN
from defect_app.progress import Progress
from defect_app.settings import settings
from defect_app.teaching.crossvalidation import dealt_folds
from defect_app.teaching.teach import BACKBONE
from defect_app.teaching.versions import staging
from defect_app.tuning.candidate import joined_probabilities, write_candidate
from defect_app.tuning.comparison import compare_tuned
from defect_app.tuning.course import Course, TuningProgress
from defect_app.tuning.kept_work import Candidate, KeptWork, keep_fold, read_fold
from defect_app.tuning.materials import TuningMaterials, spec_sha256, tuning_materials

if TYPE_CHECKING:
    from defect_app.training.fine_tuning import BlockTuner

FIRST_TRAINED = f"block_{LAST_FROZEN + 1}_expand"
_INNER_FOLDS = 6
"""One of them chooses the epoch."""


def fine_tune(
    model_id: str, report: Callable[[TuningProgress], None], *, root: Path | None = None, epochs: int | None = None
) -> Candidate:
    """Fine-tune a taught product, and let the result wait for a decision; nothing in place is touched.

    Folds that are done stay when it is stopped, and it goes on behind them as long as model and photos are the same.

    Parameters
    ----------
    model_id : str
        Of a model that was taught with defects or classes, and whose photos are kept.
    report : callable
        Called often. Whatever it raises stops the work.
    root : Path, optional
        Folder of taught models. Default: what the setting names.
    epochs : int, optional
        At most, instead of the usual number.

    Returns
    -------
    Candidate
        It may have been there already.

    Raises
    ------
    CannotTune
        If the product cannot be fine-tuned as it is.
    PackageMissing
        If TensorFlow is not installed.
    DefectLensError
        If a file cannot be read or written.
    """
    from defect_app.training.fine_tuning import BlockTuner

    where, began = root or settings().taught_models, time.monotonic()
    course = Course(report)
    work = KeptWork(where, model_id)
    materials = tuning_materials(where / model_id, settings().models / BACKBONE, course.stage("reading photos", 0))
    with work.held():
        waiting = work.candidate(materials.identity)
        if waiting is not None:
            return waiting
        own = work.begin(materials.identity)
        folds = np.unique(materials.folds)
        labels, n_classes = materials.taught.labels, len(materials.taught.classes)
        n_training = len(labels) * (len(folds) - 1) // len(folds) * (_INNER_FOLDS - 1) // _INNER_FOLDS
        length = epochs or BlockTuner.epochs_for(n_training)
        n_views = BlockTuner.views_of(materials.pixels.shape)
        a_training = float(length * n_training)
        course.plan(len(labels) * n_views + (len(folds) + 1) * a_training)
        looking = course.stage("looking through the frozen blocks", len(labels) * n_views)
        tuner = BlockTuner(
            settings().models / BACKBONE, materials.pixels, labels, n_classes, FIRST_TRAINED, looking
        )  # fmt: skip
        logits = np.zeros((len(labels), n_classes))
        for number, fold in enumerate(folds, start=1):
            outside = np.flatnonzero(materials.folds == fold)
            kept = read_fold(own, int(fold), len(outside), n_classes)
            if kept is None:
                step = course.stage(f"fold {number} of {len(folds)}", a_training)
                _tune(tuner, materials, np.flatnonzero(materials.folds != fold), step, length)
                kept = tuner.logits(outside)
                keep_fold(own, int(fold), kept)
            else:
                course.skip(a_training)
            logits[outside] = kept
            course.said = said_so_far(materials, logits, folds[:number])
        step = course.stage("on all photos, for the model that serves", a_training)
        _tune(tuner, materials, np.arange(len(labels)), step, length)
        with staging(where) as staged:
            folder, blocks = staged / model_id, staged / "blocks.xml"
            folder.mkdir()
            tuner.write_blocks(blocks)
            minutes = (time.monotonic() - began) / 60
            write_candidate(materials, logits, blocks, tuner.logits(np.arange(len(labels))), folder, minutes)
            comparison = compare_tuned(materials.folder, folder, minutes, spec_sha256(materials.folder))
            work.offer(own, folder, comparison)
    found = work.candidate(materials.identity)
    assert found is not None, "it was just kept"
    return found


def said_so_far(materials: TuningMaterials, logits: np.ndarray, folds: np.ndarray) -> str:
    """Return in words how both models name the photos of the folds that are done."""
    done = np.isin(materials.folds, folds)
    labels = materials.taught.labels[done]
    joined = joined_probabilities(materials.former[done], logits[done])
    right = [int((p.argmax(axis=1) == labels).sum()) for p in (materials.former[done], joined)]
    return (
        f"After {len(folds)} fold{'s' * (len(folds) != 1)}: of {len(labels):,} photos the taught model names "
        f"{right[0]:,} rightly, the fine-tuned one {right[1]:,}."
    )


def _tune(tuner: BlockTuner, materials: TuningMaterials, photos: np.ndarray, step: Progress, epochs: int) -> None:
    """Train on some photos; those of one inner fold choose the epoch."""
    groups = materials.taught.groups[photos] if materials.kept_apart else photos
    content = [materials.taught.content[i] for i in photos]
    inner, _ = dealt_folds(materials.taught.labels[photos], groups, content, _INNER_FOLDS)
    tuner.tune(photos[inner != 0], photos[inner == 0], step, epochs=epochs)
