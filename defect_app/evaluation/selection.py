"""The part of an evaluation that a page shows: a split, a run, a fold, official or leak-free."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from defect_app.evaluation.opening import OpenedEvaluation

SPLIT_WORDS = {
    "test": "test photos",
    "validation": "validation photos",
    "cv": "photos, each judged by a model that had not seen it (5-fold)",
    "scenes": "rendered scenes",
    "cifar10_test": "test photos as lossy JPEGs",
}

_WITHOUT_COPIES = ", without those with a near copy or the same part in training"


@dataclass(frozen=True)
class Selection:
    """Which rows of an evaluation.

    Attributes
    ----------
    split : str
        "test", "validation", "cv" or "scenes".
    run : int or None
        0 is the bundled model; None takes all runs.
    fold : int or None
        None takes all folds.
    leak_free : bool
        Whether pictures with a near copy in training, or of a part that is in training, are left out.
    """

    split: str = "test"
    run: int | None = 0
    fold: int | None = None
    leak_free: bool = False


@dataclass(frozen=True)
class SelectedPictures:
    """The selected rows as arrays, n of them, in the file's order.

    Attributes
    ----------
    selection : Selection
        What was asked for.
    class_names, roles : tuple
        As in `OpenedEvaluation`.
    inspection : bool
        Whether the model judges parts.
    pictures : DataFrame
        Names, hashes, folds and runs; n rows, index 0..n-1.
    actual, predicted : ndarray of intp, shape (n,)
        Index of the true class, and of the most probable one (the first, where several are).
    confidence : ndarray of float64, shape (n,)
        Probability of the predicted class.
    probabilities : ndarray of float32, shape (n, n_classes)
        In [0, 1].
    p_defect : ndarray of float64, shape (n,)
        In [0, 1].
    is_good, is_defective : ndarray of bool, shape (n,)
        By the role of the true class; a class without a role is neither.
    notices : tuple of str
        What to mind, in whole sentences: the file's notices and those of this part.
    split_words : str
        What the pictures are, after their number: "test photos".
    """

    selection: Selection
    class_names: tuple[str, ...]
    roles: tuple[str | None, ...]
    inspection: bool
    pictures: pd.DataFrame
    actual: np.ndarray
    predicted: np.ndarray
    confidence: np.ndarray
    probabilities: np.ndarray
    p_defect: np.ndarray
    is_good: np.ndarray
    is_defective: np.ndarray
    notices: tuple[str, ...] = ()
    split_words: str = ""

    @property
    def n(self) -> int:
        """Number of pictures."""
        return len(self.actual)

    @property
    def words(self) -> str:
        """The part in words: "715 test photos"."""
        words = f"{self.n:,} {self.split_words}"
        if self.selection.fold is not None:
            words += f", fold {self.selection.fold + 1}"
        if self.selection.run:
            words += f", run {self.selection.run}"
        return words + (_WITHOUT_COPIES if self.selection.leak_free else "")


def select(evaluation: OpenedEvaluation, selection: Selection) -> SelectedPictures:
    """Select a part of an evaluation; an empty part is not an error but says itself in a notice."""
    rows = evaluation.pictures
    wanted = (rows["split"] == selection.split).to_numpy(bool, copy=True)
    if selection.run is not None:
        wanted &= (rows["run"] == selection.run).to_numpy(bool)
    if selection.fold is not None:
        wanted &= (rows["fold"] == selection.fold).to_numpy(bool)
    if selection.leak_free:
        wanted &= ~rows["leaked"].to_numpy(bool)
    whole = bool(wanted.all())
    actual = evaluation.actual if whole else evaluation.actual[wanted]
    probabilities = evaluation.probabilities if whole else evaluation.probabilities[wanted]
    predicted = probabilities.argmax(axis=1)
    roles = np.array([role or "" for role in evaluation.roles])[actual]
    added = evaluation.added_split(selection.split)
    words = SPLIT_WORDS.get(selection.split, f"photos of the split {selection.split}")
    selected = SelectedPictures(
        selection=selection,
        class_names=evaluation.class_names,
        roles=evaluation.roles,
        inspection=evaluation.inspection,
        pictures=rows[wanted].reset_index(drop=True),
        actual=actual,
        predicted=predicted,
        confidence=probabilities[np.arange(len(predicted)), predicted].astype(np.float64),
        probabilities=probabilities,
        p_defect=evaluation.p_defect[wanted],
        is_good=roles == "ok",
        is_defective=roles == "defect",
        split_words=added.words if added else words,
    )
    beside = (added.note,) if added and selected.n else ()
    return replace(selected, notices=(*evaluation.notices, *beside, *_notices(selected)))


def available(evaluation: OpenedEvaluation) -> tuple[Selection, ...]:
    """Return every split and run that the evaluation holds, test first, then by run."""
    order = {name: rank for rank, name in enumerate(SPLIT_WORDS)}
    present = evaluation.pictures[["split", "run"]].drop_duplicates()
    found = [Selection(str(split), int(run)) for split, run in present.itertuples(index=False)]
    return tuple(sorted(found, key=lambda s: (order.get(s.split, len(order)), s.split, s.run)))


def runs_of(evaluation: OpenedEvaluation, split: str = "test", *, leak_free: bool = False) -> tuple[Selection, ...]:
    """Return one selection a training that judged the split, in order: what bands and mean +- sd are taken over."""
    rows = evaluation.pictures
    runs = sorted({int(r) for r in rows.loc[rows["split"] == split, "run"].unique()})
    return tuple(Selection(split, run=r, leak_free=leak_free) for r in runs)


def folds_of(evaluation: OpenedEvaluation, split: str = "cv") -> tuple[Selection, ...]:
    """Return one selection a fold of the bundled model's recipe, in order; none where the split has no folds."""
    rows = evaluation.pictures
    own = rows.loc[(rows["split"] == split) & (rows["run"] == 0), "fold"]
    return tuple(Selection(split, fold=f) for f in sorted({int(f) for f in own.unique() if f >= 0}))


def _notices(selected: SelectedPictures) -> list[str]:
    if not selected.n:
        return [
            f"The evaluation holds no {SPLIT_WORDS.get(selected.selection.split, selected.selection.split)} like this."
        ]
    notices = []
    if not selected.inspection:
        present = np.unique(selected.actual)
        if len(present) == 1:
            one_class = f"All photos are of the one class {selected.class_names[int(present[0])]}"
            notices.append(f"{one_class}: nothing can be said about telling it from others.")
        if selected.n > 1 and np.ptp(selected.confidence) == 0 and len(np.unique(selected.predicted)) == 1:
            notices.append("The model gives every photo the same answer.")
        return notices
    neither = int((~selected.is_good & ~selected.is_defective).sum())
    if neither:
        notices.append(f"{neither:,} photos are of a class that is neither good nor defective; they are not counted.")
    if not selected.is_defective.any():
        notices.append("There are no defective parts among them: escapes and recall cannot be told.")
    if not selected.is_good.any():
        notices.append("There are no good parts among them: false rejects cannot be told.")
    distinct = len(np.unique(selected.p_defect))
    if distinct == 1:
        notices.append("The model gives every photo the same score: no threshold can tell good from defective.")
    elif distinct < selected.n / 2:
        notices.append(f"Many photos share a score ({distinct:,} different scores): figures move in steps.")
    return notices
