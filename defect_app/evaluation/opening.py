"""Open a model's cached evaluation whatever its state: usable rows, and in words what is wrong with the rest."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from defect_app.catalog import ModelSpec
from defect_app.decision import p_defect_of
from defect_app.errors import DefectLensError
from defect_app.evaluation.cache import (
    EVALUATION_FILE,
    FIXED_COLUMNS,
    PROBABILITY_PREFIX,
    EvaluationOrigin,
    read_evaluation,
)

SUM_TOLERANCE = 0.02
_AGAIN = "Run the evaluate command again."
_NOT_FINITE = "without a usable answer of the model (not a number)"
_OUT_OF_RANGE = "with probabilities outside 0 to 1"
_UNKNOWN_CLASS = "of a class that the model does not know"


@dataclass(frozen=True)
class OpenedEvaluation:
    """A cached evaluation as far as it can be used.

    Attributes
    ----------
    model_id : str
        Whose it is.
    class_names : tuple of str
        In the order of the model's outputs.
    roles : tuple of str or None
        Role of each class: "ok", "defect" or None.
    inspection : bool
        Whether the model judges parts (else it names things).
    pictures : DataFrame
        The usable rows' columns `image`, `sha256`, `split`, `fold`, `run`, `actual`, `leaked`; n rows.
    actual : ndarray of intp, shape (n,)
        Index of the true class.
    probabilities : ndarray of float32, shape (n, n_classes)
        In [0, 1], columns in the order of `class_names`, rows in the file's order.
    p_defect : ndarray of float64, shape (n,)
        As `decision.p_defect_of` computes it; zeros for a recognition model.
    origin : EvaluationOrigin or None
        Where the rows come from; None when nothing could be read.
    sha256 : str
        Hash of the file; empty when nothing could be read.
    stale : bool
        Whether another model than the bundled one answered.
    problem, remedy : str
        Why nothing can be shown, and what to do; empty when there are usable rows.
    notices : tuple of str
        What to mind about the rows that are shown, in whole sentences.
    """

    model_id: str
    class_names: tuple[str, ...]
    roles: tuple[str | None, ...]
    inspection: bool
    pictures: pd.DataFrame
    actual: np.ndarray
    probabilities: np.ndarray
    p_defect: np.ndarray
    origin: EvaluationOrigin | None = None
    sha256: str = ""
    stale: bool = False
    problem: str = ""
    remedy: str = ""
    notices: tuple[str, ...] = ()

    @property
    def usable(self) -> bool:
        """Whether there is at least one row to show."""
        return not self.problem


def open_evaluation(folder: Path, spec: ModelSpec, model_sha256: str = "") -> OpenedEvaluation:
    """Open ``evaluation.parquet`` of a model folder.

    Rows that cannot be used are left out and counted in a notice.

    Parameters
    ----------
    folder : Path
        The model folder.
    spec : ModelSpec
        The model's classes, in order.
    model_sha256 : str
        `catalog.model_digest` of the bundled model; empty skips the check for staleness.

    Returns
    -------
    OpenedEvaluation
        Never raises for a wrong file: its `problem` says what is the matter.
    """
    try:
        evaluation = read_evaluation(folder)
        digest = _file_sha256(folder / EVALUATION_FILE)
    except DefectLensError as error:
        return _unusable(spec, str(error), error.remedy)
    except (OSError, AttributeError) as error:
        return _unusable(spec, f"{folder.name}: {EVALUATION_FILE} cannot be read ({error}).")
    return checked(evaluation.rows, evaluation.origin, spec, model_sha256, digest)


def checked(
    rows: pd.DataFrame, origin: EvaluationOrigin, spec: ModelSpec, model_sha256: str = "", sha256: str = ""
) -> OpenedEvaluation:
    """Check the rows of an evaluation against a model; see `open_evaluation`.

    Parameters
    ----------
    rows : DataFrame
        As in ``evaluation.parquet``.
    origin : EvaluationOrigin
        Of the rows.
    spec : ModelSpec
        The model's classes, in order.
    model_sha256, sha256 : str
        Of the bundled model and of the file.
    """
    columns = [PROBABILITY_PREFIX + name for name in spec.class_names]
    missing = [c for c in (*FIXED_COLUMNS, *columns) if c not in rows.columns]
    if missing:
        more = f" and {len(missing) - 5} more" if len(missing) > 5 else ""
        said = f"the cached evaluation of {spec.id} lacks the columns {', '.join(missing[:5])}{more}"
        return _unusable(spec, f"The columns do not fit: {said}.", _AGAIN)
    if rows.columns.has_duplicates:
        return _unusable(spec, f"The cached evaluation of {spec.id} has a column twice.", _AGAIN)
    if not len(rows):
        return _unusable(spec, f"The cached evaluation of {spec.id} holds no photos.", _AGAIN)
    try:
        probabilities = rows[columns].to_numpy(np.float32)
    except (TypeError, ValueError):
        return _unusable(spec, f"The cached evaluation of {spec.id} holds probabilities that are not numbers.")
    actual = pd.Index(spec.class_names).get_indexer(pd.Index(rows["actual"].astype(str)))
    kept, notices = _usable_rows(probabilities, actual)
    if not kept.any():
        said = f"None of the {len(rows):,} rows of the cached evaluation can be used"
        return _unusable(spec, f"{said}: {' '.join(notices)}", _AGAIN)
    if not kept.all():
        probabilities, actual, rows = probabilities[kept], actual[kept], rows[kept]
    stale = bool(model_sha256) and origin.model_sha256 != model_sha256
    if stale:
        notices.insert(
            0, "These figures were measured with another version of the model; run the evaluate command to renew them."
        )
    off = int((np.abs(probabilities.sum(axis=1) - 1) > SUM_TOLERANCE).sum())
    if off:
        notices.append(f"The probabilities of {_photos(off)} do not sum to one.")
    inspection = spec.task == "inspection"
    return OpenedEvaluation(
        model_id=spec.id,
        class_names=spec.class_names,
        roles=tuple(c.role for c in spec.classes),
        inspection=inspection,
        pictures=_pictures(rows),
        actual=actual,
        probabilities=probabilities,
        p_defect=p_defect_of(probabilities, spec) if inspection else np.zeros(len(actual)),
        origin=origin,
        sha256=sha256,
        stale=stale,
        notices=tuple(notices),
    )


def _usable_rows(probabilities: np.ndarray, actual: np.ndarray) -> tuple[np.ndarray, list[str]]:
    # Sums and extremes of rows tell NaN and range without a second array as large as a 1,000-class cache.
    with np.errstate(over="ignore", invalid="ignore"):
        finite = np.isfinite(probabilities.sum(axis=1))
        low, high = probabilities.min(axis=1), probabilities.max(axis=1)
    outside = finite & ((low < 0) | (high > 1 + 1e-5))
    unknown = finite & ~outside & (actual < 0)
    reasons = ((~finite, _NOT_FINITE), (outside, _OUT_OF_RANGE), (unknown, _UNKNOWN_CLASS))
    notices = [f"{_photos(int(which.sum()))} left out: {why}." for which, why in reasons if which.any()]
    return finite & ~outside & (actual >= 0), notices


def _pictures(rows: pd.DataFrame) -> pd.DataFrame:
    def whole(name: str) -> pd.Series:
        return pd.to_numeric(rows[name], errors="coerce").fillna(-1).astype(np.int64)

    text = {name: rows[name].astype(str) for name in ("image", "sha256", "actual")}
    # Pages ask for a split at every move of a threshold: a category is compared by its number.
    split = rows["split"].astype(str).astype("category")
    leaked = rows["leaked"].map(lambda value: value is True or value == 1).astype(bool)
    numbers = {"fold": whole("fold"), "run": whole("run"), "leaked": leaked}
    return pd.DataFrame({**text, "split": split, **numbers}).reset_index(drop=True)


def _unusable(spec: ModelSpec, problem: str, remedy: str = "") -> OpenedEvaluation:
    return OpenedEvaluation(
        model_id=spec.id,
        class_names=spec.class_names,
        roles=tuple(c.role for c in spec.classes),
        inspection=spec.task == "inspection",
        pictures=pd.DataFrame({name: [] for name in FIXED_COLUMNS}),
        actual=np.empty(0, np.intp),
        probabilities=np.empty((0, len(spec.classes)), np.float32),
        p_defect=np.empty(0),
        problem=problem,
        remedy=remedy,
    )


def _photos(count: int) -> str:
    return "1 photo" if count == 1 else f"{count:,} photos"


def _file_sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
