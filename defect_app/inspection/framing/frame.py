"""The part of a photo that is judged: its place in upright pixels, and how it is cut out."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np


class Frame(NamedTuple):
    """The part of a photo that was judged, in pixels of the upright photo; ``[x, y, width, height]`` in JSON."""

    x: int
    y: int
    width: int
    height: int


class Region(NamedTuple):
    """A rectangle in a picture, in pixels of any fraction; it may reach beyond the picture's edges."""

    x: float
    y: float
    width: float
    height: float

    def scaled(self, factor: float) -> Region:
        """Return the region of `factor` times the sides, about the same centre."""
        width, height = self.width * factor, self.height * factor
        return Region(self.x + (self.width - width) / 2, self.y + (self.height - height) / 2, width, height)

    def moved(self, across: float, down: float, wider: float, taller: float) -> Region:
        """Return the region moved by shares of its sides, and enlarged by factors whose logarithms are given."""
        width, height = self.width * float(np.exp(wider)), self.height * float(np.exp(taller))
        x = self.x + self.width * (0.5 + across) - width / 2
        y = self.y + self.height * (0.5 + down) - height / 2
        return Region(x, y, width, height)

    def within(self, width: int, height: int) -> Frame:
        """Return the whole pixels of the region that lie in a picture; at least one.

        Parameters
        ----------
        width, height : int
            Of the picture.
        """
        left, top = min(max(0, round(self.x)), width - 1), min(max(0, round(self.y)), height - 1)
        right = max(left + 1, min(width, round(self.x + self.width)))
        bottom = max(top + 1, min(height, round(self.y + self.height)))
        return Frame(left, top, right - left, bottom - top)


def overlap(one: Region | Frame, other: Region | Frame) -> float:
    """Return the intersection over union of two rectangles, in [0, 1]."""
    across = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
    down = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
    shared = max(0.0, across) * max(0.0, down)
    return shared / (one.width * one.height + other.width * other.height - shared)


def resized_frame(frame: Frame, *, picture: tuple[int, int], to: tuple[int, int]) -> Frame:
    """Return a frame in a copy of its picture of another size.

    Parameters
    ----------
    frame : Frame
        In a picture of the size `picture`.
    picture, to : (width, height)
        In pixels.
    """
    across, down = to[0] / picture[0], to[1] / picture[1]
    region = Region(frame.x * across, frame.y * down, frame.width * across, frame.height * down)
    return region.within(*to)


def cut_out(pixels: np.ndarray, frame: Frame) -> np.ndarray:
    """Return a view of the pixels in a frame, shape (frame.height, frame.width, 3)."""
    return pixels[frame.y : frame.y + frame.height, frame.x : frame.x + frame.width]


def cut_with_surroundings(pixels: np.ndarray, region: Region) -> np.ndarray:
    """Cut out a region that may reach beyond the picture; beyond it the picture's edge goes on."""
    height, width = pixels.shape[:2]
    left, top = round(region.x), round(region.y)
    right, bottom = max(left + 1, round(region.x + region.width)), max(top + 1, round(region.y + region.height))
    inner = pixels[
        min(max(0, top), height - 1) : max(min(height, bottom), 1),
        min(max(0, left), width - 1) : max(min(width, right), 1),
    ]
    before, after = (max(0, -top), max(0, -left)), (max(0, bottom - height), max(0, right - width))
    if not any(before + after):
        return inner
    return np.asarray(
        cv2.copyMakeBorder(inner, before[0], after[0], before[1], after[1], cv2.BORDER_REPLICATE), np.uint8
    )
