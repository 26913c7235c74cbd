"""How far probabilities that mean exactly what they say are off by chance, with as many photos as there are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

DRAWS = 1000
_FINE = 1000
"""Cells a unit of probability: photos closer than this are drawn as one kind, so that the cost has a bound."""


@dataclass(frozen=True)
class ChanceError:
    """The expected calibration error of a perfectly calibrated model, on so many photos.

    Attributes
    ----------
    n : int
        Photos.
    mean, low, high : float
        Over the draws, in [0, 1]: the mean, and what 95 % of them lie between; NaN without photos.
    measured : float
        Of the model itself, in [0, 1].
    """

    n: int
    mean: float
    low: float
    high: float
    measured: float

    @property
    def sentence(self) -> str:
        """What chance alone does here, and whether the model is farther off; empty without photos."""
        if not self.n:
            return ""
        beyond = (
            "This model is farther off than that." if self.measured > self.high else "So this model may be perfect."
        )
        return (
            f"With {self.n:,} photos a perfectly calibrated model is off by {100 * self.mean:.1f} points by chance "
            f"({100 * self.low:.1f} to {100 * self.high:.1f} in 95 of 100 simulated sets). {beyond}"
        )


def chance_error(probability: np.ndarray, measured: float, bins: int = 10, seed: int = 0) -> ChanceError:
    """Simulate outcomes that follow the probabilities, and measure each set of them as the model was measured.

    Drawing outcomes by the probabilities themselves is consistency resampling (Bröcker and Smith, "Increasing the
    reliability of reliability diagrams", Weather and Forecasting 22, 2007).

    Parameters
    ----------
    probability : ndarray, shape (n,)
        In [0, 1].
    measured : float
        The model's own expected calibration error.
    bins : int
        Equal widths, those of the measured error.
    seed : int
        The same seed gives the same figures.
    """
    p = np.asarray(probability, np.float64)
    if not len(p):
        return ChanceError(0, float("nan"), float("nan"), float("nan"), measured)
    index = np.searchsorted(np.linspace(0, 1, bins + 1)[1:-1], p)
    kinds, place, counts = np.unique(
        index * (_FINE + 1) + np.floor(p * _FINE).astype(np.intp), return_inverse=True, return_counts=True
    )
    mean = np.clip(np.bincount(place, weights=p) / counts, 0, 1)
    happened = np.random.default_rng(seed).binomial(counts, mean, size=(DRAWS, len(kinds)))
    starts = np.flatnonzero(np.diff(kinds // (_FINE + 1), prepend=-1))
    errors = np.abs(np.add.reduceat(happened - counts * mean, starts, axis=1)).sum(axis=1) / len(p)
    low, high = np.quantile(errors, [0.025, 0.975])
    return ChanceError(len(p), float(errors.mean()), float(low), float(high), measured)
