"""On which rows the default operating point is chosen."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from defect_app.catalog import ChosenThresholds, ClassSpec, InspectionThresholds, ModelSpec, RecognitionThresholds
from defect_app.publishing import PointRule
from defect_app.publishing.point_rule import choose_point, neutral_point
from tests.catalog.test_spec import SPEC

PARTS = replace(SPEC, classes=(ClassSpec("ok", "Good", "ok"), ClassSpec("bad", "Bad", "defect")))
ANIMALS = replace(
    SPEC,
    task="recognition",
    classes=(ClassSpec("cat", "Cat"), ClassSpec("dog", "Dog")),
    default_point=neutral_point("recognition"),
)


def rows(split: str, p_bad: list[float], actual: list[str], spec: ModelSpec = PARTS, **values: Any) -> pd.DataFrame:
    first, second = spec.class_names
    table = pd.DataFrame({f"p_{first}": 1 - np.array(p_bad), f"p_{second}": p_bad, "actual": actual})
    hashes = [f"{values.get('prefix', split)}{i}" for i in range(len(table))]
    fixed: dict[str, Any] = {
        "split": split,
        "run": values.get("run", 0),
        "fold": values.get("fold", -1),
        "sha256": hashes,
    }
    return table.assign(**fixed)


def reject_at(point: ChosenThresholds) -> float:
    assert isinstance(point.thresholds, InspectionThresholds)
    return point.thresholds.reject_at


KINDS = ["ok", "ok", "ok", "bad", "bad"]
LOW_GAP = rows("validation", [0.01, 0.02, 0.05, 0.30, 0.40], KINDS)
HIGH_GAP = [0.60, 0.70, 0.75, 0.98, 0.99]


def test_the_validation_rows_of_the_model_itself_choose() -> None:
    others = [
        rows("test", HIGH_GAP, KINDS),
        rows("validation", HIGH_GAP, KINDS, run=1),
        rows("scenes", HIGH_GAP, KINDS),
    ]
    point = choose_point(pd.concat([LOW_GAP, *others]), PARTS, PointRule())
    assert point.split == "validation"
    assert point.n == 5
    assert 0.05 < reject_at(point) <= 0.30


def test_out_of_fold_rows_take_their_place_but_never_those_of_test_pictures() -> None:
    test = rows("test", [0.5, 0.5], ["ok", "bad"], prefix="t")
    same_pictures = rows("cv", [0.99, 0.01], ["ok", "bad"], prefix="t", fold=0)
    folds = rows("cv", HIGH_GAP, KINDS, prefix="v", fold=1)
    point = choose_point(pd.concat([LOW_GAP, test, same_pictures, folds]), PARTS, PointRule())
    assert (point.split, point.n) == ("cv", 5)
    assert 0.75 < reject_at(point) <= 0.98


def test_the_rule_is_kept() -> None:
    wide = rows("validation", [*np.linspace(0.01, 0.6, 100), 0.2, 0.9], ["ok"] * 100 + ["bad"] * 2)
    free, asked = (choose_point(wide, PARTS, PointRule(least_recall=recall)) for recall in (0.0, 1.0))
    assert reject_at(asked) <= 0.2 < reject_at(free)


def test_a_recognition_model_gets_the_probability_from_which_labels_are_named() -> None:
    confident = rows("validation", [0.95, 0.97, 0.03, 0.45, 0.55], ["dog", "dog", "cat", "dog", "cat"], ANIMALS)
    point = choose_point(confident, ANIMALS, PointRule(least_accepted_accuracy=0.9))
    assert isinstance(point.thresholds, RecognitionThresholds)
    assert 0.55 < point.thresholds.accept_at <= 0.95


def test_good_parts_alone_choose_nothing() -> None:
    with pytest.raises(ValueError, match="only one kind"):
        choose_point(rows("validation", [0.1, 0.2], ["ok", "ok"]), PARTS, PointRule())
