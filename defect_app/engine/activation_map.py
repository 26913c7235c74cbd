"""Class activation maps: the evidence for a class at each place of the last feature map.

Method: Zhou, Khosla, Lapedriza, Oliva, Torralba, "Learning Deep Features for Discriminative Localization", CVPR 2016.
For a network that ends in global average pooling and one dense layer it equals Grad-CAM up to scale. Where a head
tells places apart, each has weights of its own: Draelos, Carin, "Use HiResCAM instead of Grad-CAM for faithful
explanations of convolutional neural networks", 2020.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from defect_app.catalog import InputSpec


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
    strongest : float
        The evidence at the strongest place before scaling, in the method's own unit; 0 where there is none.
    """

    values: np.ndarray
    target: str
    has_evidence: bool
    strongest: float = 0.0

    @property
    def unscaled(self) -> np.ndarray:
        """The evidence at each place in the method's own unit, float32, 0 or above."""
        return (self.values * np.float32(self.strongest)).astype(np.float32)


def class_activation_map(features: np.ndarray, direction: np.ndarray, target: str) -> ActivationMap:
    """Weigh each place's features by a class's weights.

    Parameters
    ----------
    features : ndarray, shape (rows, columns, n_channels)
        The last convolution's output.
    direction : ndarray, shape (n_channels,) or (rows, columns, n_channels)
        What each channel counts for the class, everywhere alike or at each place: a column of the dense layer, or a
        difference of columns.
    target : str
        What the direction stands for.
    """
    weighed = features @ direction if direction.ndim == 1 else (features * direction).sum(axis=-1)
    evidence = np.nan_to_num(weighed.astype(np.float32))
    np.maximum(evidence, 0.0, out=evidence)
    strongest = float(evidence.max(initial=0.0))
    if strongest <= 1e-6:
        return ActivationMap(np.zeros_like(evidence), target, has_evidence=False)
    return ActivationMap(evidence / strongest, target, has_evidence=True, strongest=strongest)


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


def in_photo_frame(
    map_: ActivationMap, size: InputSpec, *, photo_height: int, photo_width: int, longest_side: int = 64
) -> ActivationMap:
    """Move a map from the model's input to the whole photo, undoing the fit.

    Parameters
    ----------
    map_ : ActivationMap
        Over the model's input.
    size : InputSpec
        How the photo was made to fit.
    photo_height, photo_width : int
        The upright photo's size in pixels; only the proportions count.
    longest_side : int
        Longest side of the returned values where the fit is not a stretch.

    Returns
    -------
    ActivationMap
        Over the photo: zero where the model did not look (crop), without the padding (letterbox).
    """
    if size.fit == "stretch":
        return map_
    to_input = max if size.fit == "crop" else min
    scale = to_input(size.width / photo_width, size.height / photo_height)
    # The part of the photo that the input shows and the part of the input that shows the photo, as shares of a side.
    seen_high, seen_wide = min(1.0, size.height / (photo_height * scale)), min(1.0, size.width / (photo_width * scale))
    used_high, used_wide = min(1.0, photo_height * scale / size.height), min(1.0, photo_width * scale / size.width)
    unit = longest_side / max(photo_height, photo_width)
    rows, columns = max(1, round(photo_height * unit)), max(1, round(photo_width * unit))
    inner_rows, inner_columns = max(1, round(rows * seen_high)), max(1, round(columns * seen_wide))
    whole = upsample_map(
        map_.values, height=max(1, round(inner_rows / used_high)), width=max(1, round(inner_columns / used_wide))
    )
    top, left = (whole.shape[0] - inner_rows) // 2, (whole.shape[1] - inner_columns) // 2
    values = np.zeros((rows, columns), np.float32)
    down, across = (rows - inner_rows) // 2, (columns - inner_columns) // 2
    values[down : down + inner_rows, across : across + inner_columns] = whole[
        top : top + inner_rows, left : left + inner_columns
    ]
    return replace(map_, values=values)
