"""Converts colours that a file describes without a profile (PNG's gAMA, cHRM and cICP chunks) to sRGB."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from defect_app.intake.photo import UnusableFile

Pixels = npt.NDArray[np.uint8]
Point = tuple[float, float]

D65: Final[Point] = (0.3127, 0.3290)
_PRIMARIES_OF_CODE: Final[dict[int, tuple[Point, Point, Point]]] = {
    1: ((0.640, 0.330), (0.300, 0.600), (0.150, 0.060)),
    5: ((0.640, 0.330), (0.290, 0.600), (0.150, 0.060)),
    6: ((0.630, 0.340), (0.310, 0.595), (0.155, 0.070)),
    9: ((0.708, 0.292), (0.170, 0.797), (0.131, 0.046)),
    12: ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060)),
}
"""Chromaticities by the code points of ITU-T H.273, table 2."""
SRGB_PRIMARIES: Final = _PRIMARIES_OF_CODE[1]
_UNSPECIFIED: Final = 2
_TELEVISION_CODES: Final = (1, 6, 14, 15)
_HIGH_DYNAMIC_RANGE_CODES: Final = (16, 18)
# Lindbloom's Bradford matrix: adapts colours from one white to another.
_BRADFORD: Final = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])
_LEVELS: Final = np.arange(256) / 255.0
# Encoders write 0.45455 or 1 / 2.2 for sRGB, whose own curve lies near that power.
_SRGB_GAMMA: Final = 1 / 2.2
_NEAR_GAMMA: Final = 0.005
_NEAR_CHROMATICITY: Final = 0.004


@dataclass(frozen=True, eq=False)
class ColourSpace:
    """Colours by their primaries and curve.

    Parameters
    ----------
    primaries : tuple of three (x, y)
        Chromaticities of red, green and blue.
    white : (x, y)
        Chromaticity of white.
    light : numpy.ndarray
        float64, shape (256,): the light in [0, 1] that each stored level stands for.
    title : str
        In words: "Display P3 (cICP)".
    """

    primaries: tuple[Point, Point, Point]
    white: Point
    light: npt.NDArray[np.float64]
    title: str


def from_gamma(gamma: float | None, chromaticity: tuple[float, ...] | None) -> ColourSpace | None:
    """Return the space that PNG's gAMA and cHRM describe; None where it is sRGB, or they say nothing usable.

    Parameters
    ----------
    gamma : float or None
        The file's exponent from light to stored values: 1 for values that are proportional to light.
    chromaticity : tuple of eight float, or None
        x and y of white, red, green and blue.
    """
    if gamma is not None and not 0.05 <= gamma <= 5:
        gamma = None
    points = _points(chromaticity)
    like_srgb = points is None or np.allclose(points, [D65, *SRGB_PRIMARIES], atol=_NEAR_CHROMATICITY)
    if (gamma is None or abs(gamma - _SRGB_GAMMA) <= _NEAR_GAMMA) and like_srgb:
        return None
    white, *primaries = points or [D65, *SRGB_PRIMARIES]
    light = _srgb_light() if gamma is None or abs(gamma - _SRGB_GAMMA) <= _NEAR_GAMMA else _LEVELS ** (1 / gamma)
    red, green, blue = primaries
    title = "its own gamma" if like_srgb else "its own gamma and primaries"
    return ColourSpace((red, green, blue), white, light, title)


def from_code_points(primaries: int, transfer: int) -> ColourSpace | None:
    """Return the space that code points of ITU-T H.273 name (PNG's cICP); None where it is sRGB or not known.

    Raises
    ------
    UnusableFile
        If it is a high dynamic range, which has no fixed place in 8 bits.
    """
    if transfer in _HIGH_DYNAMIC_RANGE_CODES:
        raise UnusableFile("a picture of high dynamic range", "Save or export the photo as an ordinary sRGB picture.")
    named = _PRIMARIES_OF_CODE.get(primaries, SRGB_PRIMARIES if primaries == _UNSPECIFIED else None)
    light = _light_of_code(transfer)
    if named is None or light is None or (named == SRGB_PRIMARIES and np.array_equal(light, _srgb_light())):
        return None
    return ColourSpace(named, D65, light, "the colour space that it names")


def to_srgb(pixels: Pixels, space: ColourSpace) -> Pixels:
    """Convert RGB pixels of a space to sRGB.

    Parameters
    ----------
    pixels : numpy.ndarray
        uint8, shape (height, width, 3).
    space : ColourSpace
        What the stored values mean.

    Returns
    -------
    numpy.ndarray
        uint8, the same shape; colours beyond sRGB are clipped.
    """
    matrix = (
        np.linalg.inv(_to_xyz(SRGB_PRIMARIES, D65)) @ _adaptation(space.white) @ _to_xyz(space.primaries, space.white)
    )
    light = space.light.astype(np.float32)[pixels]
    if not np.allclose(matrix, np.eye(3), atol=1e-3):
        light = np.clip(cv2.transform(light, matrix.astype(np.float32)), 0, 1)
    stored = np.where(light <= 0.0031308, 12.92 * light, 1.055 * np.power(light, 1 / 2.4) - 0.055)
    rounded: Pixels = np.rint(stored * 255).astype(np.uint8)
    return rounded


def _points(chromaticity: tuple[float, ...] | None) -> list[Point] | None:
    """Return white, red, green and blue as points, or None where they span no colours."""
    if chromaticity is None or len(chromaticity) != 8 or not np.isfinite(chromaticity).all():
        return None
    points = [(float(x), float(y)) for x, y in zip(chromaticity[::2], chromaticity[1::2], strict=True)]
    inside = all(0 <= x <= 1 and 0 < y <= 1 for x, y in points)
    spanned = abs(np.linalg.det([[x, y, 1] for x, y in points[1:]])) > 1e-3
    return points if inside and spanned else None


def _light_of_code(transfer: int) -> npt.NDArray[np.float64] | None:
    """Return the light of each level by a code point of H.273, table 3."""
    if transfer in _TELEVISION_CODES:
        below = _LEVELS < 0.081
        return np.where(below, _LEVELS / 4.5, ((_LEVELS + 0.099) / 1.099) ** (1 / 0.45))
    powers = {4: 2.2, 5: 2.8, 8: 1.0}
    if transfer in powers:
        return _LEVELS ** powers[transfer]
    return _srgb_light() if transfer in (13, _UNSPECIFIED) else None


def _srgb_light() -> npt.NDArray[np.float64]:
    return np.where(_LEVELS <= 0.04045, _LEVELS / 12.92, ((_LEVELS + 0.055) / 1.055) ** 2.4)


def _to_xyz(primaries: tuple[Point, Point, Point], white: Point) -> npt.NDArray[np.float64]:
    """Return the matrix from light of the primaries to XYZ."""
    columns = np.array([[x / y, 1.0, (1 - x - y) / y] for x, y in primaries]).T
    return columns * np.linalg.solve(columns, _white_xyz(white))


def _adaptation(white: Point) -> npt.NDArray[np.float64]:
    """Return the Bradford matrix from colours under a white to colours under D65."""
    here, there = _BRADFORD @ _white_xyz(white), _BRADFORD @ _white_xyz(D65)
    adaptation: npt.NDArray[np.float64] = np.linalg.inv(_BRADFORD) @ np.diag(there / here) @ _BRADFORD
    return adaptation


def _white_xyz(white: Point) -> npt.NDArray[np.float64]:
    x, y = white
    return np.array([x / y, 1.0, (1 - x - y) / y])
