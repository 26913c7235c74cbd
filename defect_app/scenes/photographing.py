"""How to photograph the part that a model judges: an example that this project rendered, and a few lines."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from typing import Final

from defect_app.catalog import ModelSpec
from defect_app.paths import ASSETS
from defect_app.scenes.samples import Sample, samples_of

GUIDANCE_FILE: Final = ASSETS / "photographing.toml"
_OF_A_TAUGHT_PART: Final = (
    "As in the photos that the model was taught with: the same side of the part, distance and ground.",
    "The part alone and whole in the picture, and large: two thirds of the shorter side or more.",
    "Even light of the same kind: no glare, no hard shadow, nothing burnt out to white.",
    "Sharp and unmoved: rest the camera on something, and wipe its lens.",
)
_OF_A_THING: Final = (
    "One thing alone, large and whole in the picture.",
    "From where people usually look at it, on a plain ground.",
    "Even light: neither dark nor burnt out to white.",
    "Sharp and unmoved; no drawing, screen or text.",
)


@dataclass(frozen=True)
class Guidance:
    """How a part is photographed.

    Attributes
    ----------
    example : Sample or None
        A rendered photo as it should be; None where the product is not rendered.
    lines : tuple of str
        What to mind, in plain words; four of them.
    width_by_height : float
        The shape of the part in the picture: of the guide that a camera's picture has over it.
    """

    example: Sample | None
    lines: tuple[str, ...]
    width_by_height: float = 1.0


def guidance_for(spec: ModelSpec) -> Guidance:
    """Return how to photograph what a model judges; general lines where the product has none of its own."""
    if spec.task == "recognition":
        return Guidance(None, _OF_A_THING)
    shape = spec.input.width / spec.input.height
    return _guidance_of(spec.product) or Guidance(None, _OF_A_TAUGHT_PART, shape)


def _guidance_of(product: str) -> Guidance | None:
    with GUIDANCE_FILE.open("rb") as file:
        entry = tomllib.load(file).get(product)
    if entry is None:
        return None
    example = next(sample for sample in samples_of(product) if sample.name == entry["example"])
    return Guidance(example, tuple(entry["lines"]), float(entry["width_by_height"]))
