"""Brings pictures of more than 8 bits to 8, by the bits that are used: camera data of 12 bits in 16 is not black."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

_DEPTHS: Final = (8, 10, 12, 14, 16)
"""Bits that sensors give."""


def bits_in_use(largest: int, significant: int | None = None) -> int:
    """Return how many of 16 bits a picture uses.

    Parameters
    ----------
    largest : int
        Its largest value, 0 to 65,535.
    significant : int, optional
        The bits that the file itself says are significant (PNG's sBIT). Writers that scale to the full range, as the
        format asks, have values above them: then all 16 are in use.

    Returns
    -------
    int
        8, 10, 12, 14 or 16, or `significant`.
    """
    if significant is not None and 8 <= significant <= 16:
        return significant if largest < 1 << significant else 16
    return next(depth for depth in _DEPTHS if largest < 1 << depth)


def to_eight_bits(values: npt.NDArray[np.uint16], bits: int) -> npt.NDArray[np.uint8]:
    """Scale values of so many bits to 0..255, rounded to the nearest; any shape."""
    top = np.float32((1 << bits) - 1)
    scaled: npt.NDArray[np.uint8] = np.clip(
        values.astype(np.float32) * (np.float32(255) / top) + np.float32(0.5), 0, 255
    ).astype(np.uint8)
    return scaled


def depth_in_words(bits: int) -> str:
    """Say what was done: "deep picture, 12 bits in use, scaled to 8"."""
    return f"deep picture, {bits} bits in use, scaled to 8"
