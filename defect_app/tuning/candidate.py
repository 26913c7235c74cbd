"""The folder of a fine-tuned model: the taught head and the trained blocks in one graph, complete and sealed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from defect_app.engine.taught.backbone import read_backbone
from defect_app.engine.taught.classifier import MAP_LAYER
from defect_app.engine.taught.finishing import write_graph
from defect_app.engine.taught.pooled import POOLED_LAYERS
from defect_app.engine.taught.tuned import TUNED_LAYERS, TunedBlocks, tuned_graph
from defect_app.teaching.fitting import choose_settings, fit_head, softmax
from defect_app.teaching.parts import Draft
from defect_app.teaching.publication import complete, fit_familiarity
from defect_app.teaching.summary import TeachingSummary, write_summary
from defect_app.teaching.suspicions import near_copies, suspicions
from defect_app.tuning.materials import TuningMaterials

KIND = "fine-tuned"
_LEAST = 1e-7


def joined_probabilities(former: np.ndarray, logits: np.ndarray) -> np.ndarray:
    """Return what the graph answers: the softmax of the mean of the head's logits and the trained blocks'.

    Parameters
    ----------
    former : ndarray, shape (n_photos, n_classes)
        The head's probabilities, whose logarithms are its logits but for a constant.
    logits : ndarray, shape (n_photos, n_classes)
        Of the trained blocks.
    """
    return softmax((np.log(np.maximum(former, _LEAST)) + logits) / 2)


def write_candidate(
    materials: TuningMaterials, out_of_fold: np.ndarray, blocks: Path, final: np.ndarray, folder: Path, minutes: float
) -> None:
    """Write the complete folder.

    Parameters
    ----------
    materials : TuningMaterials
        Of the taught model.
    out_of_fold : ndarray, shape (n_photos, n_classes)
        The trained blocks' logits, each photo's from a training that had not seen it.
    blocks : Path
        See `engine.taught.tuned.TunedBlocks`: those that serve, trained on all photos.
    final : ndarray, shape (n_photos, n_classes)
        Their logits.
    folder : Path
        Empty, named as the model.
    minutes : float
        The training took.
    """
    taught = materials.taught
    labels, classes, photos = taught.labels, taught.classes, taught.read.photos
    views = np.stack([photo.values for photo in photos])
    with threadpool_limits(1):
        settings = choose_settings(views, labels, materials.folds, len(classes))
        head = fit_head(views, labels, len(classes), settings)
    is_good = np.array([c.role != "defect" for c in classes])[labels]
    size = taught.size
    graph = tuned_graph(
        read_backbone(taught.backbone, size.height, size.width),
        head.for_graph(views[is_good, 0].mean(axis=0)),
        TunedBlocks(blocks, final[is_good].mean(axis=0)),
    )
    write_graph(graph, folder, (*POOLED_LAYERS, *TUNED_LAYERS))
    probabilities = joined_probabilities(materials.former, out_of_fold)
    named = ", ".join(c.title.lower() for c in classes)
    draft = Draft(
        kind=KIND,
        probabilities=probabilities,
        folds=materials.folds,
        kept_apart=materials.kept_apart,
        summary=f"Tells apart: {named}. Taught from {len(photos):,} photos, and fine-tuned on them.",
        explain_layer=MAP_LAYER,
        suspicions=suspicions(photos, labels, probabilities, classes),
    )
    fit_familiarity(taught, draft, folder)
    summary = TeachingSummary(
        kind=KIND,
        counts=taught.read.counts(),
        near_copies=near_copies(taught.groups),
        kept_apart=materials.kept_apart,
        left_out=taught.read.left_out,
        suspicions=draft.suspicions,
        seconds=round(60 * minutes, 1),
    )
    write_summary(folder, summary)
    complete(taught, draft, folder, 60 * minutes)
