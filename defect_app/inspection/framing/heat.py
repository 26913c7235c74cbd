"""A heat map of a part of a photo, laid over the whole photo."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from defect_app.engine import ActivationMap, upsample_map
from defect_app.inspection.framing.frame import Frame, resized_frame


def in_whole_photo(
    map_: ActivationMap, frame: Frame, *, width: int, height: int, longest_side: int = 128
) -> ActivationMap:
    """Move a map from the frame to the whole photo: zero where the model did not look.

    Parameters
    ----------
    map_ : ActivationMap
        Over the frame.
    frame : Frame
        In pixels of the photo.
    width, height : int
        The upright photo's size in pixels.
    longest_side : int
        Longest side of the returned values where the frame is not the whole photo.
    """
    if frame == (0, 0, width, height):
        return map_
    unit = longest_side / max(width, height)
    columns, rows = max(1, round(width * unit)), max(1, round(height * unit))
    inner = resized_frame(frame, picture=(width, height), to=(columns, rows))
    values = np.zeros((rows, columns), np.float32)
    values[inner.y : inner.y + inner.height, inner.x : inner.x + inner.width] = upsample_map(
        map_.values, height=inner.height, width=inner.width
    )
    return replace(map_, values=values)
