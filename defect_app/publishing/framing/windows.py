"""Training windows for the filters of framing: their features, how well they lie, and the step to the frame."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import cv2
import numpy as np

from defect_app.inspection.framing import Frame, Region, overlap
from defect_app.inspection.framing.search import with_surroundings
from defect_app.publishing.framing.backgrounds import Backgrounds
from defect_app.publishing.framing.composition import Composition

FeatureMap = Callable[[np.ndarray], np.ndarray]
"""Pixels -> float32, shape (rows, columns, n_channels)."""

BEST_WINDOWS, OTHER_WINDOWS, BACKGROUND_WINDOWS = 5, 6, 8
"""Windows of a composition that lie best, windows of it by chance, and windows of a background."""
BACKGROUND_EVERY = 2
"""For every second composition, windows of a background are taken, too."""
SIZE_JITTER = 0.25
"""The part is larger or smaller than the window by up to this logarithm: sizes are searched half an octave apart."""
FINE_JITTERS = (0.05, 0.05, 0.05, 0.015, 0.015)
"""Standard deviations, in shares of the frame's sides, by which the frames that teach the fine filter lie off."""
_MOST_JITTER = 0.15


@dataclass(frozen=True)
class WindowShape:
    """A window of a feature map: rows and columns in cells, and the pixels of a cell."""

    rows: int
    columns: int
    stride: int

    @property
    def height(self) -> int:
        """In pixels."""
        return self.rows * self.stride

    @property
    def width(self) -> int:
        """In pixels."""
        return self.columns * self.stride


@dataclass(frozen=True, eq=False)
class WindowExamples:
    """Windows to fit a filter on.

    Attributes
    ----------
    features : ndarray of float32, shape (n, n_channels * rows * columns)
        Channels first, as filters hold them.
    overlaps : ndarray, shape (n,)
        Intersection over union with the part's frame, 0 on backgrounds.
    steps : ndarray, shape (n, 4)
        From the window to the frame, see `Region.moved`.
    """

    features: np.ndarray
    overlaps: np.ndarray
    steps: np.ndarray


def coarse_examples(
    rng: np.random.Generator,
    feature_map: FeatureMap,
    shape: WindowShape,
    compositions: Iterable[Composition],
    backgrounds: Backgrounds,
) -> WindowExamples:
    """Take windows around the parts of compositions, and windows of backgrounds, as the search meets them."""
    features: list[np.ndarray] = []
    overlaps: list[float] = []
    steps: list[tuple[float, ...]] = []
    for number, composition in enumerate(compositions):
        pixels, frame = _near_part(rng, composition, shape)
        windows = _windows(feature_map(pixels), shape)
        places = [
            (overlap(Region(c * shape.stride, r * shape.stride, shape.width, shape.height), frame), r, c)
            for r, c in np.ndindex(windows.shape[:2])
        ]
        places.sort(reverse=True)
        others = rng.choice(len(places), min(OTHER_WINDOWS, len(places)), replace=False)
        for shared, row, column in places[:BEST_WINDOWS] + [places[i] for i in others]:
            features.append(windows[row, column].reshape(-1))
            overlaps.append(shared)
            place = Region(column * shape.stride, row * shape.stride, shape.width, shape.height)
            steps.append(step_between(place, frame))
        if number % BACKGROUND_EVERY:
            continue
        windows = _windows(feature_map(backgrounds.draw(rng, height=2 * shape.height, width=3 * shape.width)), shape)
        for _ in range(BACKGROUND_WINDOWS):
            row, column = int(rng.integers(windows.shape[0])), int(rng.integers(windows.shape[1]))
            features.append(windows[row, column].reshape(-1))
            overlaps.append(0.0)
            steps.append((0.0, 0.0, 0.0, 0.0))
    return WindowExamples(np.stack(features), np.array(overlaps), np.array(steps))


def fine_examples(
    rng: np.random.Generator, feature_map: FeatureMap, shape: WindowShape, compositions: Iterable[Composition]
) -> WindowExamples:
    """Take frames that lie a little off, with their surroundings; `shape` is the window with its surroundings."""
    features: list[np.ndarray] = []
    steps: list[tuple[float, ...]] = []
    for composition in compositions:
        for deviation in FINE_JITTERS:
            jitter = np.clip(rng.normal(0, deviation, 4), -_MOST_JITTER, _MOST_JITTER)
            off = composition.frame.moved(*map(float, jitter))
            whole, pixels = with_surroundings(composition.pixels, off, shape.rows, shape.columns, shape.stride)
            features.append(feature_map(pixels).transpose(2, 0, 1).reshape(-1))
            steps.append(step_between(whole, composition.frame))
    return WindowExamples(np.stack(features), np.ones(len(features)), np.array(steps))


def step_between(place: Region, frame: Region | Frame) -> tuple[float, float, float, float]:
    """Return by how much a frame lies to the right of a place, below it, and is wider and taller."""
    return (
        (frame.x + frame.width / 2 - place.x - place.width / 2) / place.width,
        (frame.y + frame.height / 2 - place.y - place.height / 2) / place.height,
        float(np.log(frame.width / place.width)),
        float(np.log(frame.height / place.height)),
    )


def _windows(feature_map: np.ndarray, shape: WindowShape) -> np.ndarray:
    """Return every window of a map, shape (rows, columns, n_channels, window rows, window columns)."""
    return np.lib.stride_tricks.sliding_window_view(feature_map, (shape.rows, shape.columns), axis=(0, 1))


def _near_part(rng: np.random.Generator, composition: Composition, shape: WindowShape) -> tuple[np.ndarray, Region]:
    """Return the surroundings of the part at about the window's size, and where the frame lies in them."""
    frame, (height, width) = composition.frame, composition.pixels.shape[:2]
    scale = shape.width / frame.width * float(np.exp(rng.uniform(-SIZE_JITTER, SIZE_JITTER)))
    size = (round(width * scale), round(height * scale))
    resized = cv2.resize(composition.pixels, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    across, down = size[0] / width, size[1] / height
    placed = Region(frame.x * across, frame.y * down, frame.width * across, frame.height * down)
    left = max(0, int(placed.x + placed.width / 2 - 1.3 * shape.width - rng.integers(shape.stride)))
    top = max(0, int(placed.y + placed.height / 2 - 1.3 * shape.height - rng.integers(shape.stride)))
    pixels = resized[top : top + int(2.7 * shape.height), left : left + int(2.7 * shape.width)]
    below, right = max(0, shape.height - pixels.shape[0]), max(0, shape.width - pixels.shape[1])
    if below or right:
        pixels = cv2.copyMakeBorder(pixels, 0, below, 0, right, cv2.BORDER_REPLICATE)
    return np.asarray(pixels, np.uint8), placed._replace(x=placed.x - left, y=placed.y - top)
