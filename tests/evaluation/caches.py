"""Make evaluation rows, specs and selections for tests."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from defect_app.catalog import (
    ChosenThresholds,
    ClassSpec,
    InputSpec,
    InspectionThresholds,
    LicenceSpec,
    ModelSpec,
    RecognitionThresholds,
    weights_sha256,
)
from defect_app.evaluation import Evaluation, EvaluationOrigin, write_evaluation
from defect_app.evaluation.opening import checked
from defect_app.evaluation.selection import SelectedPictures, Selection, select
from defect_app.evaluation.thresholds import SortedScores

ORIGIN = EvaluationOrigin("made", "ab" * 32, "generated", "cd" * 32, versions={})
CASTING = (ClassSpec("def_front", "Defective", "defect"), ClassSpec("ok_front", "Good", "ok"))
PHONE = (ClassSpec("major", "Major", "defect"), ClassSpec("minor", "Minor", "defect"), ClassSpec("none", "None", "ok"))


def spec_of(classes: Sequence[ClassSpec] = CASTING) -> ModelSpec:
    inspection = any(c.role for c in classes)
    return ModelSpec(
        id="made",
        title="Made",
        task="inspection" if inspection else "recognition",
        classes=tuple(classes),
        input=InputSpec(32, 32, "stretch", "area"),
        explain_layer="features",
        default_point=ChosenThresholds(InspectionThresholds(0.3, 0.7))
        if inspection
        else ChosenThresholds(RecognitionThresholds(0.5)),
        licence=LicenceSpec("MIT"),
    )


def rows_of(
    actual: Sequence[str],
    probabilities: np.ndarray,
    classes: Sequence[ClassSpec] = CASTING,
    *,
    split: object = "test",
    run: object = 0,
    fold: object = -1,
    leaked: object = False,
) -> pd.DataFrame:
    n = len(actual)
    names = [f"{i:06d}.png" for i in range(n)]
    fixed = {"image": names, "sha256": [f"{i:064x}" for i in range(n)], "split": split, "fold": fold, "run": run}
    rows = pd.DataFrame({**fixed, "actual": list(actual), "leaked": leaked})
    columns = [f"p_{c.name}" for c in classes]
    return pd.concat([rows, pd.DataFrame(np.asarray(probabilities, np.float32), columns=columns)], axis=1)


def casting_rows(is_defective: np.ndarray, p_defect: np.ndarray, **values: object) -> pd.DataFrame:
    actual = np.where(is_defective, "def_front", "ok_front")
    p = np.asarray(p_defect, np.float64)
    return rows_of(list(actual), np.stack([p, 1 - p], axis=1), CASTING, **values)


def selected_of(rows: pd.DataFrame, classes: Sequence[ClassSpec] = CASTING, **selection: Any) -> SelectedPictures:
    return select(checked(rows, ORIGIN, spec_of(classes)), Selection(**selection))


def generated(n: int, seed: int = 0, *, share: float = 0.4, step: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """Return actual states and overlapping scores; a step above 0 rounds the scores to it, which makes ties."""
    generator = np.random.default_rng(seed)
    bad = generator.random(n) < share
    scores = np.where(bad, generator.beta(5, 1.5, n), generator.beta(1.5, 5, n))
    return bad, np.clip(np.round(scores / step) * step, 0, 1) if step else scores


def scores_of(is_defective: np.ndarray, p_defect: np.ndarray) -> SortedScores:
    return SortedScores(np.sort(p_defect[~is_defective]), np.sort(p_defect[is_defective]), words="made photos")


def write_cache(folder: Path, rows: pd.DataFrame, **origin: Any) -> Path:
    """Write ``evaluation.parquet`` into a model folder, by default as the model of that folder would have answered."""
    known = {"model_id": folder.name, "model_sha256": weights_sha256(folder), "dataset": "generated"}
    return write_evaluation(folder, Evaluation(rows, EvaluationOrigin(**{**asdict(ORIGIN), **known, **origin})))
