"""A photo and all that was found out about it, and its verdict at another operating point."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from defect_app.catalog import ModelSpec
from defect_app.decision import Judgement, OperatingPoint, judge
from defect_app.engine import ActivationMap
from defect_app.familiarity import FamiliarityResult
from defect_app.inspection.framing import Frame
from defect_app.intake import Photo


@dataclass(frozen=True)
class Inspected:
    """A photo and all that was found out about it.

    Attributes
    ----------
    photo : Photo
        The upright pixels that were judged.
    probabilities : ndarray of float32, shape (n_classes,)
        In the order of the spec's classes.
    activation_map : ActivationMap or None
        Where in the photo the evidence lies; None, too, for an unfamiliar photo, where it would mean nothing.
    familiarity : FamiliarityResult or None
        How familiar and how good the photo is; None where the model remembers nothing.
    judgement : Judgement
        The verdict with its reason.
    frame : Frame or None
        The part of the photo that was judged, in pixels of the upright original; None is the whole photo.
    near : tuple of ndarray
        Probabilities on frames that are as good as the found one: all must lead to the same verdict.
    """

    photo: Photo
    probabilities: np.ndarray
    activation_map: ActivationMap | None
    familiarity: FamiliarityResult | None
    judgement: Judgement
    frame: Frame | None = None
    near: tuple[np.ndarray, ...] = ()

    @property
    def is_familiar(self) -> bool:
        """Whether the model knows photos like this one; true where it remembers none."""
        return self.familiarity is None or self.familiarity.familiar

    def without_pixels(self) -> Inspected:
        """Return the same without the photo's pixels, to be kept."""
        return replace(self, photo=replace(self.photo, pixels=self.photo.pixels[:0, :0].copy()))


def judged_anew(inspected: Inspected, spec: ModelSpec, point: OperatingPoint) -> Inspected:
    """Return a photo with the verdict that its stored probabilities get at another operating point."""
    judgement = judge(
        inspected.probabilities,
        spec,
        point,
        inspected.familiarity,
        doubt=inspected.photo.doubt,
        near=inspected.near,
        is_part=inspected.frame is not None,
    )
    return replace(inspected, judgement=judgement)
