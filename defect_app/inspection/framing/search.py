"""Finds the part in a photo: every window of every size at once, then the best one brought to its edges.

A sliding window detector on the features of the very network that judges, with regression of the rectangle as in
Girshick, Donahue, Darrell, Malik, "Rich feature hierarchies for accurate object detection", CVPR 2014. The filters are
fitted to where the part lies, not to how usual it looks, so that a defect at its edge is not left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from defect_app.engine import FrameNetwork
from defect_app.inspection.framing.frame import Region, cut_with_surroundings
from defect_app.inspection.framing.model import CONTEXT_CELLS, FrameModel
from defect_app.intake import fit_to_input

LEAST_SHARE = 0.25
"""The smallest part that is looked for, as a share of the photo's side."""
SIZES_AN_OCTAVE = 2
FINE_STEPS = 3
MOST_PIXELS = 1_000_000
"""No photo is searched at a larger size: a long and narrow one is not searched for its smallest parts."""
SHARED = 0.1
"""A place that shares more than this of its surface with the best one is no second part."""
_MOST_STEP = 0.5
"""A single step moves and enlarges a frame by no more than this share."""


@dataclass(frozen=True)
class FoundFrame:
    """The best place of a photo: where it lies, in pixels of the searched picture, and how much it is the part.

    Attributes
    ----------
    region, score : Region, float
        Of the best place.
    other, other_score : Region or None, float
        Of the best one beside it, which may be a second part; None where nothing lies beside it.
    """

    region: Region
    score: float
    other: Region | None = None
    other_score: float = -np.inf


class FrameSearch:
    """Searches photos for the part of one model; safe to call from several threads at once.

    Parameters
    ----------
    model : FrameModel
        What the part looks like.
    folder : Path
        The model folder that holds the network, verified by the catalog.
    """

    def __init__(self, model: FrameModel, folder: Path) -> None:
        self.model = model
        self._coarse = FrameNetwork(folder, model.layer, model.coarse)
        self._fine = FrameNetwork(folder, model.layer, model.fine)

    def find(self, pixels: np.ndarray) -> FoundFrame:
        """Return the best place in a photo, however little it may be the part.

        Parameters
        ----------
        pixels : ndarray of uint8, shape (height, width, 3)
            RGB, upright.
        """
        found = self._best_window(pixels)
        return replace(found, region=self.refined(pixels, found.region))

    def refined(self, pixels: np.ndarray, region: Region) -> Region:
        """Bring a place to the edges of the part in it."""
        for _ in range(FINE_STEPS):
            region = self._refined(pixels, region)
        return region

    def _best_window(self, pixels: np.ndarray) -> FoundFrame:
        stride, window = self.model.stride, self.model.coarse
        height, width = pixels.shape[:2]
        tall, wide = window.rows * stride, window.columns * stride
        largest = min(height / tall, width / wide)
        best = FoundFrame(Region(0, 0, width, height), -np.inf)
        searched: list[_Windows] = []
        for share in _shares():
            scale = 1 / (largest * share)
            rows, columns = max(tall, round(height * scale)), max(wide, round(width * scale))
            if rows * columns > MOST_PIXELS:
                break
            answers = self._coarse(fit_to_input(pixels, height=rows, width=columns, fit="stretch"))
            row, column = np.unravel_index(int(np.argmax(answers[..., 0])), answers.shape[:2])
            score, *step = map(float, answers[row, column])
            across, down = width / columns, height / rows
            searched.append(_Windows(answers, stride * across, stride * down, wide * across, tall * down))
            if score > best.score:
                best = FoundFrame(_stepped(searched[-1].at(int(row), int(column)), step), score)
        return _with_other(best, searched)

    def _refined(self, pixels: np.ndarray, region: Region) -> Region:
        window, stride = self.model.fine, self.model.stride
        whole, cut = with_surroundings(pixels, region, window.rows, window.columns, stride)
        return _stepped(whole, list(map(float, self._fine(cut)[0, 0])))


@dataclass(frozen=True, eq=False)
class _Windows:
    """The answers to the windows of one size, with the windows' steps and sides in pixels of the photo."""

    answers: np.ndarray
    across: float
    down: float
    width: float
    height: float

    def at(self, row: int, column: int) -> Region:
        return Region(column * self.across, row * self.down, self.width, self.height)

    def beside(self, region: Region) -> np.ndarray:
        """Return which windows share at most `SHARED` of the smaller one's surface with a region."""
        rows, columns = self.answers.shape[:2]
        left, top = np.arange(columns) * self.across, np.arange(rows) * self.down
        wide = np.minimum(left + self.width, region.x + region.width) - np.maximum(left, region.x)
        tall = np.minimum(top + self.height, region.y + region.height) - np.maximum(top, region.y)
        shared = np.clip(tall, 0, None)[:, None] * np.clip(wide, 0, None)
        return np.asarray(shared <= SHARED * min(self.width * self.height, region.width * region.height))


def _with_other(best: FoundFrame, searched: Sequence[_Windows]) -> FoundFrame:
    for windows in searched:
        scores = np.where(windows.beside(best.region), windows.answers[..., 0], -np.inf)
        row, column = np.unravel_index(int(np.argmax(scores)), scores.shape)
        score = float(scores[row, column])
        if score > best.other_score:
            step = [float(value) for value in windows.answers[row, column][1:]]
            best = replace(best, other=_stepped(windows.at(int(row), int(column)), step), other_score=score)
    return best


def with_surroundings(
    pixels: np.ndarray, region: Region, rows: int, columns: int, stride: int
) -> tuple[Region, np.ndarray]:
    """Cut out a frame with `CONTEXT_CELLS` of its surroundings on each side, as the fine filter sees it.

    Parameters
    ----------
    pixels : ndarray of uint8, shape (height, width, 3)
        The photo.
    region : Region
        The frame.
    rows, columns, stride : int
        The filter's size in cells, and a cell's pixels.

    Returns
    -------
    region : Region
        The frame in whole pixels, so that a step is counted from what was really cut out.
    pixels : ndarray of uint8, shape (rows * stride, columns * stride, 3)
        It and its surroundings.
    """
    whole = Region(*map(round, region))
    wide, tall = whole.width / (columns - 2 * CONTEXT_CELLS), whole.height / (rows - 2 * CONTEXT_CELLS)
    around = Region(whole.x - CONTEXT_CELLS * wide, whole.y - CONTEXT_CELLS * tall, wide * columns, tall * rows)
    cut = cut_with_surroundings(pixels, around)
    return whole, fit_to_input(cut, height=rows * stride, width=columns * stride, fit="stretch")


def _shares() -> list[float]:
    """Return the sizes that are looked for, largest first, as shares of what fits into the photo."""
    steps = int(np.ceil(SIZES_AN_OCTAVE * np.log2(1 / LEAST_SHARE)))
    return [2 ** (-step / SIZES_AN_OCTAVE) for step in range(steps + 1)]


def _stepped(region: Region, step: list[float]) -> Region:
    bounded = (float(v) for v in np.clip(np.nan_to_num(step), -_MOST_STEP, _MOST_STEP))
    return region.moved(*bounded)
