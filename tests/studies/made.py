"""Make results of studies for tests: answers that are drawn, not trained."""

import numpy as np
import pandas as pd

from defect_app.studies import Study, StudyResult, VariantFacts
from defect_app.studies.results import EpochFigures, RunFacts, StudyOrigin
from defect_app.studies.running import study_digest


def made_result(study: Study, right: dict[str, float], n: int = 200, seed: int = 1) -> StudyResult:
    """Return answers on n pictures, a quarter of them damaged, of which each variant gets a share right."""
    generator = np.random.default_rng(seed)
    actual = np.where(np.arange(n) % 4 == 0, "damaged", "intact")
    parts = []
    for variant in study.variants:
        correct = generator.random(n) < right[variant.name]
        predicted = np.where(correct, actual, np.where(actual == "intact", "damaged", "intact"))
        p_defect = np.where(predicted == "damaged", 0.9, 0.1)
        rows = {
            "variant": variant.name, "seed": 0, "fold": np.arange(n) % study.folds,
            "image": [f"{i:04d}.png" for i in range(n)], "sha256": [f"{i:064x}" for i in range(n)],
            "actual": actual, "predicted": predicted, "p_defect": p_defect, "confidence": np.full(n, 0.9),
        }  # fmt: skip
        parts.append(pd.DataFrame(rows))
    course = tuple(EpochFigures(e, 1 / e, 1 / e + 0.1, 0.5 + e / 100) for e in range(1, 7))
    origin = StudyOrigin(
        study=study.name,
        digest=study_digest(study),
        dataset_sha256="ab" * 32,
        classes=("intact", "damaged"),
        roles=("ok", "defect"),
        seeds=(0,),
        folds=study.folds,
        variants=tuple(VariantFacts(v.name, "made", 1000, 10, 0.004, 2.5, "made") for v in study.variants),
        runs=tuple(RunFacts(v.name, 0, fold, 150, 0.5, course) for v in study.variants for fold in range(study.folds)),
        created="2026-01-02T03:04:05+00:00",
        versions={"numpy": "2"},
    )
    return StudyResult(pd.concat(parts, ignore_index=True), origin)
