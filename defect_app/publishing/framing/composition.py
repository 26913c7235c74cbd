"""Puts a tight picture of a part somewhere into a larger photo, so that its frame is known."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from defect_app.inspection.framing import Region
from defect_app.intake import encode_jpeg, read_photo
from defect_app.intake.photo import Photo
from defect_app.publishing.framing.backgrounds import Backgrounds

PROPORTIONS = (1.0, 4 / 3, 3 / 4, 16 / 9)
"""Width over height of composed photos."""
SHORTEST_PX, TALLEST_PX = 480, 900
_ROUND_SHARE = 0.485
"""Half axes of a part that stands free, as a share of its picture's sides."""


@dataclass(frozen=True, eq=False)
class Composition:
    """A photo with a part in it.

    Attributes
    ----------
    pixels : ndarray of uint8, shape (height, width, 3)
        RGB, as it comes out of a JPEG.
    frame : Region
        Where the part's picture lies.
    share : float
        How much of the photo's side it fills.
    """

    pixels: np.ndarray
    frame: Region
    share: float


def compose(
    rng: np.random.Generator,
    part: np.ndarray,
    backgrounds: Backgrounds,
    *,
    least_share: float = 0.25,
    most_share: float = 0.9,
    is_round: bool = False,
) -> Composition:
    """Put a part on a background.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of chance: the photo's size, the background, the part's place and size, the JPEG's quality.
    part : ndarray of uint8, shape (height, width, 3)
        A tight picture, RGB.
    backgrounds : Backgrounds
        What it is put on.
    least_share, most_share : float
        Of the photo's side that the part fills, in (0, 1].
    is_round : bool
        Whether the background reaches up to a round part; else the whole rectangle of its picture is put in.
    """
    height = int(rng.integers(SHORTEST_PX, TALLEST_PX))
    width = round(height * float(rng.choice(PROPORTIONS)))
    pixels = backgrounds.draw(rng, height=height, width=width)
    share = float(rng.uniform(least_share, most_share))
    scale = share * min(height / part.shape[0], width / part.shape[1])
    tall, wide = max(16, round(part.shape[0] * scale)), max(16, round(part.shape[1] * scale))
    smaller = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    resized = cv2.resize(part, (wide, tall), interpolation=smaller)
    top, left = int(rng.integers(height - tall + 1)), int(rng.integers(width - wide + 1))
    cover = _cover(rng, tall, wide, is_round)
    place = pixels[top : top + tall, left : left + wide]
    pixels[top : top + tall, left : left + wide] = np.rint(cover * resized + (1 - cover) * place).astype(np.uint8)
    stored = read_photo(encode_jpeg(pixels, quality=int(rng.integers(85, 97))), "composition")
    assert isinstance(stored, Photo), "the picture is one of our own encodings"
    return Composition(stored.pixels, Region(left, top, wide, tall), share)


def _cover(rng: np.random.Generator, height: int, width: int, is_round: bool) -> np.ndarray:
    """Return how much the part covers, float32 in [0, 1] of shape (height, width, 1): a little soft at its edge."""
    cover: np.ndarray = np.zeros((height, width), np.float32)
    if is_round:
        axes = (round(width * _ROUND_SHARE), round(height * _ROUND_SHARE))
        cv2.ellipse(cover, (width // 2, height // 2), axes, 0, 0, 360, 1.0, -1)
    else:
        cover[:] = 1
    softness = float(rng.uniform(0, 2))
    if softness > 0.3:
        margin = 4
        wider = cv2.copyMakeBorder(cover, margin, margin, margin, margin, cv2.BORDER_CONSTANT)
        cover = np.asarray(cv2.GaussianBlur(wider, (0, 0), softness)[margin:-margin, margin:-margin], np.float32)
    return cover[..., None]
