"""Which pictures lie on both sides of a split: exact and near duplicates, pair by pair."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from defect_app.datasets.dataset import LabelledPicture
from defect_app.datasets.twins import twin_pairs
from defect_app.intake import spreadsheet_safe

ORDER = ("excluded", "train", "validation", "test")
"""Of excluded pictures, which nothing is learnt from, the pairs with the test pictures that they equal are told: they
say what the makers' own split leaks."""


@dataclass(frozen=True)
class LeakingPair:
    """Two pictures of different splits that are the same, or nearly.

    Attributes
    ----------
    first, second : LabelledPicture
        In the order excluded, train, validation, test.
    exact : bool
        Whether every pixel is equal; else they are near-duplicates in one of the eight turns and flips.
    """

    first: LabelledPicture
    second: LabelledPicture
    exact: bool

    @property
    def splits(self) -> tuple[str, str]:
        """The two splits."""
        return self.first.split, self.second.split


@dataclass(frozen=True)
class LeakageReport:
    """What crosses the splits of a data set.

    Attributes
    ----------
    pairs : tuple of LeakingPair
        Exact ones first, then by name; every pair once.
    compared : bool
        Whether near-duplicates were looked for: mosaics of many small pictures are only compared exactly.
    """

    pairs: tuple[LeakingPair, ...]
    compared: bool

    def counts(self) -> dict[tuple[str, str], tuple[int, int]]:
        """Return the numbers of exact and of near pairs by the two splits that they join."""
        exact = Counter(pair.splits for pair in self.pairs if pair.exact)
        near = Counter(pair.splits for pair in self.pairs if not pair.exact)
        return {splits: (exact[splits], near[splits]) for splits in sorted(exact.keys() | near.keys())}


def leakage_report(
    pictures: Sequence[LabelledPicture],
    pixel_hashes: Sequence[str],
    thumbnails: np.ndarray | None,
    least_correlation: float,
) -> LeakageReport:
    """Find the pictures that lie in two splits.

    Parameters
    ----------
    pictures : sequence of LabelledPicture, n of them
        With their splits.
    pixel_hashes : sequence of str, n of them
        Equal for equal pixels.
    thumbnails : ndarray of float32, shape (n, 32, 32), or None
        See `twins.thumbnail`; None to look for exact duplicates alone.
    least_correlation : float
        See `twins.twin_pairs`.
    """
    ranks = np.array([ORDER.index(p.split) for p in pictures])
    hashes = np.unique(np.asarray(pixel_hashes), return_inverse=True)[1]
    found = {pair: True for pair in _equal_pairs(hashes, ranks)}
    if thumbnails is not None:
        for one, other in zip(*twin_pairs(thumbnails, least_correlation), strict=True):
            first, second = sorted((int(one), int(other)), key=lambda index: int(ranks[index]))
            if 0 < ranks[first] < ranks[second]:
                found.setdefault((first, second), False)
    pairs = [LeakingPair(pictures[one], pictures[other], exact) for (one, other), exact in found.items()]
    pairs.sort(key=lambda pair: (not pair.exact, pair.first.image, pair.second.image))
    return LeakageReport(tuple(pairs), thumbnails is not None)


def write_leakage(path: Path, report: LeakageReport) -> None:
    """Write every pair as a row of a CSV file, safe to open in a spreadsheet."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("kind", "split", "label", "image", "other_split", "other_label", "other_image"))
        for pair in report.pairs:
            cells = [("exact" if pair.exact else "near")]
            for picture in (pair.first, pair.second):
                cells += [picture.split, picture.label, picture.image]
            writer.writerow([spreadsheet_safe(cell) for cell in cells])


def _equal_pairs(hashes: np.ndarray, ranks: np.ndarray) -> list[tuple[int, int]]:
    """Return the pairs of equal hashes whose ranks rise; excluded pictures pair with test pictures alone."""
    members: dict[int, list[int]] = {}
    for index, value in enumerate(hashes):
        members.setdefault(int(value), []).append(index)
    pairs = [(one, other) for same in members.values() for one in same for other in same if ranks[one] < ranks[other]]
    return [(one, other) for one, other in pairs if ranks[one] > 0 or ranks[other] == ORDER.index("test")]
