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
    if longest_side is not None:
        pixels = at_most(pixels, longest_side)
    return _encoded(pixels, quality)


def encode_thumbnail(pixels: npt.NDArray[np.uint8], *, longest_side: int, quality: int = 80) -> bytes:
    """Encode RGB pixels as a small JPEG, quickly: they are halved to less than four times its size, then interpolated.

    Parameters
    ----------
    pixels : numpy.ndarray
        uint8, shape (height, width, 3), RGB.
    longest_side : int
        In pixels; smaller pictures keep their size.
    quality : int
        JPEG quality, 1..100.
    """
    # Averaging pairs has a path of its own in OpenCV, several times as quick as any other block.
    while max(pixels.shape[:2]) >= 4 * longest_side and min(pixels.shape[:2]) >= 2:
        height, width = pixels.shape[0] // 2, pixels.shape[1] // 2
        whole = pixels[: height * 2, : width * 2]
        pixels = np.asarray(cv2.resize(whole, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
    scale = longest_side / max(pixels.shape[:2])
    if scale < 1:
        size = (max(1, round(pixels.shape[1] * scale)), max(1, round(pixels.shape[0] * scale)))
        pixels = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_LINEAR), np.uint8)
    return _encoded(pixels, quality)


def _encoded(pixels: npt.NDArray[np.uint8], quality: int) -> bytes:
    blue_first = cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR)
    written, encoded = cv2.imencode(".jpg", blue_first, [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not written:
        raise ValueError(f"cannot encode pixels of shape {pixels.shape} as JPEG")
    return encoded.tobytes()


def at_most(pixels: npt.NDArray[np.uint8], longest_side: int) -> npt.NDArray[np.uint8]:
    """Return RGB pixels, shape (height, width, 3), made smaller where a side is longer than this, in pixels.

    A long photo gets as thin as one pixel, but never less.
    """
    height, width = pixels.shape[:2]
    if max(height, width) <= longest_side:
        return pixels
    scale = longest_side / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
