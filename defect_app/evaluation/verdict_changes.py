"""Which pictures get another verdict when the lines move, and that in a sentence."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from defect_app.decision import INSPECTION_VERDICTS, InspectionThresholds, verdict_codes
from defect_app.evaluation.thresholds import changed_verdicts


@dataclass(frozen=True)
class VerdictChanges:
    """The pictures whose verdict differs between two points.

    Attributes
    ----------
    indices : ndarray of intp, shape (n_changed,)
        Into the pictures, greatest p_defect first.
    before, after : ndarray of int8, shape (n_changed,)
        Indices into `INSPECTION_VERDICTS`.
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
        pairs, counts = np.unique(self.before * len(INSPECTION_VERDICTS) + self.after, return_counts=True)
        order = np.argsort(-counts, kind="stable")
        return tuple((_words(*divmod(int(pairs[i]), len(INSPECTION_VERDICTS))), int(counts[i])) for i in order)

    def words_of(self, index: int) -> str:
        """Return the change of one of the pictures in `indices`: "PASS → REVIEW"."""
        place = int(np.flatnonzero(self.indices == index)[0])
        return _words(int(self.before[place]), int(self.after[place]))

    def sentence(self, photos: str) -> str:
        """Say how many change and how; `photos` names them all: "715 test photos"."""
        if not len(self.indices):
            return f"None of the {photos} would change its verdict."
        kinds = ", ".join(f"{count:,} {kind}" for kind, count in self.kinds)
        return f"{len(self.indices):,} of the {photos} would change their verdict: {kinds}."


def _words(before: int, after: int) -> str:
    return f"{INSPECTION_VERDICTS[before].value} → {INSPECTION_VERDICTS[after].value}"


def verdict_changes(p_defect: np.ndarray, before: InspectionThresholds, after: InspectionThresholds) -> VerdictChanges:
    """Compare the verdicts of two points.

    Parameters
    ----------
    p_defect : ndarray, shape (n,)
        In [0, 1].
    before, after : InspectionThresholds
        The two points.
    """
    indices = changed_verdicts(p_defect, before, after)
    codes = [verdict_codes(p_defect[indices], lines) for lines in (before, after)]
    return VerdictChanges(indices, codes[0], codes[1], len(p_defect))
