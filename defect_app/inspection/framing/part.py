"""Finds the part in an unfamiliar photo and judges it there: the best frame, and those that are as good."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from defect_app.catalog import ModelSpec
from defect_app.engine import Engine, Prediction
from defect_app.familiarity import FamiliarityModel, FamiliarityResult
from defect_app.inspection.framing.frame import Frame, Region, cut_out, overlap
from defect_app.inspection.framing.model import FrameModel
from defect_app.inspection.framing.search import SHARED, FrameSearch
from defect_app.inspection.input_pixels import input_pixels

SCALES = (0.98, 0.96, 0.94)
"""The frames that are judged, as shares of the found one: a sliver of background reads as damage at the part's edge."""
AS_GOOD = 1.2
"""A frame is as good as the nearest one up to this multiple of its distance, and `AS_GOOD_BEYOND` more."""
AS_GOOD_BEYOND = 0.005
MOST_ENLARGED = 2.0
"""How much a found part may be enlarged to the model's input: fine defects of a smaller one are not in the photo."""
TOO_SMALL = "the part is too small in it"
SEVERAL = "it shows more than one part: frame each"


@dataclass(frozen=True, eq=False)
class FoundPart:
    """The part in a photo, as the model answers to it.

    Attributes
    ----------
    frame : Frame
        Of the nearest frame, in pixels of the searched picture.
    prediction : Prediction
        On the nearest frame.
    familiarity : FamiliarityResult
        Of that frame, with the limit for found frames.
    near : tuple of ndarray
        The probabilities on the other frames that are as good.
    """

    frame: Frame
    prediction: Prediction
    familiarity: FamiliarityResult
    near: tuple[np.ndarray, ...]


class PartFinder:
    """Finds the part that a model judges; safe to call from several threads at once.

    Parameters
    ----------
    spec : ModelSpec
        What the model is.
    folder : Path
        Its folder, verified by the catalog.
    frames : FrameModel
        What finds the part.
    engine : Engine
        What judges it.
    familiarity : FamiliarityModel
        What says whether it is the part.
    """

    def __init__(
        self, spec: ModelSpec, folder: Path, frames: FrameModel, engine: Engine, familiarity: FamiliarityModel
    ) -> None:
        self._spec, self._engine, self._familiarity = spec, engine, familiarity
        self._search = FrameSearch(frames, folder)

    def find(self, pixels: np.ndarray) -> FoundPart | None:
        """Return the part in a photo; None where there is none that the model knows.

        Parameters
        ----------
        pixels : ndarray of uint8, shape (height, width, 3)
            RGB, upright.
        """
        found = self._search.find(pixels)
        part, limits = self._judged(pixels, found.region), self._search.model
        if found.score < limits.least_score or part.familiarity.distance > limits.most_distance:
            return None
        if found.other is None or found.other_score < limits.least_score:
            return part
        other = self._judged(pixels, self._search.refined(pixels, found.other))
        if other.familiarity.distance > limits.most_distance or overlap(part.frame, other.frame) > SHARED:
            return part
        # Judged is one of them: the photo must not pass for the other.
        problems = (*part.familiarity.quality_problems, SEVERAL)
        return replace(part, familiarity=replace(part.familiarity, quality_problems=problems))

    def nearest(self, pixels: np.ndarray) -> tuple[FoundPart, float]:
        """Return what looks most like the part, and how much it does, however little; the limits are fitted on it."""
        found = self._search.find(pixels)
        return self._judged(pixels, found.region), found.score

    def _judged(self, pixels: np.ndarray, region: Region) -> FoundPart:
        """Judge a place: the nearest of its frames, and those that are as good."""
        height, width = pixels.shape[:2]
        # Equal frames of tiny places are judged once.
        frames = list(dict.fromkeys(region.scaled(scale).within(width, height) for scale in SCALES))
        inputs = [input_pixels(cut_out(pixels, frame), self._spec) for frame in frames]
        answers = [self._engine.predict(taken) for taken in inputs]
        distances = self._familiarity.distances(np.stack([answer.features for answer in answers]))
        best = int(np.argmin(distances))
        known = self._familiarity.assess(answers[best].features, inputs[best])
        most = self._search.model.most_distance
        problems = known.quality_problems + too_small(frames[best], self._spec)
        as_good = distances <= distances[best] * AS_GOOD + AS_GOOD_BEYOND
        near = tuple(a.probabilities for i, a in enumerate(answers) if as_good[i] and i != best)
        familiar = replace(known, familiar=known.distance <= most, limit=most, quality_problems=problems)
        return FoundPart(frames[best], answers[best], familiar, near)


def too_small(frame: Frame, spec: ModelSpec) -> tuple[str, ...]:
    """Return that a part of a photo is too small to be judged; empty where it is not."""
    # What is cut to fit, or padded, is enlarged by the side that gives the scale.
    enlarged = (spec.input.width / frame.width, spec.input.height / frame.height)
    return (TOO_SMALL,) if (min if spec.input.fit == "letterbox" else max)(enlarged) > MOST_ENLARGED else ()
