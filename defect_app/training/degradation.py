"""Makes of a clean picture what a phone and our intake deliver: turned, blurred, relit, compressed, decoded small."""

from __future__ import annotations

import cv2
import numpy as np

from defect_app.catalog import InputSpec
from defect_app.intake import Rejection, encode_jpeg, fit_to_input, read_photo

GREATEST_TURN_DEGREES = 12.0
LIGHT = (0.55, 1.35)
BLUR_SHARE = (0.0, 0.0075)
"""Standard deviation of the blur as a share of the shorter side."""
JPEG_QUALITY = (25, 85)
PHONE_SIDE = (450, 1100)
"""Shorter side of the photo before intake decodes it, in pixels."""


def degrade(pixels: np.ndarray, size: InputSpec, rng: np.random.Generator) -> np.ndarray:
    """Degrade a picture, and bring it to the model's input on the very path that serves.

    Parameters
    ----------
    pixels : ndarray of uint8, shape (height, width, 3)
        RGB, clean, of any size.
    size : InputSpec
        The model's input.
    rng : numpy.random.Generator
        The source of chance.

    Returns
    -------
    ndarray of uint8, shape (size.height, size.width, 3)
    """
    height, width = pixels.shape[:2]
    centre = ((width - 1) / 2, (height - 1) / 2)
    turn = cv2.getRotationMatrix2D(centre, rng.uniform(-1, 1) * GREATEST_TURN_DEGREES, 1.0)
    photo = cv2.warpAffine(pixels, turn, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)
    sigma = rng.uniform(*BLUR_SHARE) * min(height, width)
    if sigma > 0.2:
        photo = cv2.GaussianBlur(photo, (0, 0), sigma)
    gain = np.exp(rng.uniform(*np.log(LIGHT)))
    photo = cv2.LUT(photo, np.clip(np.arange(256) * gain, 0, 255).astype(np.uint8))
    enlarged = max(1.0, rng.uniform(*PHONE_SIDE) / min(height, width))
    taken_size = (round(width * enlarged), round(height * enlarged))
    photo = np.asarray(cv2.resize(photo, taken_size, interpolation=cv2.INTER_LINEAR), np.uint8)
    data = encode_jpeg(np.asarray(photo, np.uint8), quality=int(rng.integers(*JPEG_QUALITY, endpoint=True)))
    taken = read_photo(data, "degraded.jpg", least_side=max(size.height, size.width))
    if isinstance(taken, Rejection):
        raise ValueError(f"our own JPEG was not read back: {taken.reason}")
    return fit_to_input(taken.pixels, height=size.height, width=size.width, fit=size.fit, resize=size.resize)
