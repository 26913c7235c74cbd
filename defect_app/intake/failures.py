"""Turns whatever a decoder fails by into a rejection; a lack of memory is never taken for a damaged file."""

from __future__ import annotations

import errno
import resource
from collections.abc import Callable
from typing import Final, TypeVar

import numpy as np

from defect_app.intake.headers import damaged_file
from defect_app.intake.photo import Rejection, UnusableFile

_OUT_OF_MEMORY: Final = (
    "out of memory",
    "not enough memory",
    "insufficient memory",
    "cannot allocate memory",
    "failed to allocate",
    "memory allocation",
    "bad_alloc",
    "bad allocation",
)

MEMORY_OF_DECODER: Final = 32_000_000
BYTES_A_PIXEL: Final = 8
"""With less than these at hand, a decoder that failed may have failed for want of memory."""
PIXELS_OF_OPENING: Final = 25_000_000
"""As many may be needed before the size of a picture is known: WebP's decoder is made when the file is opened."""

_Result = TypeVar("_Result")


def is_memory_error(error: BaseException) -> bool:
    """Return whether an exception of Python, Pillow, OpenCV or another library means that memory was short."""
    if isinstance(error, MemoryError) or (isinstance(error, OSError) and error.errno == errno.ENOMEM):
        return True
    said = str(error).lower()
    return any(words in said for words in _OUT_OF_MEMORY)


def not_enough_memory(name: str, sha256: str) -> Rejection:
    """Return the rejection of a file for which there was not enough memory; the file itself is not to blame."""
    return Rejection(
        name,
        sha256,
        "not enough memory on this machine for this photo",
        "Close other programs and try it again, or save it at a smaller size.",
        try_again=True,
    )


def or_rejection(
    work: Callable[[], _Result], name: str, sha256: str, *, decoding: int | None = None
) -> _Result | Rejection:
    """Return what `work` returns, or why the file cannot be used: decoders fail in every way there is.

    Parameters
    ----------
    work : callable
        Opens or decodes the file.
    name, sha256 : str
        The file's.
    decoding : int, optional
        How many pixels, at full scale, it has `work` decode; None while it reads the header.
    """
    try:
        return work()
    except UnusableFile as error:
        unusable = error
        is_header = decoding is None
    except Exception as error:  # one bad file must not end the batch
        if is_memory_error(error):
            return not_enough_memory(name, sha256)
        unusable = damaged_file()
        is_header = False
    if is_header:
        return Rejection(name, sha256, str(unusable), unusable.remedy)
    # Some decoders (WebP, HEIC, progressive JPEG) say of a lack of memory what they say of damage.
    if not _memory_at_hand(PIXELS_OF_OPENING if decoding is None else decoding):
        return not_enough_memory(name, sha256)
    # Other photos may have held the memory a moment ago.
    return Rejection(name, sha256, str(unusable), unusable.remedy, try_again=_is_memory_limited())


def _memory_at_hand(pixels: int) -> bool:
    """Return whether what a decoder needs could be allocated at this moment; none of it is touched."""
    try:
        np.empty(MEMORY_OF_DECODER + BYTES_A_PIXEL * pixels, np.uint8)
    except MemoryError:
        return False
    return True


def _is_memory_limited() -> bool:
    """Return whether the process has a limit at which allocations fail."""
    return resource.getrlimit(resource.RLIMIT_AS)[0] != resource.RLIM_INFINITY
