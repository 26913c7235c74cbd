"""The parts of a measurement: fold models over all pictures, and repeats of the whole with other seeds."""

from __future__ import annotations

from dataclasses import dataclass

from defect_app.training.recipe import Recipe

CV_SPLIT = "cv"
"""Rows of fold models in ``evaluation.parquet``: each picture judged by a network that has not seen it."""


@dataclass(frozen=True)
class Part:
    """One learning of a measurement: a fold of run 0, or a repeat of the whole with another seed.

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


def parts_of(recipe: Recipe) -> tuple[Part, ...]:
    """Return the parts that the recipe asks for, folds first."""
    folds = tuple(Part(fold, 0) for fold in range(recipe.measurement.folds))
    return folds + tuple(Part(-1, run) for run in range(1, recipe.measurement.repeats + 1))
