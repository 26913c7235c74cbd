"""Reference pictures with their features, and those of each class that are nearest to a photo.

People judge a model's answers better by nearest training pictures than by heat maps: Nguyen, Kim, Nguyen, The
effectiveness of feature attribution methods and its correlation with automatic evaluation scores, NeurIPS 2021.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Reference:
    """A picture whose truth is known.

    Attributes
    ----------
    name : str
        Of its file, or of the scene.
    label : str
        Class name in the model's spec.
    what : str
        What there is to see, in words; may be empty.
    jpeg : bytes
        The picture at display size.
    """

    name: str
    label: str
    what: str
    jpeg: bytes


@dataclass(frozen=True, eq=False)
class ReferenceBank:
    """References with the features that a model has for them.

    Attributes
    ----------
    references : tuple of Reference
        n of them.
    features : ndarray of float32, shape (n, n_features)
        Of unit length, as in `familiarity`.
    """

    references: tuple[Reference, ...]
    features: np.ndarray


@dataclass(frozen=True)
class Neighbour:
    """A reference with its distance from the photo: 0 (the same features) to 2."""

    reference: Reference
    distance: float


@dataclass(frozen=True)
class NeighboursOfClass:
    """The nearest references of one class, the nearest first; at least one."""

    label: str
    neighbours: tuple[Neighbour, ...]


def unit_rows(features: np.ndarray) -> np.ndarray:
    """Return features of unit length, float32, shape (n, n_features): as familiarity compares them."""
    array = np.asarray(features, np.float32)
    rows: np.ndarray = array / np.maximum(np.linalg.norm(array, axis=1, keepdims=True), 1e-12)
    return rows


def nearest(
    bank: ReferenceBank, features: np.ndarray, *, of_each: int = 3, classes: int = 3
) -> list[NeighboursOfClass]:
    """Return the nearest references of the classes that lie nearest.

    Parameters
    ----------
    bank : ReferenceBank
        Among which.
    features : ndarray, shape (n_features,)
        Of the photo, of any length.
    of_each : int
        References of each class, at most.
    classes : int
        Classes, at most.

    Returns
    -------
    list of NeighboursOfClass
        The class of the nearest reference first.
    """
    distances = np.linalg.norm(bank.features - unit_rows(features[None])[0], axis=1)
    found: dict[str, list[Neighbour]] = {}
    for place in np.argsort(distances, kind="stable"):
        one = bank.references[int(place)]
        listed = found.setdefault(one.label, [])
        if len(listed) < of_each:
            listed.append(Neighbour(one, float(distances[place])))
    return [NeighboursOfClass(label, tuple(listed)) for label, listed in list(found.items())[:classes]]
