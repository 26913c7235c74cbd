"""Writes our own JPEG of pixels: the only form in which a photo is shown, never the bytes that were uploaded."""

import cv2
import numpy as np
import numpy.typing as npt


def encode_jpeg(pixels: npt.NDArray[np.uint8], *, longest_side: int | None = None, quality: int = 88) -> bytes:
    """Encode RGB pixels as JPEG for display.

    Parameters
    ----------
    pixels : numpy.ndarray
        uint8, shape (height, width, 3), RGB.
    longest_side : int, optional
        Shrink so that no side is longer than this, in pixels; smaller pictures keep their size.
    quality : int
        JPEG quality, 1..100.

    Returns
    -------
    bytes
        A JPEG file without metadata.

    Raises
    ------
    ValueError
        The pixels are not uint8 of shape (height, width, 3).
    """
    if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] != 3 or 0 in pixels.shape:
        raise ValueError(f"expected uint8 pixels of shape (height, width, 3), got {pixels.dtype} {pixels.shape}")
    height, width = pixels.shape[:2]
    if longest_side is not None and max(height, width) > longest_side:
        scale = longest_side / max(height, width)
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        pixels = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
    blue_first = cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR)
    written, encoded = cv2.imencode(".jpg", blue_first, [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not written:
        raise ValueError(f"cannot encode pixels of shape {pixels.shape} as JPEG")
    return encoded.tobytes()
