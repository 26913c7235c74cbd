"""Brings a photo to a model's input: the one function that training and serving share."""

from typing import Final, Literal

import cv2
import numpy as np
import numpy.typing as npt

LETTERBOX_GREY: Final = 114

Fit = Literal["stretch", "letterbox", "crop"]
Resize = Literal["area", "bilinear"]


def fit_to_input(
    pixels: npt.NDArray[np.uint8], *, height: int, width: int, fit: Fit, resize: Resize = "area"
) -> npt.NDArray[np.uint8]:
    """Bring photo pixels to the size of a model's input.

    Parameters
    ----------
    pixels : numpy.ndarray
        uint8, shape (any height, any width, 3), RGB.
    height, width : int
        Size of the model's input in pixels.
    fit : {"stretch", "letterbox", "crop"}
        "stretch" ignores the proportions; "letterbox" keeps them and pads with mid grey (114) on both sides alike;
        "crop" keeps them and cuts the middle out.
    resize : {"area", "bilinear"}
        "area" averages when shrinking (and is bilinear when enlarging); "bilinear" always takes the nearest four.

    Returns
    -------
    numpy.ndarray
        uint8, shape (height, width, 3), RGB, 0..255, contiguous; the given array itself when nothing is to be done.

    Raises
    ------
    ValueError
        The pixels are not uint8 of shape (height, width, 3), or an argument is not one of the above.
    """
    if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] != 3 or 0 in pixels.shape:
        raise ValueError(f"expected uint8 pixels of shape (height, width, 3), got {pixels.dtype} {pixels.shape}")
    if height < 1 or width < 1:
        raise ValueError(f"expected an input of at least 1 x 1, got {width} x {height}")
    if resize not in ("area", "bilinear"):
        raise ValueError(f"expected resize 'area' or 'bilinear', got {resize!r}")
    if fit == "stretch":
        return _resized(pixels, width, height, resize)
    if fit == "letterbox":
        return _letterboxed(pixels, width, height, resize)
    if fit == "crop":
        return _resized(_middle(pixels, width, height), width, height, resize)
    raise ValueError(f"expected fit 'stretch', 'letterbox' or 'crop', got {fit!r}")


def _letterboxed(pixels: npt.NDArray[np.uint8], width: int, height: int, resize: Resize) -> npt.NDArray[np.uint8]:
    """Resize within the input and pad the rest; an odd pixel of padding goes right or below."""
    rows, columns = pixels.shape[:2]
    scale = min(width / columns, height / rows)
    inner_width = min(width, max(1, round(columns * scale)))
    inner_height = min(height, max(1, round(rows * scale)))
    left, top = (width - inner_width) // 2, (height - inner_height) // 2
    padded = np.full((height, width, 3), LETTERBOX_GREY, np.uint8)
    padded[top : top + inner_height, left : left + inner_width] = _resized(pixels, inner_width, inner_height, resize)
    return padded


def _middle(pixels: npt.NDArray[np.uint8], width: int, height: int) -> npt.NDArray[np.uint8]:
    """Return a view of the largest middle part that has the input's proportions."""
    rows, columns = pixels.shape[:2]
    scale = max(width / columns, height / rows)
    kept_columns = min(columns, max(1, round(width / scale)))
    kept_rows = min(rows, max(1, round(height / scale)))
    left, top = (columns - kept_columns) // 2, (rows - kept_rows) // 2
    return pixels[top : top + kept_rows, left : left + kept_columns]


def _resized(pixels: npt.NDArray[np.uint8], width: int, height: int, resize: Resize) -> npt.NDArray[np.uint8]:
    """Resize to an exact size; the same pixels come back, contiguous, when the size is already right."""
    rows, columns = pixels.shape[:2]
    result = np.ascontiguousarray(pixels)
    if resize == "bilinear":
        if (columns, rows) != (width, height):
            result = np.asarray(cv2.resize(result, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)
        return result
    # Halving is many times cheaper than averaging by an uneven factor, and what it leaves to average is a quarter.
    while rows % 2 == columns % 2 == 0 and rows >= 2 * height and columns >= 2 * width:
        rows, columns = rows // 2, columns // 2
        result = np.asarray(cv2.resize(result, (columns, rows), interpolation=cv2.INTER_AREA), np.uint8)
    # OpenCV averages only when no side grows, so the sides that shrink go first.
    shrunk = (min(width, columns), min(height, rows))
    if shrunk != (columns, rows):
        result = np.asarray(cv2.resize(result, shrunk, interpolation=cv2.INTER_AREA), np.uint8)
    if shrunk != (width, height):
        result = np.asarray(cv2.resize(result, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)
    return result
