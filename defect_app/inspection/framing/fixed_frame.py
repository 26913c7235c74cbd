"""Frames that somebody chose: as shares of a photo, for a camera that stands still, or in pixels of a photo."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Final, Self

from defect_app.catalog import FrameSpec, ModelSpec
from defect_app.catalog.spec import LEAST_SHARE
from defect_app.decision import OperatingPoint
from defect_app.inspection.framing.frame import Frame, Region

MOST_FRAMES: Final = 24
"""So many frames of one photo are judged, each with a verdict of its own."""
_EVERY_PIXEL: Final = 100_000
"""More than a photo's side: it is decoded at its full scale."""


@dataclass(frozen=True)
class FixedFrame(FrameSpec):
    """A rectangle in every photo, whatever its size; the catalog's own, with its pixels in a photo."""

    @classmethod
    def of_spec(cls, spec: ModelSpec) -> tuple[Self, ...]:
        """Return the frame that a model was taught with, if any."""
        return () if spec.frame is None else (cls(**vars(spec.frame)),)

    @classmethod
    def of(cls, frame: Frame, width: int, height: int) -> Self:
        """Return a frame of a photo of this size in pixels."""
        return cls(frame.x / width, frame.y / height, frame.width / width, frame.height / height)

    @classmethod
    def clamped(cls, x: float, y: float, width: float, height: float) -> Self:
        """Return the part of a rectangle that lies in the photo; at least `LEAST_SHARE` wide and high.

        Raises
        ------
        ValueError
            If a side is no number.
        """
        if not all(map(isfinite, (x, y, width, height))):
            raise ValueError(f"expected four numbers, got {(x, y, width, height)}")
        left, top = (min(max(0.0, v), 1 - LEAST_SHARE) for v in (x, y))
        right, bottom = (
            min(1.0, max(start + LEAST_SHARE, end)) for start, end in ((left, x + width), (top, y + height))
        )
        return cls(left, top, right - left, bottom - top)

    def in_photo(self, width: int, height: int) -> Frame:
        """Return the frame in pixels of a photo of this size."""
        return Region(self.x * width, self.y * height, self.width * width, self.height * height).within(width, height)

    def divided(self, rows: int, columns: int) -> tuple[FixedFrame, ...]:
        """Return the cells of a grid over the frame, row by row: parts in a tray."""
        wide, tall = self.width / columns, self.height / rows
        return tuple(
            FixedFrame(self.x + column * wide, self.y + row * tall, wide, tall)
            for row in range(rows)
            for column in range(columns)
        )


@dataclass(frozen=True)
class PixelFrame:
    """A rectangle in pixels of the upright photo, for whoever knows the size of the photos."""

    frame: Frame

    def in_photo(self, width: int, height: int) -> Frame:
        """Return the frame.

        Raises
        ------
        ValueError
            If it does not lie in a photo of this size.
        """
        frame = self.frame
        if frame.x + frame.width > width or frame.y + frame.height > height:
            raise ValueError(f"expected a frame within {width} x {height} pixels, got {tuple(frame)}")
        return frame


ChosenFrame = FixedFrame | PixelFrame


@dataclass(frozen=True)
class FramesInUse:
    """The frames that photos of a product are judged in.

    Attributes
    ----------
    frames : tuple of FixedFrame or PixelFrame
        Each is a verdict of its own; none means the whole photo.
    is_known : bool
        Whether it is sure that these apply. Else every photo is left to a person.
    warning : str
        What could not be read, in words; empty when all is as it should be.
    """

    frames: tuple[ChosenFrame, ...] = ()
    is_known: bool = True
    warning: str = ""

    def at(self, point: OperatingPoint) -> OperatingPoint:
        """Return the point to judge with: one that leaves every photo to a person where the frames are not known."""
        return point if self.is_known else point.unknown(self.warning)


def decoded_side(least_side: int, frames: Sequence[ChosenFrame]) -> int:
    """Return the side that a reduced decode must keep, so that the smallest frame has the pixels that a model needs.

    Parameters
    ----------
    least_side : int
        What a whole photo needs, see `Inspector.least_side`.
    frames : sequence of FixedFrame or PixelFrame
        The parts of the photo that are judged; none is the whole.
    """
    shares = [min(frame.width, frame.height) for frame in frames if isinstance(frame, FixedFrame)]
    if len(shares) < len(frames):
        return _EVERY_PIXEL  # what share of the photo it is shows when the photo is decoded
    return round(least_side / min(shares, default=1.0))
