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
_NOT_DESCRIBED = "without a name, a hash or a split in text"
_REPEATED = "listed a second time in the same split, fold and run"
_NOT_FINITE = "without a usable answer of the model (not a number)"
_OUT_OF_RANGE = "with probabilities outside 0 to 1"
_UNKNOWN_CLASS = "of a class that the model does not know"


@dataclass(frozen=True)
class AddedSplit:
    """Pictures beside those of the file, as a split of their own.

    Attributes
    ----------
    name : str
        Of the split.
    title : str
        In lists: "The line, since 21 Nov 2026".
    words : str
        After a number: "parts of the line, as persons settled them".
    note : str
        What to mind about figures on them, in whole sentences.
    """

    name: str
    title: str
    words: str
    note: str


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
    added : tuple of AddedSplit
        The splits that are not of the file: parts of the line, photos of one's own.
    added_digest : str
        What tells the rows of those splits from others; empty without them.
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
    added: tuple[AddedSplit, ...] = ()
    added_digest: str = ""

    def added_split(self, name: str) -> AddedSplit | None:
        """Return what is known of a split that is not of the file; None for the file's own."""
        return next((split for split in self.added if split.name == name), None)

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
        `catalog.weights_sha256` of the present model; empty skips the check for staleness.

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
    except OSError as error:
        return _unusable(spec, f"{folder.name}: {EVALUATION_FILE} cannot be read ({error.strerror}).")
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
        Of the present model's weights and of the file.
    """
    columns = [PROBABILITY_PREFIX + name for name in spec.class_names]
    missing = [c for c in (*FIXED_COLUMNS, *columns) if c not in rows.columns]
    if missing:
        more = f" and {len(missing) - 5} more" if len(missing) > 5 else ""
        lacking = f"the cached evaluation of {spec.id} lacks the columns {', '.join(missing[:5])}{more}"
        return _unusable(spec, f"The columns do not fit: {lacking}.", _AGAIN)
    if rows.columns.has_duplicates:
        return _unusable(spec, f"The cached evaluation of {spec.id} has a column twice.", _AGAIN)
    if not len(rows):
        return _unusable(spec, f"The cached evaluation of {spec.id} holds no photos.", _AGAIN)
    try:
        probabilities = rows[columns].to_numpy(np.float32)
    except (TypeError, ValueError, OverflowError):
        return _unusable(spec, f"The cached evaluation of {spec.id} holds probabilities that are not numbers.")
    pictures = _pictures(rows)
    actual = pd.Index(spec.class_names).get_indexer(pd.Index(pictures["actual"]))
    usable, notices = _usable_rows(probabilities, actual, pictures)
    if not usable.any():
        none = f"None of the {len(rows):,} rows of the cached evaluation can be used"
        return _unusable(spec, f"{none}: {' '.join(notices)}", _AGAIN)
    if not usable.all():
        probabilities, actual, pictures = probabilities[usable], actual[usable], pictures[usable].reset_index(drop=True)
        pictures["split"] = pictures["split"].cat.remove_unused_categories()
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
        pictures=pictures,
        actual=actual,
        probabilities=probabilities,
        p_defect=p_defect_of(probabilities, spec) if inspection else np.zeros(len(actual)),
        origin=origin,
        sha256=sha256,
        stale=stale,
        notices=tuple(notices),
    )


def _usable_rows(probabilities: np.ndarray, actual: np.ndarray, pictures: pd.DataFrame) -> tuple[np.ndarray, list[str]]:
    # Sums and extremes of rows tell NaN and range without a second array as large as a 1,000-class cache.
    with np.errstate(over="ignore", invalid="ignore"):
        finite = np.isfinite(probabilities.sum(axis=1))
        low, high = probabilities.min(axis=1), probabilities.max(axis=1)
    faults = (
        ((pictures[["image", "sha256", "split"]] == "").any(axis=1).to_numpy(), _NOT_DESCRIBED),
        (~finite, _NOT_FINITE),
        ((low < 0) | (high > 1 + 1e-5), _OUT_OF_RANGE),
        (actual < 0, _UNKNOWN_CLASS),
        (pictures.duplicated(["image", "sha256", "split", "fold", "run"]).to_numpy(), _REPEATED),
    )
    usable, notices = np.ones(len(actual), bool), []
    for faulty, why in faults:
        newly = usable & faulty
        usable &= ~faulty
        if newly.any():
            notices.append(f"{_photos(int(newly.sum()))} left out: {why}.")
    return usable, notices


def _pictures(rows: pd.DataFrame) -> pd.DataFrame:
    text = {name: _text(rows[name]) for name in ("image", "sha256", "actual")}
    # Pages ask for a split at every move of a threshold: a category is compared by its number.
    split = _text(rows["split"]).astype("category")
    numbers = {"fold": _whole(rows["fold"]), "run": _whole(rows["run"]), "leaked": _flag(rows["leaked"])}
    return pd.DataFrame({**text, "split": split, **numbers}).reset_index(drop=True)


def _text(column: pd.Series) -> pd.Series:
    """Return a column as text, empty where it holds anything else."""
    if isinstance(column.dtype, pd.StringDtype):
        return column.fillna("")
    return pd.Series([value if isinstance(value, str) else "" for value in column], column.index, dtype="str")


def _flag(column: pd.Series) -> pd.Series:
    """Return a column as truth values, false where it holds anything else than true or 1."""
    if column.dtype == bool:
        return column
    return column.map(lambda value: isinstance(value, bool | np.bool_ | int | float) and value == 1).astype(bool)


def _whole(column: pd.Series) -> pd.Series:
    """Return a column as whole numbers, -1 where it holds anything else."""
    if column.dtype == object:
        # Lists and the like make pandas give up on the whole column.
        column = pd.Series([v if isinstance(v, str | int | float) else None for v in column], column.index)
    numbers = pd.to_numeric(column, errors="coerce").astype(np.float64)
    return numbers.where(numbers.abs() < 2**31, -1).astype(np.int64)


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
