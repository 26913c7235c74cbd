"""Deterministic splits by content, which keep a group of twins on one side."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np

SMALL_GROUP = 8
"""Groups of up to so many pictures may fill any part of a share."""


def carve_out(
    content: Sequence[str], labels: Sequence[str], groups: Sequence[int], share: float, salt: str = ""
) -> np.ndarray:
    """Choose whole groups until each class has given its share.

    Parameters
    ----------
    content : sequence of str
        Content hash of each picture; nothing else decides the order, so that names and machines do not matter.
    labels : sequence of str
        Class of each picture.
    groups : sequence of int
        Group of each picture.
    share : float
        Of each class, in [0, 1].
    salt : str
        Another salt gives another choice.

    Returns
    -------
    ndarray of bool, shape (n,)
        The chosen pictures, no group in parts; of each class at most `share`, rounded. A class of few large groups,
        which would give less than half of its share so, gives its smallest groups instead, of up to twice its share.
    """
    wanted = {name: round(share * n) for name, n in Counter(labels).items()}
    # A large group that took more than a quarter of a class's share would make one part most of what is measured.
    most = {name: max(n // 4, SMALL_GROUP) for name, n in wanted.items()}
    chosen = np.zeros(len(labels), bool)
    for members in _groups_in_hash_order(content, groups, salt):
        counts = Counter(labels[i] for i in members)
        if all(n <= min(wanted[name], most[name]) for name, n in counts.items()):
            chosen[members] = True
            for name, n in counts.items():
                wanted[name] -= n
    share_of = {name: round(share * n) for name, n in Counter(labels).items()}
    for members in sorted(_groups_in_hash_order(content, groups, salt), key=len):
        names = {labels[i] for i in members}
        name = labels[members[0]]
        if len(names) > 1 or chosen[members[0]] or wanted[name] <= share_of[name] / 2:
            continue
        if len(members) <= wanted[name] + share_of[name]:
            chosen[members] = True
            wanted[name] -= len(members)
    return chosen


def assign_folds(
    content: Sequence[str], labels: Sequence[str], groups: Sequence[int], n_folds: int, salt: str = ""
) -> np.ndarray:
    """Deal whole groups into folds of like size and like share of each class.

    The largest group goes first, each to the fold that has fewest of its classes; among those, to the emptiest.

    Returns
    -------
    ndarray of int64, shape (n,)
        Fold of each picture, ``0 .. n_folds - 1``.
    """
    folds = np.zeros(len(labels), np.int64)
    filled: dict[str, np.ndarray] = {name: np.zeros(n_folds) for name in set(labels)}
    ordered = sorted(_groups_in_hash_order(content, groups, salt), key=len, reverse=True)
    for members in ordered:
        names = [labels[i] for i in members]
        of_classes = np.sum([filled[name] for name in names], axis=0)
        fold = int(np.lexsort((np.sum(list(filled.values()), axis=0), of_classes))[0])
        folds[members] = fold
        for name in names:
            filled[name][fold] += 1
    return folds


def first_share(content: Sequence[str], share: float, salt: str = "") -> np.ndarray:
    """Choose a share of a set without twins by content alone.

    Returns
    -------
    ndarray of bool, shape (n,)
        True for ``round(share * n)`` pictures.
    """
    order = sorted(range(len(content)), key=lambda i: _digest(content[i], salt))
    chosen = np.zeros(len(order), bool)
    chosen[order[: round(share * len(order))]] = True
    return chosen


def _groups_in_hash_order(content: Sequence[str], groups: Sequence[int], salt: str) -> list[list[int]]:
    members: dict[int, list[int]] = defaultdict(list)
    for index, group in enumerate(groups):
        members[int(group)].append(index)
    return sorted(members.values(), key=lambda m: min(_digest(content[i], salt) for i in m))


def _digest(content: str, salt: str) -> str:
    return hashlib.sha256(f"{salt}:{content}".encode()).hexdigest()
