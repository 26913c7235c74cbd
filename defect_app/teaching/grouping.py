"""Which photos belong together, so that no fold is judged by what has seen the same part: near copies, and names."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import PurePath

import numpy as np

from defect_app.datasets.twins import connected_groups, twin_pairs

TWIN_CORRELATION = 0.99
_LEAST_GROUPS = 6
_LARGEST_SHARE = 0.2
_MOST_ALONE = 0.5


def groups_of(names: Sequence[str], thumbnails: np.ndarray) -> np.ndarray:
    """Give the same number to photos that show the same part, as far as that can be seen.

    Parameters
    ----------
    names : sequence of str
        File names; folders are ignored.
    thumbnails : ndarray of float32, shape (n, 32, 32)
        See `datasets.twins`.

    Returns
    -------
    ndarray of int64, shape (n,)
        Group of each photo.
    """
    first, second = twin_pairs(thumbnails, TWIN_CORRELATION)
    by_name = name_groups(names)
    if by_name is not None:
        order = np.argsort(by_name, kind="stable")
        same = by_name[order][1:] == by_name[order][:-1]
        first, second = np.concatenate([first, order[1:][same]]), np.concatenate([second, order[:-1][same]])
    return connected_groups(len(names), first, second)


def name_groups(names: Sequence[str]) -> np.ndarray | None:
    """Return groups of photos whose names begin alike, where names seem to tell parts; else None.

    A name's beginning is all before its last separator: "kos07_Part3" belongs to "kos07". Names tell parts when there
    are at least six beginnings, most photos share theirs with another, and none has more than a fifth of the photos;
    "IMG_0001" and its like tell nothing.
    """
    stems = [PurePath(name).stem for name in names]
    beginnings = [re.sub(r"[-_ .]+[^-_ .]*$", "", stem) if re.search(r"[-_ .]", stem) else stem for stem in stems]
    counts = Counter(beginnings)
    alone = sum(count == 1 for count in counts.values())
    if (
        len(counts) < _LEAST_GROUPS
        or max(counts.values()) > _LARGEST_SHARE * len(names)
        or alone > _MOST_ALONE * len(names)
    ):
        return None
    return np.unique(beginnings, return_inverse=True)[1].astype(np.int64)
