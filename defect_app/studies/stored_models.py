"""A study of models that are there already: their stored evaluations side by side, with size and time."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pandas as pd

from defect_app.catalog import SERVED_FILES, find_model
from defect_app.datasets import get_dataset
from defect_app.decision import p_defect_of
from defect_app.errors import InvalidStudy
from defect_app.evaluation import read_evaluation
from defect_app.inspection import Inspector
from defect_app.scenes.samples import samples_for
from defect_app.studies.card import write_card
from defect_app.studies.plan import Study, Variant
from defect_app.studies.results import STUDIES_FOLDER, StudyOrigin, StudyResult, VariantFacts, write_result
from defect_app.studies.running import study_digest

TIMED_PHOTOS = 40
_BYTES = {"f32": 4, "f16": 2, "i8": 1, "u8": 1}
"""Of one number of each type that weights are stored in."""


def compare_stored(study: Study, models: Path | None = None, out: Path = STUDIES_FOLDER) -> StudyResult:
    """Put the test answers of models together, measure what they cost, and write result and card.

    Raises
    ------
    DefectLensError
        If a model or its evaluation cannot be read.
    InvalidStudy
        If a model has no test answers.
    """
    parts = [_part(study, variant, models) for variant in study.variants]
    names: dict[str, str] = {}
    for _, facts_roles, _ in parts:
        names |= facts_roles
    result = StudyResult(
        pd.concat([rows for rows, _, _ in parts], ignore_index=True),
        StudyOrigin(
            study=study.name,
            digest=study_digest(study),
            dataset_sha256="",
            classes=tuple(names),
            roles=tuple(names.values()),
            seeds=(0,),
            folds=0,
            variants=tuple(facts for _, _, facts in parts),
            created=datetime.now(UTC).isoformat(timespec="seconds"),
            versions={name: version(name) for name in ("numpy", "openvino")},
        ),
    )
    write_result(out, result)
    write_card(out, study, result)
    return result


def parameters_of(folder: Path) -> int:
    """Count the numbers that a model's file of the network holds, whatever their precision."""
    network = ElementTree.parse(folder / "model.xml").getroot()
    constants = (layer.find("data") for layer in network.iter("layer") if layer.get("type") == "Const")
    sizes = [
        (_BYTES.get(data.get("element_type", ""), 0), int(data.get("size", 0)))
        for data in constants
        if data is not None
    ]
    return sum(size // width for width, size in sizes if width)


def _part(study: Study, variant: Variant, models: Path | None) -> tuple[pd.DataFrame, dict[str, str], VariantFacts]:
    spec, folder = find_model(variant.model, models)
    evaluation = read_evaluation(folder)
    stored = evaluation.rows
    stored = stored[(stored["split"] == "test") & (stored["run"] == 0) & (stored["fold"] == -1)]
    if not len(stored):
        raise InvalidStudy(f"{study.name}: {variant.model} has no test answers.")
    probabilities = stored[[f"p_{name}" for name in spec.class_names]].to_numpy()
    rows = pd.DataFrame(
        {
            **{name: stored[name] for name in ("image", "sha256", "actual", "fold")},
            "variant": variant.name,
            "seed": 0,
            "predicted": np.array(spec.class_names)[probabilities.argmax(axis=1)],
            "p_defect": p_defect_of(probabilities, spec).astype(np.float32),
            "confidence": probabilities.max(axis=1),
        }
    )
    size = sum((folder / name).stat().st_size for name in SERVED_FILES if (folder / name).is_file()) / 1e6
    inspector = Inspector(spec, folder)
    samples = samples_for(spec)
    photos = [(f"photo {i}", samples[i % len(samples)].read()) for i in range(TIMED_PHOTOS)]
    for _ in inspector.inspect_many(photos[:4], whole_photos=True):
        """Warm up: what is made at the first call is no part of a photo's time."""
    began = time.process_time()
    judged = sum(1 for _ in inspector.inspect_many(photos, whole_photos=True))
    per_photo = 1000 * (time.process_time() - began) / judged
    title = get_dataset(spec.dataset).title
    facts = VariantFacts(variant.name, f"model {spec.id}", parameters_of(folder), 0, size, per_photo, title)
    return rows, {c.name: c.role or "" for c in spec.classes}, facts
