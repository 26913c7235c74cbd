"""What intake hands on: an accepted photo, or a rejection that says why."""

import hashlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from defect_app.errors import DefectLensError


@dataclass(frozen=True, eq=False)
class Photo:
    """An accepted photo: upright RGB pixels and where they came from.

    Parameters
    ----------
    name : str
        File name as the user gave it: data, never a path. Show it through `display_name`.
    sha256 : str
        Hexadecimal SHA-256 of the original bytes: the photo's identity.
    pixels : numpy.ndarray
        uint8, shape (height, width, 3), RGB, upright, read-only. The size may be a fraction of the original's.
    width, height : int
        Upright size of the original, in pixels.
    format : str
        "JPEG", "PNG", "WebP", "BMP", "AVIF" or "HEIC".
    notes : tuple of str
        What was done to the picture that a person may want to know, in plain words.
    """

    name: str
    sha256: str
    pixels: npt.NDArray[np.uint8]
    width: int
    height: int
    format: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rejection:
    """A file that cannot be used as a photo.

    Parameters
    ----------
    name : str
        File name as the user gave it.
    sha256 : str
        Hexadecimal SHA-256 of the file's bytes.
    reason : str
        Why, in plain words: "empty file".
    remedy : str
        What the user can do about it.
    """

    name: str
    sha256: str
    reason: str
    remedy: str


class UnusableFile(DefectLensError):
    """A file is not a photo that the app can use; `read_photo` turns it into a `Rejection`."""


def content_hash(data: bytes) -> str:
    """Return the hexadecimal SHA-256 of a file's bytes, which is the photo's identity."""
    return hashlib.sha256(data).hexdigest()
