"""How well a heat map finds a defect whose place is known: pointing game, share of heat inside, best overlap.

Pointing game: Zhang, Lin, Brandt, Shen, Sclaroff, "Top-down Neural Attention by Excitation Backprop", ECCV 2016.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

DILATION = 0.03
"""By how much the mask grows on each side for the pointing game, as a share of the longer side of the photo: as the
15 pixels of the method's paper on photos of 500."""
LEVELS = 100


@dataclass(frozen=True)
class Localisation:
    """How one heat map meets one mask.

    Attributes
    ----------
    hit : bool
        Whether the strongest place lies on the slightly dilated mask.
    heat_inside : float
        Share of all heat that lies on the mask itself, in [0, 1]; 0 for a map without heat.
    best_iou : float
        Greatest intersection over union of the mask with the places above any level of heat, in [0, 1].
    chance : float
        Share of the photo that the dilated mask covers: how often a place at random would be a hit.
    """

    hit: bool
    heat_inside: float
    best_iou: float
    chance: float


def localise(heat: np.ndarray, mask: np.ndarray) -> Localisation:
    """Compare a heat map with the defect's mask.

    Parameters
    ----------
    heat : ndarray of float, shape (height, width)
        In [0, 1].
    mask : ndarray of bool, shape (height, width)
        The defect's pixels; at least one.

    Raises
    ------
    ValueError
        If the shapes differ or the mask is empty.
    """
    if heat.shape != mask.shape or not mask.any():
        raise ValueError(
            f"expected a mask that is not empty, of shape {heat.shape}, got {mask.shape}, {mask.sum()} set"
        )
    wider = dilated(mask)
    total = float(heat.sum())
    if total <= 0:
        return Localisation(False, 0.0, 0.0, float(wider.mean()))
    peak = np.unravel_index(int(heat.argmax()), heat.shape)
    return Localisation(bool(wider[peak]), float(heat[mask].sum()) / total, _best_iou(heat, mask), float(wider.mean()))


def dilated(mask: np.ndarray) -> np.ndarray:
    """Return a mask grown by `DILATION` of the longer side, with round corners; bool, the same shape."""
    radius = round(DILATION * max(mask.shape))
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))
    return cv2.dilate(mask.astype(np.uint8), disc) > 0


def _best_iou(heat: np.ndarray, mask: np.ndarray) -> float:
    levels = np.minimum((heat * LEVELS).astype(np.int64), LEVELS)
    above = np.bincount(levels.ravel(), minlength=LEVELS + 1)[::-1].cumsum()
    above_inside = np.bincount(levels[mask], minlength=LEVELS + 1)[::-1].cumsum()
    # The last level is "heat of 0 and above", which is the whole photo and says nothing.
    overlap = above_inside[:-1] / (above[:-1] + mask.sum() - above_inside[:-1])
    return float(overlap.max())
