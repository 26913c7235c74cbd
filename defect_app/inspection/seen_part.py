"""What a model sees of a photo: all of it, or the frame that was judged, at the input size."""

from __future__ import annotations

import numpy as np

from defect_app.catalog import ModelSpec
from defect_app.inspection.framing import FixedFrame, Frame, cut_out, resized_frame
from defect_app.inspection.input_pixels import input_pixels
from defect_app.intake import Photo


def seen_pixels(photo: Photo, frame: Frame | None, spec: ModelSpec) -> np.ndarray:
    """Return the part of a photo that a model judges, as it gets it.

    Parameters
    ----------
    photo : Photo
        With its pixels, which may be fewer than the original's.
    frame : Frame or None
        In pixels of the upright original; None is what the model sees by itself: the frame that it was taught with,
        or the whole photo.
    spec : ModelSpec
        What the model takes.

    Returns
    -------
    ndarray of uint8, shape (height, width, 3)
        At the input size.
    """
    if frame is None:
        frame = own_frame(photo, spec)
    return input_pixels(part_of(photo, frame), spec)


def own_frame(photo: Photo, spec: ModelSpec) -> Frame:
    """Return the part of a photo that a model sees by itself: the frame that it was taught with, or the whole."""
    for frame in FixedFrame.of_spec(spec):
        return frame.in_photo(photo.width, photo.height)
    return whole_of(photo)


def whole_of(photo: Photo) -> Frame:
    """Return the frame that is the whole photo."""
    return Frame(0, 0, photo.width, photo.height)


def part_of(photo: Photo, frame: Frame) -> np.ndarray:
    """Return the pixels of a frame that is given in pixels of the original, which may have more than are at hand."""
    height, width = photo.pixels.shape[:2]
    return cut_out(photo.pixels, resized_frame(frame, picture=(photo.width, photo.height), to=(width, height)))


def side_to_decode(photo: Photo, frame: Frame | None, least_side: int) -> int:
    """Return the side that a reduced decode must keep so that a part of a photo has the pixels that a model needs.

    Parameters
    ----------
    photo : Photo
        The photo, with any number of pixels.
    frame : Frame or None
        In pixels of the upright original; None is the whole photo.
    least_side : int
        What the whole photo needs, see `Inspector.least_side`.
    """
    if frame is None:
        return least_side
    return round(least_side / min(frame.width / photo.width, frame.height / photo.height))
