"""What rounding to half precision took from a weight, kept in a byte or two: enough to have the weight back."""

from __future__ import annotations

import numpy as np
from numpy.typing import DTypeLike


def lost_by_rounding(exact: np.ndarray, kept_as: DTypeLike = np.int16) -> np.ndarray:
    """Return how far float32 numbers lie from their half precision, in steps of the gap to their neighbours there.

    Parameters
    ----------
    exact : ndarray of float32
        Finite numbers within half precision's range.
    kept_as : dtype
        Whole numbers with a sign: as many steps as it can count make one gap. ``int8`` has a number back to one part
        in 500,000, ``int16`` to float32's own precision.

    Returns
    -------
    ndarray of `kept_as`, the same shape
        All zero where half precision loses nothing worth keeping.

    Raises
    ------
    ValueError
        If a number is beyond half precision.
    """
    with np.errstate(over="ignore"):
        half = exact.astype(np.float16)
    if not np.isfinite(half).all():
        raise ValueError("expected numbers within half precision, got some beyond it")
    gaps = (exact - half.astype(np.float32)) / np.spacing(np.abs(half)).astype(np.float32)
    most = np.iinfo(np.dtype(kept_as)).max
    return np.rint(gaps * 2 * most).clip(-most, most).astype(kept_as)


def restored(half: np.ndarray, lost: np.ndarray) -> np.ndarray:
    """Return the numbers as they were before rounding; undoes `lost_by_rounding`.

    Parameters
    ----------
    half : ndarray of float16
        The rounded numbers.
    lost : ndarray of int8 or int16, the same shape
        See `lost_by_rounding`.
    """
    step = np.spacing(np.abs(half)).astype(np.float32) / (2 * np.iinfo(lost.dtype).max)
    restored: np.ndarray = half.astype(np.float32) + lost.astype(np.float32) * step
    return restored
