"""Trains a network where to look: on rendered scenes, whose masks are known, the evidence shall lie on the defect.

A class activation map is read off the same dense layer that classifies, applied at each place of the last feature
map. The loss is the cross entropy between the softmax of that evidence over the places and the mask's shares, so it
sharpens the very map that is shown. Pictures without a mask, all real ones here, are left out of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import keras
import numpy as np

from defect_app.catalog import ClassSpec
from defect_app.training.losses import Loss


@dataclass(frozen=True)
class MaskedPictures:
    """The pictures whose defects' places are known.

    Attributes
    ----------
    masks : dict of int to ndarray of uint8, shape (height, width)
        By the picture's index; 255 on the defect, at the model's input size.
    rows, columns : int
        Size of the last feature map.
    """

    masks: dict[int, np.ndarray]
    rows: int
    columns: int

    @property
    def n_places(self) -> int:
        """How many places the feature map has."""
        return self.rows * self.columns

    def shares(self, mask: np.ndarray) -> np.ndarray:
        """Return how the defect spreads over the places, float32 of shape (n_places,): sum 1, or 0 without defect."""
        area = cv2.resize(mask.astype(np.float32), (self.columns, self.rows), interpolation=cv2.INTER_AREA).ravel()
        total = float(area.sum())
        return area / total if total > 0 else np.zeros_like(area)


def with_evidence(logits: Any, features: Any, dense: Any) -> Any:
    """Return the logits followed by the logits of each place: what `localisation_loss` takes.

    Parameters
    ----------
    logits : tensor, shape (batch, n_classes)
        Of the whole picture.
    features : tensor, shape (batch, rows, columns, n_channels)
        The last feature map.
    dense : keras.layers.Dense
        The classifying layer.
    """
    return keras.layers.Concatenate(name="evidence")([logits, keras.layers.Flatten(name="places")(dense(features))])


def with_scores(logits: Any, scores: Any) -> Any:
    """Return the logits followed by one score a place: what `localisation_loss` takes of a network with attention.

    Parameters
    ----------
    logits : tensor, shape (batch, n_classes)
        Of the whole picture.
    scores : tensor, shape (batch, n_places)
        Of attention, see `attention.attended`.
    """
    return keras.layers.Concatenate(name="evidence")([logits, scores])


def localisation_loss(classification: Loss, weight: float, classes: tuple[ClassSpec, ...]) -> Loss:
    """Add to a loss what the evidence for defect misses of the defect's place.

    Parameters
    ----------
    classification : callable
        From targets and logits, both of shape (batch, n_classes), to a loss of shape (batch,).
    weight : float
        Of the place against the class.
    classes : tuple of ClassSpec
        With their roles, in output order.

    Returns
    -------
    callable
        From targets (class shares, then the shares of the places) and outputs of `with_evidence` or `with_scores` to a
        loss of shape (batch,). Targets and outputs without places give the classification loss alone.
    """
    n_classes = len(classes)
    sign = np.zeros(n_classes, np.float32)
    for role, value in (("defect", 1.0), ("ok", -1.0)):
        chosen = [i for i, c in enumerate(classes) if c.role == role]
        sign[chosen] = value / max(1, len(chosen))
    direction = keras.ops.convert_to_tensor(sign[:, None])

    def loss(targets: Any, outputs: Any) -> Any:
        by_class = classification(targets[:, :n_classes], outputs[:, :n_classes])
        if targets.shape[1] == n_classes:
            return by_class
        shares = targets[:, n_classes:]
        evidence = outputs[:, n_classes:]
        if evidence.shape[1] != shares.shape[1]:
            of_places = keras.ops.reshape(evidence, (-1, shares.shape[1], n_classes))
            evidence = keras.ops.squeeze(keras.ops.matmul(of_places, direction), axis=-1)
        missed = -keras.ops.sum(shares * keras.ops.log_softmax(evidence, axis=-1), axis=-1)
        return by_class + weight * missed

    return loss
