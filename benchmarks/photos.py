"""Photos to measure with: rendered castings, enlarged and with a camera's noise where a phone's photo is meant."""

from __future__ import annotations

import cv2
import numpy as np

from defect_app.scenes import render

PHONE_SIZE = (4000, 3000)
"""Width and height in pixels of a 12-megapixel photo."""

NamedBytes = tuple[str, bytes]


def small_photos(n: int) -> list[NamedBytes]:
    """Render `n` JPEGs of 300 x 300 pixels, as the casting data set has them."""
    sized = (cv2.resize(_casting(seed), (300, 300), interpolation=cv2.INTER_AREA) for seed in range(n))
    return [(f"small-{i}.jpg", as_jpeg(pixels, quality=90)) for i, pixels in enumerate(sized)]


def phone_photos(n: int) -> list[NamedBytes]:
    """Render `n` JPEGs of 4000 x 3000 pixels with a sensor's grain: 2 to 3 MB each, as phones write them."""
    return [(f"phone-{i}.jpg", as_jpeg(with_grain(enlarged(_casting(i), PHONE_SIZE), i), quality=90)) for i in range(n)]


def enlarged(pixels: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Enlarge RGB pixels to (width, height), smoothly."""
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_CUBIC), np.uint8)


def with_grain(pixels: np.ndarray, seed: int) -> np.ndarray:
    """Add a sensor's noise of about four grey levels: without it a JPEG is too small to be slow."""
    grain = np.random.default_rng(seed).normal(0, 4, pixels.shape[:2]).astype(np.int16)
    noisy: np.ndarray = np.clip(pixels.astype(np.int16) + grain[..., None], 0, 255).astype(np.uint8)
    return noisy


def as_jpeg(pixels: np.ndarray, quality: int) -> bytes:
    """Encode RGB pixels as JPEG."""
    blue_first = cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR)
    return bytes(cv2.imencode(".jpg", blue_first, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes())


def _casting(seed: int) -> np.ndarray:
    return render("casting", seed).photo
