"""By which rule a new model's default operating point is chosen from its evaluation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from defect_app.catalog import ChosenThresholds, ModelSpec
from defect_app.catalog.spec import Task
from defect_app.decision import InspectionThresholds, RecognitionThresholds, p_defect_of
from defect_app.publishing.default_point import choose_accept_at, choose_inspection_point
from defect_app.publishing.replicates import CV_SPLIT


@dataclass(frozen=True)
class PointRule:
    """What the default operating point shall keep, each a share in [0, 1]; see `default_point`.

    Attributes
    ----------
    most_good_reviewed : float
        Of an inspection model: good parts that go to review, at most.
    least_recall : float
        Of an inspection model: defective parts that are rejected, at least.
    least_accepted_accuracy : float
        Of a recognition model: right labels among the accepted ones, at least.
    calibrated : ChosenThresholds or None
        The point itself, of a model that was calibrated by good parts alone: there is nothing to choose on then.
    """

    most_good_reviewed: float = 0.01
    least_recall: float = 0.0
    least_accepted_accuracy: float = 0.95
    calibrated: ChosenThresholds | None = None


def neutral_point(task: Task) -> ChosenThresholds:
    """Return a point that says nothing, for a model that has none yet and must run to get one."""
    return ChosenThresholds(InspectionThresholds(0.5, 0.5) if task == "inspection" else RecognitionThresholds(0.5))


def choose_point(rows: pd.DataFrame, spec: ModelSpec, rule: PointRule) -> ChosenThresholds:
    """Choose the default operating point on the validation rows.

    A small set has too few of them. Where fold models were measured, their predictions on all pictures outside the
    test split take that place: of each picture by a network that has not seen it, and of no test picture.

    Parameters
    ----------
    rows : DataFrame
        As in ``evaluation.parquet``.
    spec : ModelSpec
        Its task and classes.
    rule : PointRule
        What the point shall keep.

    Raises
    ------
    ValueError
        If an inspection model's rows hold good or defective parts alone.
    """
    if rule.calibrated is not None:
        return rule.calibrated
    validation = rows[(rows["split"] == "validation") & (rows["run"] == 0)]
    out_of_fold = rows[(rows["split"] == CV_SPLIT) & ~rows["sha256"].isin(rows["sha256"][rows["split"] == "test"])]
    if len(out_of_fold):
        validation = out_of_fold
    probabilities = validation[[f"p_{name}" for name in spec.class_names]].to_numpy(np.float64)
    actual = validation["actual"].to_numpy()
    if spec.task == "inspection":
        defects = [spec.class_names[i] for i in spec.indices_with_role("defect")]
        return choose_inspection_point(
            p_defect_of(probabilities, spec),
            np.isin(actual, defects),
            rule.most_good_reviewed,
            least_recall=rule.least_recall,
            split=CV_SPLIT if len(out_of_fold) else "validation",
        )
    right = np.array(spec.class_names)[probabilities.argmax(axis=1)] == actual
    return choose_accept_at(probabilities.max(axis=1), right, rule.least_accepted_accuracy)
