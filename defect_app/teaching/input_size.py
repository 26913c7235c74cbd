"""Which input size a new model gets: square, or as tall or wide as its product's photos are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from defect_app.catalog import FrameSpec, InputSpec
from defect_app.intake import Rejection, open_photo, read_file
from defect_app.teaching.request import TeachingFile

SQUARE = InputSpec(224, 224, "stretch", "area")
_LOOKED_AT = 60
_SQUARE_UP_TO = 1.5
"""A side ratio up to which stretching to a square loses little."""
_LONGEST_RATIO = 4.0
_SHORT_SIDE = 256
_STEP = 32


def choose_input(files: Sequence[TeachingFile], frame: FrameSpec | None = None) -> InputSpec:
    """Choose the input from the sizes that some files' headers tell.

    Small marks on a tall part vanish where it is squashed to a square. Where nine of ten photos are long in the same
    direction, the input is too, 256 pixels on its short side; elsewhere it is 224 x 224.

    Parameters
    ----------
    files : sequence of TeachingFile
        Some are opened, evenly chosen; none is decoded.
    frame : FrameSpec, optional
        The part of each photo that is taught, whose shape counts then.
    """
    chosen = [files[int(i)] for i in np.unique(np.linspace(0, len(files) - 1, min(len(files), _LOOKED_AT)))]
    taller = 1.0 if frame is None else frame.height / frame.width
    ratios = [ratio * taller for file in chosen if (ratio := _height_by_width(file)) is not None]
    if not ratios:
        return SQUARE
    usual = float(np.median(ratios))
    tall = np.mean([ratio > _SQUARE_UP_TO for ratio in ratios])
    wide = np.mean([ratio < 1 / _SQUARE_UP_TO for ratio in ratios])
    if max(tall, wide) < 0.9:
        return SQUARE
    long_side = _STEP * round(_SHORT_SIDE * min(max(usual, 1 / usual), _LONGEST_RATIO) / _STEP)
    height, width = (long_side, _SHORT_SIDE) if tall > wide else (_SHORT_SIDE, long_side)
    return InputSpec(height, width, "stretch", "area")


def _height_by_width(file: TeachingFile) -> float | None:
    from defect_app.intake.orientation import swaps_sides

    content = read_file(file.file)
    opened = content if isinstance(content, Rejection) else open_photo(content.data, file.file.name)
    if isinstance(opened, Rejection):
        return None
    width, height = opened.stored_size
    opened.image.close()
    return width / height if swaps_sides(opened.orientation) else height / width
