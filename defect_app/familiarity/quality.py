"""How sharp, bright and free of glare a photo is, against the training pictures' own distribution."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass

import numpy as np

GLARE_LEVEL = 250
"""Grey level, 0..255, from which a pixel counts as blown out."""


@dataclass(frozen=True)
class PhotoQuality:
    """What was measured on a photo at the model's input size.

    Attributes
    ----------
    sharpness : float
        Natural logarithm of the variance of the Laplacian (Pech-Pacheco et al., ICPR 2000), plus one.
    brightness : float
        Mean grey level, 0..255.
    glare : float
        Share of blown-out pixels, 0..1.
    """

    sharpness: float
    brightness: float
    glare: float


@dataclass(frozen=True)
class QualityLimits:
    """The range that counts as good: sharpness and brightness at least, brightness and glare at most."""

    least_sharpness: float
    least_brightness: float
    most_brightness: float
    most_glare: float

    def problems(self, quality: PhotoQuality) -> tuple[str, ...]:
        """Return what is wrong with a photo of this quality, in plain words; empty when nothing is."""
        found = []
        if quality.sharpness < self.least_sharpness:
            found.append("it is blurred")
        if quality.brightness < self.least_brightness:
            found.append("it is too dark")
        if quality.brightness > self.most_brightness:
            found.append("it is too bright")
        elif quality.glare > self.most_glare:
            found.append("it has glare")
        return tuple(found)


def measure_quality(pixels: np.ndarray) -> PhotoQuality:
    """Measure a photo at the model's input size.

    Parameters
    ----------
    pixels : ndarray of uint8, shape (height, width, 3)
        RGB.
    """
    # Here: what only passes verdicts on needs no image library.
    import cv2

    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    _, deviation = cv2.meanStdDev(cv2.Laplacian(grey, cv2.CV_16S))
    return PhotoQuality(
        sharpness=float(np.log1p(deviation[0, 0] ** 2)),
        brightness=float(cv2.mean(grey)[0]),
        glare=np.count_nonzero(grey >= GLARE_LEVEL) / grey.size,
    )


def margin_of(n_photos: int) -> float:
    """Return how far limits lie beyond the extremes of so many photos, see `fit_limits`: 0.5 for many, 2 for five."""
    return 0.5 + 7.5 / max(n_photos, 5)


def fit_limits(qualities: Sequence[PhotoQuality], margin: float = 0.5) -> QualityLimits:
    """Set the limits beyond all but the most extreme training photos.

    The margin outside the 0.2 % and 99.8 % quantiles is a share of the distance from the median to them: training
    photos are a sample, and an ordinary photo a little beyond the sample is no poor photo.

    Parameters
    ----------
    qualities : sequence of PhotoQuality
        Of training photos.
    margin : float
        That share.
    """
    table = np.array([astuple(q) for q in qualities], np.float64)
    low, middle, high = np.quantile(table, [0.002, 0.5, 0.998], axis=0)
    lower, upper = low - margin * (middle - low), high + margin * (high - middle)
    return QualityLimits(
        least_sharpness=float(lower[0]),
        least_brightness=float(max(lower[1], 8.0)),
        most_brightness=float(min(upper[1], 250.0)),
        most_glare=float(min(upper[2] + 0.05, 0.9)),
    )
