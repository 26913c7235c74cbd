"""A heat map as files to take away: 16-bit PNG and NPY."""

from __future__ import annotations

import io

import cv2
import numpy as np


def as_png16(heat: np.ndarray) -> bytes:
    """Return a heat map in [0, 1], shape (height, width), as a grey PNG of 16 bits: 0 is none, 65535 the strongest."""
    _, encoded = cv2.imencode(".png", np.rint(heat * 65535).astype(np.uint16))
    return bytes(encoded.tobytes())


def as_npy(heat: np.ndarray) -> bytes:
    """Return a heat map in [0, 1], shape (height, width), as a NumPy file of float32."""
    buffer = io.BytesIO()
    np.save(buffer, heat.astype(np.float32), allow_pickle=False)
    return buffer.getvalue()


def as_png(pixels: np.ndarray) -> bytes:
    """Return RGB pixels, uint8 of shape (height, width, 3), as PNG."""
    _, encoded = cv2.imencode(".png", cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR))
    return bytes(encoded.tobytes())
