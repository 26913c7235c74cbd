"""From a drafted model to a complete folder: familiarity, evaluation, operating point, card and seal."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd

from defect_app.catalog import LicenceSpec, ModelSpec
from defect_app.catalog.spec import Task
from defect_app.evaluation.cache import PROBABILITY_PREFIX
from defect_app.familiarity import FamiliarityModel
from defect_app.publishing import DatasetFacts, MeasuredModel, PointRule, TrainingRecord, complete_folder, neutral_point
from defect_app.publishing.publish import FAMILIARITY_FILE
from defect_app.publishing.replicates import CV_SPLIT
from defect_app.teaching.parts import Draft, Materials
from defect_app.teaching.suspicions import neighbour_distances

DATASET = "taught"
"""Name of the data set of every taught model: its photos are not among the registered ones."""
_SLACK = 1.25
_SEED = 0
_LICENCE = LicenceSpec(
    "your own photos; start weights: ImageNet terms",
    "The network was trained on ImageNet, whose pictures are for non-commercial research and education.",
)


def most_good_reviewed(n_good: int) -> float:
    """Return the share of good photos that the first operating point may send to review: one, and 2 % of many."""
    return min(0.1, 0.02 + 1 / max(n_good, 1))


def fit_familiarity(materials: Materials, draft: Draft, folder: Path) -> None:
    """Write ``familiarity.npz``: the photos are the references, and each is held out once to set the limit."""
    photos = materials.read.photos
    taught = tuple(p for p in photos if draft.kind != "memory" or p.label == materials.classes[0].name)
    looks = np.stack([photo.look for photo in taught])
    FamiliarityModel.fit_leaving_out(
        looks, neighbour_distances(looks), [photo.quality for photo in taught], seed=_SEED, slack=_SLACK
    ).save(folder / FAMILIARITY_FILE)


def complete(materials: Materials, draft: Draft, folder: Path, seconds: float) -> ModelSpec:
    """Write evaluation, record, card and spec; the folder is sealed by that."""
    request, size = materials.request, materials.size
    task: Task = "inspection" if materials.classes[0].role else "recognition"
    spec = ModelSpec(
        id=request.id,
        title=request.title,
        task=task,
        classes=tuple(c.spec for c in materials.classes),
        input=size,
        explain_layer=draft.explain_layer,
        default_point=neutral_point(task),
        licence=_LICENCE,
        summary=draft.summary,
        dataset=DATASET,
        trained=datetime.now(UTC).date().isoformat(),
        frame=request.frame,
    )
    record = TrainingRecord(
        dataset=DatasetFacts(
            title=f"photos of {request.title}",
            source="taught on this machine",
            licence="yours",
            traps=()
            if draft.kept_apart
            else ("All photos of a class nearly equal each other, so figures flatter: they were not kept apart.",),
        ),
        seed=_SEED,
        minutes=seconds / 60,
        n_training=len(materials.read.photos),
    )
    n_good = sum(materials.classes[i].role == "ok" for i in materials.labels)
    rule = PointRule(most_good_reviewed=most_good_reviewed(n_good), calibrated=draft.calibrated)
    return complete_folder(folder, MeasuredModel(spec, rule, record, _rows(materials, draft), materials.digest))


def _rows(materials: Materials, draft: Draft) -> pd.DataFrame:
    photos = materials.read.photos
    rows = pd.DataFrame(
        {
            "image": _unique([photo.name for photo in photos]),
            "sha256": [photo.sha256 for photo in photos],
            "split": CV_SPLIT,
            "fold": draft.folds,
            "run": 0,
            "actual": [photo.label for photo in photos],
            "leaked": False,
        }
    )
    for i, entry in enumerate(materials.classes):
        rows[PROBABILITY_PREFIX + entry.name] = draft.probabilities[:, i].astype(np.float32)
    return rows


def _unique(names: list[str]) -> list[str]:
    """Tell photos of the same name apart by a number: rows are known by their names."""
    seen: dict[str, int] = {}
    found = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        found.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return found
