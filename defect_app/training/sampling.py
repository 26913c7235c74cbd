"""Which pictures are trained on: so many copies of one part at most, and classes that are equally many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Literal

import numpy as np

Sampling = Literal["none", "over", "under"]


def sampled_indices(labels: Sequence[str] | np.ndarray, sampling: Sampling, seed: int) -> np.ndarray:
    """Choose which pictures make up the training set.

    Parameters
    ----------
    labels : sequence of str, or ndarray of shape (n,)
        Class of each training picture.
    sampling : str
        ``over`` repeats pictures of each class until it has as many as the greatest one, every picture equally often
        within one; ``under`` keeps as many of each class as the smallest one has; ``none`` keeps all as they are.
    seed : int
        Chooses which pictures are repeated or left out.

    Returns
    -------
    ndarray of int64
        Indices of pictures, rising; repeated ones follow each other.
    """
    classes = np.asarray(labels)
    if sampling == "none" or len(classes) == 0:
        return np.arange(len(classes))
    names, counts = np.unique(classes, return_counts=True)
    wanted = int(counts.max() if sampling == "over" else counts.min())
    rng = np.random.default_rng(seed)
    # Resizing repeats a whole shuffled class before any picture comes again.
    chosen = [np.resize(rng.permutation(np.flatnonzero(classes == name)), wanted) for name in names]
    return np.sort(np.concatenate(chosen))


def without_surplus_copies(groups: Sequence[object], digests: Sequence[str], limit: int) -> np.ndarray:
    """Choose at most so many pictures of each group.

    Parameters
    ----------
    groups : sequence, length n
        What shows the same thing has the same group, see `datasets.LabelledPicture`.
    digests : sequence of str, length n
        SHA-256 of each picture: the smallest of a group stay, so that every fold keeps the same ones.
    limit : int
        0 keeps all.

    Returns
    -------
    ndarray of int64
        Indices of pictures, rising.
    """
    if not limit:
        return np.arange(len(groups))
    kept: Counter[object] = Counter()
    chosen = []
    for index in sorted(range(len(groups)), key=lambda i: digests[i]):
        if kept[groups[index]] < limit:
            kept[groups[index]] += 1
            chosen.append(index)
    return np.array(sorted(chosen), dtype=np.int64)
