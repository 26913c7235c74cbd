"""The trainings that are measured beside the model itself: folds over all pictures, and repeats with other seeds."""

from __future__ import annotations

from dataclasses import dataclass

CV_SPLIT = "cv"
"""Rows of fold models in ``evaluation.parquet``: each picture judged by a network that has not seen it."""


@dataclass(frozen=True)
class Replicate:
    """One training of a measurement: a fold of run 0, or a repeat of the whole with another seed.

    Attributes
    ----------
    fold : int
        ``0 .. folds - 1``; -1 for a repeat.
    run : int
        0 for folds; 1.. for repeats.
    """

    fold: int
    run: int

    @property
    def words(self) -> str:
        """What it is called on a progress bar."""
        return f"fold {self.fold + 1}" if self.fold >= 0 else f"repeat {self.run}"

    @property
    def stem(self) -> str:
        """Its file name without suffix."""
        return f"fold-{self.fold}" if self.fold >= 0 else f"run-{self.run}"


def replicates_of(folds: int, repeats: int) -> tuple[Replicate, ...]:
    """Return so many folds, and then so many repeats."""
    return tuple(Replicate(fold, 0) for fold in range(folds)) + tuple(Replicate(-1, run + 1) for run in range(repeats))
