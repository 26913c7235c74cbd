"""Teaching with defects, or with classes that are merely named: one linear head over pooled layers."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from defect_app.engine.taught.backbone import read_backbone
from defect_app.engine.taught.classifier import MAP_LAYER, classifier_graph
from defect_app.engine.taught.finishing import write_graph
from defect_app.engine.taught.pooled import POOLED_LAYERS
from defect_app.progress import Progress
from defect_app.teaching.crossvalidation import cross_validate
from defect_app.teaching.learning_curve import learning_curve
from defect_app.teaching.parts import Draft, Materials
from defect_app.teaching.suspicions import suspicions


def taught_classifier(materials: Materials, folder: Path, progress: Progress) -> Draft:
    """Fit and measure the head, and write the graph into the model's folder."""
    photos, labels, classes = materials.read.photos, materials.labels, materials.classes
    views = np.stack([photo.values for photo in photos])
    measured = cross_validate(views, labels, materials.groups, materials.content, len(classes), progress)
    is_defect = np.array([c.role == "defect" for c in classes]) if classes[0].role else None
    curve = learning_curve(views, labels, measured.folds, is_defect, measured.settings, progress)
    good = views[:, 0] if is_defect is None else views[~is_defect[labels], 0]
    progress("building the model", 0, 1)
    size = materials.size
    backbone = read_backbone(materials.backbone, size.height, size.width)
    graph = classifier_graph(backbone, measured.head.for_graph(good.mean(axis=0)))
    write_graph(graph, folder, POOLED_LAYERS)
    named = ", ".join(c.title.lower() for c in classes)
    told = f"Tells apart: {named}. Taught from {len(photos):,} photos."
    return Draft(
        kind="classifier",
        probabilities=measured.probabilities,
        folds=measured.folds,
        kept_apart=measured.kept_apart,
        summary=told,
        explain_layer=MAP_LAYER,
        suspicions=suspicions(photos, labels, measured.probabilities, classes),
        curve=curve,
    )
