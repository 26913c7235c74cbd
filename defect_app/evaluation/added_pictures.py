"""Pictures that were judged beside a model's evaluation, each lot a split of its own: the line's parts, own photos."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from defect_app.catalog import ModelSpec
from defect_app.evaluation.cache import EvaluationOrigin
from defect_app.evaluation.opening import AddedSplit, OpenedEvaluation, checked

LINE_SPLIT = "line"


@dataclass(frozen=True)
class AddedPictures:
    """Judged pictures with what they are.

    Attributes
    ----------
    split : AddedSplit
        What they are called, and what to mind about them.
    rows : DataFrame
        In the form of ``evaluation.parquet``, of that split.
    """

    split: AddedSplit
    rows: pd.DataFrame

    @property
    def digest(self) -> str:
        """What tells these rows from any others, hexadecimal."""
        told = f"{self.split!r}\n{self.rows.to_csv(index=False)}"
        return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()


def with_pictures(opened: OpenedEvaluation, added: AddedPictures, spec: ModelSpec) -> OpenedEvaluation:
    """Return an evaluation with further pictures beside its own.

    Parameters
    ----------
    opened : OpenedEvaluation
        Usable; of the same model.
    added : AddedPictures
        Judged by the very version of the model.
    spec : ModelSpec
        The model's classes, in order.

    Returns
    -------
    OpenedEvaluation
        `opened` itself where none of the rows can be used.
    """
    origin = EvaluationOrigin(spec.id, "", added.split.name, "", versions={})
    usable = checked(added.rows, origin, spec)
    if not usable.usable:
        return opened
    pictures = pd.concat([opened.pictures.astype({"split": "str"}), usable.pictures.astype({"split": "str"})])
    pictures["split"] = pictures["split"].astype("category")
    return replace(
        opened,
        pictures=pictures.reset_index(drop=True),
        actual=np.concatenate([opened.actual, usable.actual]),
        probabilities=np.concatenate([opened.probabilities, usable.probabilities]),
        p_defect=np.concatenate([opened.p_defect, usable.p_defect]),
        added=(*opened.added, added.split),
        added_digest=opened.added_digest + added.digest,
    )
