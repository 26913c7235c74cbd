"""Where the part is in photos of a camera that stands still: what differs from the colour at the photos' edges."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from defect_app.inspection.framing import FixedFrame
from defect_app.intake import Photo, PhotoFile, Rejection, read_file, read_photo

_MOST_PHOTOS = 24
_SIDE = 128
_RIM = 5
"""Pixels at each edge, of `_SIDE`, whose median colour is the background's."""
_LEAST_CONTRAST = 12.0
"""Distance in CIE L*a*b* (0 to 255 a channel) from which on something differs from the background."""
_LEAST_SHARE = 0.01
"""Of the photo: what covers less is no part."""
_MOST_APART = 0.05
"""By which share of the photo's side edges of the part may usually differ between photos."""
_FILLS = 0.8
"""Share of the photo from which on a frame leaves out too little."""
_MARGIN = 0.02


@dataclass(frozen=True)
class PartPlace:
    """Where the part is in all photos; without a `frame`, `reason` says why none was found."""

    frame: FixedFrame | None
    reason: str


def find_place(files: Sequence[PhotoFile]) -> PartPlace:
    """Find the frame that holds the part in nearly all photos.

    Parameters
    ----------
    files : sequence of PhotoFile
        Some are read, evenly chosen.
    """
    chosen = np.unique(np.linspace(0, len(files) - 1, min(len(files), _MOST_PHOTOS)).astype(int))
    found = [_edges(photo) for i in chosen if (photo := _read(files[i])) is not None]
    edges = np.array([of_photo for of_photo in found if of_photo is not None])
    if len(edges) < max(1, 0.7 * len(found)):
        return PartPlace(None, "No part stands out from the background in these photos: draw the frame.")
    apart = np.median(np.abs(edges - np.median(edges, axis=0)), axis=0)
    if apart.max() > _MOST_APART:
        return PartPlace(None, "The part is not at one place in these photos: a frame would cut it in some.")
    left, top = np.quantile(edges[:, :2], 0.1, axis=0) - _MARGIN
    right, bottom = np.quantile(edges[:, 2:], 0.9, axis=0) + _MARGIN
    frame = FixedFrame.clamped(*map(float, (left, top, right - left, bottom - top)))
    if frame.width * frame.height > _FILLS:
        return PartPlace(None, "The part fills the photos, so that a frame would leave out hardly anything.")
    return PartPlace(frame, "")


def _read(file: PhotoFile) -> Photo | None:
    content = read_file(file)
    photo = content if isinstance(content, Rejection) else read_photo(content.data, file.name, least_side=_SIDE)
    return photo if isinstance(photo, Photo) else None


def _edges(photo: Photo) -> tuple[float, float, float, float] | None:
    """Return left, top, right and bottom of what stands out, as shares of the photo's sides."""
    small = cv2.resize(photo.pixels, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA)
    colours = cv2.cvtColor(cv2.GaussianBlur(small, (0, 0), 1.0), cv2.COLOR_RGB2LAB).astype(np.float32)
    rim = np.ones((_SIDE, _SIDE), bool)
    rim[_RIM:-_RIM, _RIM:-_RIM] = False
    distance = np.linalg.norm(colours - np.median(colours[rim], axis=0), axis=2)
    otsu, _ = cv2.threshold(distance.clip(0, 255).astype(np.uint8), 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    # Half of Otsu's level: parts have dark and light sides, and those that are nearer to the background belong to them.
    mask = (distance > max(_LEAST_CONTRAST, otsu / 2)).astype(np.uint8)
    mask = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    count, _, stats, _ = cv2.connectedComponentsWithStats(mask)
    areas = stats[1:, cv2.CC_STAT_AREA]
    if count < 2 or areas.max() < _LEAST_SHARE * _SIDE**2:
        return None
    pieces = stats[1:][areas >= 0.1 * areas.max()]
    left, top = pieces[:, cv2.CC_STAT_LEFT], pieces[:, cv2.CC_STAT_TOP]
    right, bottom = left + pieces[:, cv2.CC_STAT_WIDTH], top + pieces[:, cv2.CC_STAT_HEIGHT]
    return left.min() / _SIDE, top.min() / _SIDE, right.max() / _SIDE, bottom.max() / _SIDE
