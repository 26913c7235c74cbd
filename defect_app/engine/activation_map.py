"""Class activation maps: the evidence for a class at each place of the last feature map.

Method: Zhou, Khosla, Lapedriza, Oliva, Torralba, "Learning Deep Features for Discriminative Localization", CVPR 2016.
For a network that ends in global average pooling and one dense layer it equals Grad-CAM up to scale.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np


@dataclass(frozen=True)
class ActivationMap:
    """Where a model sees evidence for a class.

    Attributes
    ----------
    values : ndarray of float32, shape (rows, columns)
        In [0, 1], 1 at the strongest place; all zero where there is no evidence.
    target : str
        What the evidence is for: a class name, or "defect" for the score of defect.
    has_evidence : bool
        False when no place speaks for the target.
    """

    values: np.ndarray
    target: str
    has_evidence: bool


def class_activation_map(features: np.ndarray, direction: np.ndarray, target: str) -> ActivationMap:
    """Weigh each place's features by a class's weights.

    Parameters
    ----------
    features : ndarray, shape (rows, columns, n_channels)
        The last convolution's output.
    direction : ndarray, shape (n_channels,)
        The class's column of the dense layer, or a difference of columns.
    target : str
        What the direction stands for.
    """
    evidence = np.nan_to_num(np.tensordot(features, direction, axes=1).astype(np.float32))
    np.maximum(evidence, 0.0, out=evidence)
    strongest = float(evidence.max(initial=0.0))
    if strongest <= 1e-6:
        return ActivationMap(np.zeros_like(evidence), target, has_evidence=False)
    return ActivationMap(evidence / strongest, target, has_evidence=True)


def upsample_map(values: np.ndarray, *, height: int, width: int) -> np.ndarray:
    """Enlarge a map to a picture's size with smooth edges.

    Parameters
    ----------
    values : ndarray, shape (rows, columns)
        In [0, 1].
    height, width : int
        In pixels.

    Returns
    -------
    ndarray of float32, shape (height, width)
        In [0, 1].
    """
    enlarged = cv2.resize(values.astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC)
    return np.clip(enlarged, 0.0, 1.0)
