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
        "JPEG", "PNG", "WebP", "BMP", "AVIF", "HEIC" or "TIFF".
    notes : tuple of str
        What was done to the picture that a person may want to know, in plain words.
    doubt : str
        Why the picture may not be what the camera saw, in plain words; a person then decides. Mostly empty.
    """

    name: str
    sha256: str
    pixels: npt.NDArray[np.uint8]
    width: int
    height: int
    format: str
    notes: tuple[str, ...] = ()
    doubt: str = ""


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
    try_again : bool
        Whether the file is not to blame: something was short, and the same file may be accepted a moment later.
    """

    name: str
    sha256: str
    reason: str
    remedy: str
    try_again: bool = False


class UnusableFile(DefectLensError):
    """A file is not a photo that the app can use; `read_photo` turns it into a `Rejection`.

    Attributes
    ----------
    sha256 : str
        Of the file's bytes, where whoever held them knows it and nobody else will; else empty.
    """

    sha256 = ""


def pixel_hash(photo: Photo) -> str:
    """Return the hexadecimal SHA-256 of a photo's size and upright pixels.

    Files that differ in their bytes alone, by a comment or by lossless compression, share it.
    """
    height, width = photo.pixels.shape[:2]
    digest = hashlib.sha256(f"{photo.width} {photo.height} {width} {height} ".encode())
    digest.update(np.ascontiguousarray(photo.pixels).data)
    return digest.hexdigest()


def content_hash(data: bytes) -> str:
    """Return the hexadecimal SHA-256 of a file's bytes, which is the photo's identity."""
    return hashlib.sha256(data).hexdigest()
