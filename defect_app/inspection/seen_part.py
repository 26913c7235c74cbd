"""What a model sees of a photo: all of it, or the frame that was judged, at the input size."""

from __future__ import annotations

import numpy as np

from defect_app.catalog import ModelSpec
from defect_app.inspection.framing import Frame, cut_out, resized_frame
from defect_app.inspection.input_pixels import input_pixels
from defect_app.intake import Photo


def seen_pixels(photo: Photo, frame: Frame | None, spec: ModelSpec) -> np.ndarray:
    """Return the part of a photo that a model judges, as it gets it.

    Parameters
    ----------
    photo : Photo
        With its pixels, which may be fewer than the original's.
    frame : Frame or None
        In pixels of the upright original; None is the whole photo.
    spec : ModelSpec
        What the model takes.

    Returns
    -------
    ndarray of uint8, shape (height, width, 3)
        At the input size.
    """
    if frame is None:
        return input_pixels(photo.pixels, spec)
    height, width = photo.pixels.shape[:2]
    inner = resized_frame(frame, picture=(photo.width, photo.height), to=(width, height))
    return input_pixels(cut_out(photo.pixels, inner), spec)


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
