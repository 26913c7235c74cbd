"""Two models on the same pictures: who is right where, McNemar's test in words, agreement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import binomtest

from defect_app.evaluation.intervals import Proportion, proportion
from defect_app.evaluation.selection import SelectedPictures

SIGNIFICANT = 0.05


@dataclass(frozen=True)
class PairedPictures:
    """The pictures that two selections share.

    Attributes
    ----------
    first, second : ndarray of intp, shape (n,)
        Index of each shared picture in either selection.
    """

    first: np.ndarray
    second: np.ndarray


@dataclass(frozen=True)
class Comparison:
    """Two models' answers on the same n pictures.

    Attributes
    ----------
    n : int
        Shared pictures.
    first_right, second_right : Proportion
        Accuracy of either.
    both_right, only_first, only_second, both_wrong : int
        They add up to n.
    agreement : Proportion
        Pictures on which both give one answer, right or wrong.
    p_value : float
        Of McNemar's exact test that neither is better (McNemar, Psychometrika 1947); 1 where they never differ.
    """

    n: int
    first_right: Proportion
    second_right: Proportion
    both_right: int
    only_first: int
    only_second: int
    both_wrong: int
    agreement: Proportion
    p_value: float

    def sentence(self, first: str, second: str) -> str:
        """McNemar's test in words, with the models' names."""
        if not self.n:
            return f"{first} and {second} were not measured on the same photos."
        differing = self.only_first + self.only_second
        if not differing:
            return f"{first} and {second} are right and wrong on the same photos, all {self.n:,} of them."
        alone = f"{first} alone is right on {self.only_first:,}, {second} alone on {self.only_second:,}"
        counts = f"Of {self.n:,} photos {alone}"
        if self.p_value < SIGNIFICANT:
            better = first if self.only_first > self.only_second else second
            return f"{counts}: {better} is better, and chance hardly explains it (p = {self.p_value:.2g})."
        return f"{counts}: a difference like this is easily chance (p = {self.p_value:.2g})."


def pair(first: SelectedPictures, second: SelectedPictures) -> PairedPictures:
    """Find the pictures that both selections hold, by content hash; of copies in one selection the first counts."""
    tables = [
        pd.DataFrame({"sha256": s.pictures["sha256"], "place": np.arange(s.n)}).drop_duplicates("sha256")
        for s in (first, second)
    ]
    shared = tables[0].merge(tables[1], on="sha256", suffixes=("_first", "_second"))
    return PairedPictures(shared["place_first"].to_numpy(np.intp), shared["place_second"].to_numpy(np.intp))


def compare(actual: np.ndarray, first: np.ndarray, second: np.ndarray) -> Comparison:
    """Compare two models' answers.

    Parameters
    ----------
    actual, first, second : ndarray, shape (n,)
        True answer and both models' answers on the same pictures, in one coding.
    """
    right_first, right_second = first == actual, second == actual
    only_first = int((right_first & ~right_second).sum())
    only_second = int((~right_first & right_second).sum())
    differing = only_first + only_second
    n = len(actual)
    return Comparison(
        n=n,
        first_right=proportion(int(right_first.sum()), n),
        second_right=proportion(int(right_second.sum()), n),
        both_right=int((right_first & right_second).sum()),
        only_first=only_first,
        only_second=only_second,
        both_wrong=int((~right_first & ~right_second).sum()),
        agreement=proportion(int((first == second).sum()), n),
        p_value=float(binomtest(only_first, differing).pvalue) if differing else 1.0,
    )


def flips(actual: np.ndarray, first: np.ndarray, second: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the flip list: indices where only the first model is right, and where only the second is."""
    right_first, right_second = first == actual, second == actual
    return np.flatnonzero(right_first & ~right_second), np.flatnonzero(~right_first & right_second)


def holm(p_values: Sequence[float]) -> list[float]:
    """Return p-values corrected for their number (Holm, Scandinavian Journal of Statistics 6, 1979), in their order."""
    corrected, greatest = [1.0] * len(p_values), 0.0
    for rank, index in enumerate(sorted(range(len(p_values)), key=lambda i: p_values[i])):
        greatest = max(greatest, min(1.0, (len(p_values) - rank) * p_values[index]))
        corrected[index] = greatest
    return corrected
