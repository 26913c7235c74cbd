"""Which pictures get another verdict when the lines move, and that in a sentence."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np

from defect_app.evaluation.thresholds import VERDICTS, Thresholds, changed_verdicts, verdict_codes


@dataclass(frozen=True)
class VerdictChanges:
    """The pictures whose verdict differs between two points.

    Attributes
    ----------
    indices : ndarray of intp, shape (n_changed,)
        Into the pictures, greatest p_defect first.
    before, after : ndarray of int8, shape (n_changed,)
        Indices into `VERDICTS`.
    n : int
        How many pictures there are in all.
    """

    indices: np.ndarray
    before: np.ndarray
    after: np.ndarray
    n: int

    @property
    def kinds(self) -> tuple[tuple[str, int], ...]:
        """Every kind of change with its count, the most frequent first: ("PASS → REVIEW", 3)."""
        pairs = Counter(zip(self.before.tolist(), self.after.tolist(), strict=True))
        return tuple((f"{VERDICTS[b].value} → {VERDICTS[a].value}", count) for (b, a), count in pairs.most_common())

    def words(self, place: int) -> str:
        """Return the change of the picture at a place in `indices`: "PASS → REVIEW"."""
        return f"{VERDICTS[self.before[place]].value} → {VERDICTS[self.after[place]].value}"

    def sentence(self, photos: str) -> str:
        """Say how many change and how; `photos` names them all: "715 test photos"."""
        if not len(self.indices):
            return f"None of the {photos} would change its verdict."
        told = ", ".join(f"{count:,} {kind}" for kind, count in self.kinds)
        return f"{len(self.indices):,} of the {photos} would change their verdict: {told}."


def verdict_changes(p_defect: np.ndarray, before: Thresholds, after: Thresholds) -> VerdictChanges:
    """Compare the verdicts of two points.

    Parameters
    ----------
    p_defect : ndarray, shape (n,)
        In [0, 1].
    before, after : Thresholds
        The two points.
    """
    indices = changed_verdicts(p_defect, before, after)
    codes = [verdict_codes(p_defect[indices], lines) for lines in (before, after)]
    return VerdictChanges(indices, codes[0], codes[1], len(p_defect))
