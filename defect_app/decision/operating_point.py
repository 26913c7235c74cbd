"""An operating point: the thresholds a model is used with, where they come from, and what they say in words."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from defect_app.catalog import ModelSpec
from defect_app.errors import InvalidOperatingPoint

_SPLIT_WORDS = {"cv": "cross-validated"}


@dataclass(frozen=True)
class OperatingPoint:
    """Where a model passes, reviews and rejects (inspection), or accepts a label (recognition).

    Attributes
    ----------
    name, model_id : str
        What it is called, and the model it belongs to.
    review_at, reject_at : float or None
        Thresholds on the probability of a defect, in [0, 1], ``review_at <= reject_at``; equal means no review band.
    accept_at : float or None
        Least probability of the top label in [0, 1], recognition models only.
    model_sha256, evaluation_sha256 : str
        The model and the cached evaluation it was chosen with.
    split : str
        The split it was chosen on.
    n : int
        How many pictures it was chosen on.
    rule : str
        How it was chosen, in words.

    Raises
    ------
    InvalidOperatingPoint
        If a threshold is not a number in [0, 1], both kinds or neither are given, or review lies above reject.
    """

    name: str
    model_id: str
    review_at: float | None = None
    reject_at: float | None = None
    accept_at: float | None = None
    model_sha256: str = ""
    evaluation_sha256: str = ""
    split: str = ""
    n: int = 0
    rule: str = ""

    def __post_init__(self) -> None:
        """Check the thresholds."""
        inspection = self.review_at is not None and self.reject_at is not None and self.accept_at is None
        recognition = self.accept_at is not None and self.review_at is None and self.reject_at is None
        if not inspection and not recognition:
            raise InvalidOperatingPoint(
                "An operating point has either review_at and reject_at, or accept_at.",
                "Give both thresholds of an inspection model, or the one of a recognition model.",
            )
        for name in ("review_at", "reject_at", "accept_at"):
            value = getattr(self, name)
            if value is not None and not (math.isfinite(value) and 0 <= value <= 1):
                raise InvalidOperatingPoint(f"{name} must be a number from 0 to 1, got {value}.")
        if inspection and self.review_at > self.reject_at:  # type: ignore[operator]
            raise InvalidOperatingPoint(
                f"The review threshold {self.review_at} lies above the reject threshold {self.reject_at}.",
                "Choose a review threshold that is not above the reject threshold.",
            )

    @property
    def thresholds_in_words(self) -> str:
        """The thresholds alone, without a full stop."""
        if self.accept_at is not None:
            return f"Name the label from a probability of {self.accept_at:.3g}, below it say unsure"
        if self.review_at == self.reject_at:
            return f"Reject at {self.reject_at:.3g} and above, no review band"
        return f"Reject at {self.reject_at:.3g} and above, review from {self.review_at:.3g}"

    @property
    def sentence(self) -> str:
        """The point in one plain sentence: the thresholds, and how they were chosen."""
        said = self.thresholds_in_words
        if self.rule:
            said += f": {self.rule}"
        if self.n:
            said += f" ({self.n:,} {_SPLIT_WORDS.get(self.split, self.split)} photos)"
        return said + "."

    def moved(self, *, review_at: float, reject_at: float, name: str = "unsaved") -> OperatingPoint:
        """Return the same point with other thresholds, under another name and without the old rule."""
        return replace(self, name=name, review_at=review_at, reject_at=reject_at, rule="set by hand", split="", n=0)


def default_point(spec: ModelSpec, model_sha256: str = "") -> OperatingPoint:
    """Return the operating point that the model was delivered with."""
    point = spec.default_point
    inspection = spec.task == "inspection"
    return OperatingPoint(
        name="default",
        model_id=spec.id,
        review_at=point.review_at if inspection else None,
        reject_at=point.reject_at if inspection else None,
        accept_at=None if inspection else point.accept_at,
        model_sha256=model_sha256,
        split=point.split,
        n=point.n,
        rule=point.rule,
    )
