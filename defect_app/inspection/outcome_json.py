"""Outcomes as JSON and back, to the bit: what one process judged, another one, or a later one, makes the record of."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from defect_app.catalog import ModelSpec
from defect_app.decision import OperatingPoint, judge
from defect_app.familiarity import FamiliarityResult
from defect_app.inspection.file_judge import Outcome
from defect_app.inspection.framing import Frame
from defect_app.inspection.inspector import Inspected
from defect_app.intake import Photo, Rejection

_NO_PIXELS = np.zeros((0, 0, 3), np.uint8)


def outcome_as_json(outcome: Outcome[Any]) -> str:
    """Return what was found out about a content: neither its file's name, nor pixels, nor a verdict.

    The verdict is left to whoever reads it: it follows from this and an operating point.
    """
    result = outcome.result
    if isinstance(result, Rejection):
        return json.dumps({"reason": result.reason, "remedy": result.remedy, "try_again": result.try_again})
    photo = result.photo
    described = {
        "pixels": outcome.pixels_sha256,
        "photo": [photo.width, photo.height, photo.format, photo.notes, photo.doubt],
        **_described(result),
        "further": [_described(further) for further, _ in outcome.further],
    }
    return json.dumps(described)


def is_final(text: str) -> bool:
    """Return whether an outcome holds for good: not where memory or a fault cut it short."""
    return not text.startswith('{"reason"') or not json.loads(text)["try_again"]


def outcome_from_json(text: str, name: str, sha256: str, spec: ModelSpec, point: OperatingPoint) -> Outcome[Any]:
    """Return the outcome of a content that was judged elsewhere or before, with its verdict at a point.

    Parameters
    ----------
    text : str
        See `outcome_as_json`.
    name : str
        The file's name.
    sha256 : str
        Of its content.
    spec : ModelSpec
        The model that judged it.
    point : OperatingPoint
        What the verdict is made with.

    Raises
    ------
    ValueError
        If the text is none of an outcome of this model.
    """
    try:
        said = json.loads(text)
        if "reason" in said:
            return Outcome(Rejection(name, sha256, said["reason"], said["remedy"], try_again=said["try_again"]))
        width, height, kind, notes, doubt = said["photo"]
        photo = Photo(name, sha256, _NO_PIXELS, width, height, kind, tuple(notes), doubt)
        first, *further = (_inspected(one, photo, spec, point) for one in (said, *said["further"]))
        pixels = said["pixels"]
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"expected an outcome as JSON, got {text[:80]!r}") from error
    return Outcome(first, pixels_sha256=pixels, further=tuple((one, None) for one in further))


def _described(result: Inspected) -> dict[str, Any]:
    known = result.familiarity
    return {
        # A float holds each float32, and its shortest text brings the very bits back.
        "p": [float(p) for p in result.probabilities],
        "familiarity": known and [known.familiar, float(known.distance), float(known.limit), known.quality_problems],
        "frame": result.frame,
        "near": [[float(p) for p in probabilities] for probabilities in result.near],
    }


def _inspected(said: dict[str, Any], photo: Photo, spec: ModelSpec, point: OperatingPoint) -> Inspected:
    probabilities = np.array(said["p"], np.float32)
    near = tuple(np.array(p, np.float32) for p in said["near"])
    known = None if said["familiarity"] is None else _familiarity(*said["familiarity"])
    frame = None if said["frame"] is None else Frame(*said["frame"])
    if any(p.shape != (len(spec.class_names),) for p in (probabilities, *near)):
        raise ValueError(f"expected {len(spec.class_names)} probabilities, got {said['p']!r}"[:200])
    judgement = judge(probabilities, spec, point, known, doubt=photo.doubt, near=near, is_part=frame is not None)
    return Inspected(photo, probabilities, None, known, judgement, frame, near)


def _familiarity(familiar: bool, distance: float, limit: float, quality_problems: list[str]) -> FamiliarityResult:
    return FamiliarityResult(familiar, distance, limit, tuple(quality_problems))
