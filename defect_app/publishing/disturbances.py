"""What light, camera and mounting do to a photo, each at five strengths: for measuring what verdicts hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from defect_app.intake import encode_jpeg

STRENGTHS = (1, 2, 3, 4, 5)
Change = Callable[[np.ndarray, float, np.random.Generator], np.ndarray]
"""From RGB pixels, uint8 of shape (height, width, 3), and an amount to changed ones."""


@dataclass(frozen=True)
class Disturbance:
    """One way in which photos get worse.

    Attributes
    ----------
    name : str
        In a word or two.
    unit : str
        What the amounts are of.
    amounts : tuple of float
        For the strengths 1 to 5.
    change : callable
        See `Change`.
    """

    name: str
    unit: str
    amounts: tuple[float, float, float, float, float]
    change: Change


def disturbed(pixels: np.ndarray, disturbance: Disturbance, strength: int, rng: np.random.Generator) -> bytes:
    """Return a disturbed photo as a file: PNG, so that nothing else is lost, or the JPEG that is the disturbance."""
    amount = disturbance.amounts[strength - 1]
    if disturbance is JPEG:
        return encode_jpeg(pixels, quality=int(amount))
    changed = disturbance.change(pixels, amount, rng)
    return bytes(cv2.imencode(".png", cv2.cvtColor(changed, cv2.COLOR_RGB2BGR))[1].tobytes())


def _clipped(levels: np.ndarray) -> np.ndarray:
    clipped: np.ndarray = np.clip(np.rint(levels), 0, 255).astype(np.uint8)
    return clipped


def _darker(pixels: np.ndarray, amount: float, rng: np.random.Generator) -> np.ndarray:
    return _clipped(pixels * (1 - amount))


def _brighter(pixels: np.ndarray, amount: float, rng: np.random.Generator) -> np.ndarray:
    return _clipped(pixels * (1 + amount))


def _warm(pixels: np.ndarray, amount: float, rng: np.random.Generator) -> np.ndarray:
    return _clipped(pixels * np.array([1 + amount, 1.0, 1 - amount]))


def _cold(pixels: np.ndarray, amount: float, rng: np.random.Generator) -> np.ndarray:
    return _warm(pixels, -amount, rng)


def _blurred(pixels: np.ndarray, amount: float, rng: np.random.Generator) -> np.ndarray:
    return np.asarray(cv2.GaussianBlur(pixels, (0, 0), amount * min(pixels.shape[:2])), np.uint8)


def _noisy(pixels: np.ndarray, amount: float, rng: np.random.Generator) -> np.ndarray:
    return _clipped(pixels + rng.normal(0, amount, pixels.shape))


def _compressed(pixels: np.ndarray, amount: float, rng: np.random.Generator) -> np.ndarray:
    return pixels


def _smaller(pixels: np.ndarray, amount: float, rng: np.random.Generator) -> np.ndarray:
    """Lose detail as a far camera does: made small, then brought to the former size."""
    height, width = pixels.shape[:2]
    small = cv2.resize(
        pixels, (max(32, round(width * amount)), max(32, round(height * amount))), interpolation=cv2.INTER_AREA
    )
    return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)


def _moved(pixels: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    size = (pixels.shape[1], pixels.shape[0])
    return np.asarray(cv2.warpAffine(pixels, matrix, size, borderMode=cv2.BORDER_REPLICATE), np.uint8)


def _turned(pixels: np.ndarray, amount: float, rng: np.random.Generator) -> np.ndarray:
    height, width = pixels.shape[:2]
    angle = amount if rng.random() < 0.5 else -amount
    return _moved(pixels, cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), angle, 1.0))


def _off_centre(pixels: np.ndarray, amount: float, rng: np.random.Generator) -> np.ndarray:
    height, width = pixels.shape[:2]
    direction = rng.uniform(0, 2 * np.pi)
    shift = amount * np.array([width * np.cos(direction), height * np.sin(direction)])
    return _moved(pixels, np.array([[1.0, 0.0, shift[0]], [0.0, 1.0, shift[1]]]))


def _covered(pixels: np.ndarray, amount: float, rng: np.random.Generator) -> np.ndarray:
    """Cover a share of the photo by a mid grey square at a place drawn by chance."""
    height, width = pixels.shape[:2]
    high, wide = round(height * amount**0.5), round(width * amount**0.5)
    top, left = (int(rng.integers(0, side - part + 1)) for side, part in ((height, high), (width, wide)))
    changed = pixels.copy()
    changed[top : top + high, left : left + wide] = 128
    return changed


JPEG = Disturbance("JPEG", "quality", (80, 60, 40, 20, 10), _compressed)
DISTURBANCES = (
    Disturbance("Darker", "share of the light lost", (0.1, 0.2, 0.35, 0.5, 0.65), _darker),
    Disturbance("Brighter", "share of light added", (0.1, 0.2, 0.35, 0.5, 0.75), _brighter),
    Disturbance("Warm light", "red more and blue less, share", (0.05, 0.1, 0.15, 0.2, 0.3), _warm),
    Disturbance("Cold light", "blue more and red less, share", (0.05, 0.1, 0.15, 0.2, 0.3), _cold),
    Disturbance("Blur", "sigma, share of the shorter side", (0.002, 0.004, 0.007, 0.012, 0.02), _blurred),
    Disturbance("Noise", "standard deviation in grey levels", (4, 8, 14, 22, 35), _noisy),
    JPEG,
    Disturbance("Less detail", "resized to this share and back", (0.75, 0.5, 0.35, 0.25, 0.15), _smaller),
    Disturbance("Turned", "degrees", (3, 7, 12, 20, 45), _turned),
    Disturbance("Off centre", "share of the size", (0.03, 0.06, 0.1, 0.15, 0.25), _off_centre),
    Disturbance("Partly covered", "share of the area", (0.01, 0.03, 0.06, 0.1, 0.2), _covered),
)
