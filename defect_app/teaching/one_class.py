"""Teaching with good photos alone: a memory of their patches, and defects, if there are some, measured beside."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from defect_app.catalog import ChosenThresholds, InspectionThresholds
from defect_app.engine.taught.backbone import read_backbone
from defect_app.engine.taught.finishing import write_graph
from defect_app.engine.taught.memory import LOOK_LAYER, memory_graph
from defect_app.engine.taught.patches import GRID_LAYER, PATCH_LAYERS, channels_of
from defect_app.progress import Progress
from defect_app.teaching.parts import Draft, Materials
from defect_app.teaching.remembering import REJECTED, REVIEWED, Remembered, remember
from defect_app.teaching.summary import Suspicion
from defect_app.teaching.suspicions import odd_ones


def taught_memory(materials: Materials, folder: Path, progress: Progress) -> Draft:
    """Choose and measure the memory, and write the graph into the model's folder."""
    photos, labels, size = materials.read.photos, materials.labels, materials.size
    good = np.flatnonzero(labels == 0)
    backbone = read_backbone(materials.backbone, size.height, size.width)
    found = remember(
        np.stack([photos[i].values for i in good]),
        materials.groups[good],
        [photos[i].sha256 for i in good],
        channels_of(backbone),
        progress,
    )
    distances, folds = np.zeros(len(photos)), np.zeros(len(photos), np.int64)
    distances[good], folds[good] = found.distances, found.folds
    for i in np.flatnonzero(labels != 0):
        distances[i] = found.memory.distances(photos[i].values).max()
    progress("building the model", 0, 1)
    write_graph(memory_graph(backbone, found.memory, found.scale), folder, (*PATCH_LAYERS,))
    odd = odd_ones(np.stack([photos[i].look for i in good]))
    return Draft(
        kind="memory",
        probabilities=found.probabilities(distances),
        folds=folds,
        kept_apart=len(np.unique(materials.groups[good])) > 1,
        summary=f"Knows good parts from {len(good):,} photos, and finds what differs from them. It learnt no defects.",
        explain_layer=GRID_LAYER if GRID_LAYER in PATCH_LAYERS else LOOK_LAYER,
        suspicions=tuple(
            Suspicion(photos[good[i]].name, photos[good[i]].label, "it looks unlike the other good ones: is it good?")
            for i in odd
        ),
        calibrated=_point(found, len(good)),
    )


def _point(found: Remembered, n_good: int) -> ChosenThresholds:
    rule = (
        f"about {100 * REVIEWED:g} % of good parts reach review and {100 * REJECTED:g} % are rejected, by the "
        f"distances of {n_good:,} held-out good photos (log-normal, upper prediction limit); no defect was taught"
    )
    return ChosenThresholds(InspectionThresholds(found.review_at, found.reject_at), split="cv", n=n_good, rule=rule)
