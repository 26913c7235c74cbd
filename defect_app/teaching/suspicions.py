"""Photos that are worth a second look: a label that the other photos contradict, or a look that no other has."""

from __future__ import annotations

import numpy as np

from defect_app.teaching.photos import TaughtPhoto
from defect_app.teaching.request import TaughtClass
from defect_app.teaching.summary import Suspicion

_MOST = 12
_DOUBTED = 0.1
"""A label is doubted where its probability out of fold is below this."""
_ODD = 4.0
"""Robust standard deviations from which a photo's distance to its nearest neighbours is odd."""
_NEIGHBOUR = 3


def suspicions(
    photos: tuple[TaughtPhoto, ...], labels: np.ndarray, probabilities: np.ndarray, classes: tuple[TaughtClass, ...]
) -> tuple[Suspicion, ...]:
    """Return the most doubtful photos, wrong-looking labels first.

    Parameters
    ----------
    photos : tuple of TaughtPhoto
        n of them.
    labels : ndarray of int, shape (n,)
        Class of each.
    probabilities : ndarray, shape (n, n_classes)
        Out of fold.
    classes : tuple of TaughtClass
        In this order.
    """
    own = probabilities[np.arange(len(labels)), labels]
    found = []
    for i in np.argsort(own, kind="stable")[:_MOST]:
        if own[i] < _DOUBTED:
            other = classes[int(probabilities[i].argmax())].title
            said = f"the other photos say {other} ({100 * probabilities[i].max():.0f} %): is its class right?"
            found.append(Suspicion(photos[i].name, photos[i].label, said))
    named = {suspicion.name for suspicion in found}
    far = odd_ones(np.stack([photo.look for photo in photos]))
    found += [
        Suspicion(photos[i].name, photos[i].label, "it looks like none of the others: does it show the product?")
        for i in far
        if photos[i].name not in named
    ]
    return tuple(found[:_MOST])


def odd_ones(looks: np.ndarray) -> list[int]:
    """Return the photos that are far from all others, the farthest first; none among fewer than eight."""
    if len(looks) < 8:
        return []
    distance = neighbour_distances(looks)
    middle = float(np.median(distance))
    spread = 1.4826 * float(np.median(np.abs(distance - middle))) + 1e-9
    order = np.argsort(-distance)
    return [int(i) for i in order if (distance[i] - middle) / spread > _ODD]


def neighbour_distances(looks: np.ndarray) -> np.ndarray:
    """Return each photo's distance to its third nearest other, of features of unit length, shape (n,)."""
    unit = looks / np.maximum(np.linalg.norm(looks, axis=1, keepdims=True), 1e-12)
    neighbour = min(_NEIGHBOUR, len(unit) - 1)
    found = np.empty(len(unit))
    for start in range(0, len(unit), 512):
        similar = unit[start : start + 512] @ unit.T
        similar[np.arange(len(similar)), np.arange(start, start + len(similar))] = -1
        nearest = -np.partition(-similar, neighbour - 1, axis=1)[:, neighbour - 1]
        found[start : start + 512] = np.sqrt(np.maximum(2 - 2 * nearest, 0))
    return found


def near_copies(groups: np.ndarray) -> int:
    """Return how many photos share a group with another one."""
    counts = np.bincount(groups)
    return int(counts[counts > 1].sum())
