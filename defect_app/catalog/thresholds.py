"""The two kinds of thresholds that a model decides by, and how they were chosen.

They stand here, below `decision`, since a model's spec is delivered with some; what is done with them is decided there.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from numbers import Real
from typing import TypeAlias

from defect_app.errors import InvalidOperatingPoint

THRESHOLD_NAMES = ("review_at", "reject_at", "accept_at")
"""Every threshold there is: the columns, entries and options of points."""

_SPLIT_WORDS = {"cv": "cross-validated"}


@dataclass(frozen=True)
class InspectionThresholds:
    """Where an inspection model begins to review and to reject, on the probability of a defect.

    Attributes
    ----------
    review_at, reject_at : float
        In [0, 1], ``review_at <= reject_at``; equal means no review band.

    Raises
    ------
    InvalidOperatingPoint
        If either is not such a number, or review lies above reject.
    """

    review_at: float
    reject_at: float

    def __post_init__(self) -> None:
        """Check range and order; NumPy's numbers become Python's, which files and databases take."""
        for name in ("review_at", "reject_at"):
            object.__setattr__(self, name, _checked(name, getattr(self, name)))
        if self.review_at > self.reject_at:
            raise InvalidOperatingPoint(
                f"The review threshold {self.review_at} lies above the reject threshold {self.reject_at}.",
                "Choose a review threshold that is not above the reject threshold.",
            )

    @property
    def decisive(self) -> float:
        """From where on the model's answer is "defective": rejection."""
        return self.reject_at

    @property
    def in_words(self) -> str:
        """The thresholds without a full stop, with as many digits as decide."""
        said = f"Reject at {threshold_text(self.reject_at)} and above"
        if self.review_at == self.reject_at:
            return f"{said}, no review band"
        return f"{said}, review from {threshold_text(self.review_at)}"


@dataclass(frozen=True)
class RecognitionThresholds:
    """From where on a recognition model names its label.

    Attributes
    ----------
    accept_at : float
        Least probability of the top label, in [0, 1].

    Raises
    ------
    InvalidOperatingPoint
        If it is not such a number.
    """

    accept_at: float

    def __post_init__(self) -> None:
        """Check the range; a NumPy number becomes Python's."""
        object.__setattr__(self, "accept_at", _checked("accept_at", self.accept_at))

    @property
    def decisive(self) -> float:
        """From where on the model's answer is its label: acceptance."""
        return self.accept_at

    @property
    def in_words(self) -> str:
        """The threshold without a full stop, with as many digits as decide."""
        return f"Name the label from a probability of {threshold_text(self.accept_at)}, below it say unsure"


Thresholds: TypeAlias = InspectionThresholds | RecognitionThresholds


@dataclass(frozen=True)
class ChosenThresholds:
    """Thresholds and how they were chosen.

    Attributes
    ----------
    thresholds : InspectionThresholds or RecognitionThresholds
        Of the model's kind.
    split : str
        The split they were chosen on; may be empty.
    n : int
        How many pictures they were chosen on.
    rule : str
        How, in words; may be empty.
    """

    thresholds: Thresholds
    split: str = ""
    n: int = 0
    rule: str = ""

    @property
    def sentence(self) -> str:
        """The thresholds and how they were chosen, in one plain sentence."""
        said = self.thresholds.in_words
        if self.rule:
            said += f": {self.rule}"
        if self.n:
            said += f" ({self.n:,} {_SPLIT_WORDS.get(self.split, self.split)} photos)"
        return said + "."


def thresholds_from(
    review_at: float | None = None, reject_at: float | None = None, accept_at: float | None = None
) -> Thresholds:
    """Return the thresholds of a row or a form that has a place for every kind.

    Raises
    ------
    InvalidOperatingPoint
        If both kinds or neither are given, or what is given is not valid.
    """
    if review_at is not None and reject_at is not None and accept_at is None:
        return InspectionThresholds(review_at, reject_at)
    if accept_at is not None and review_at is None and reject_at is None:
        return RecognitionThresholds(accept_at)
    raise InvalidOperatingPoint(
        "An operating point has either review_at and reject_at, or accept_at.",
        "Give both thresholds of an inspection model, or the one of a recognition model.",
    )


def threshold_text(threshold: float) -> str:
    """Return a threshold with the fewest digits that give the very number back: nothing that decides is hidden.

    A line at 0.30004 reads 0.30004, not 0.3000: a score of 0.30002 passes it. Below a millionth it is written with an
    exponent, as browsers do.
    """
    shortest = repr(float(threshold))
    if 0 < threshold < 1e-6:
        return shortest.replace("e-0", "e-")
    return f"{Decimal(shortest).normalize():f}"


def _checked(name: str, value: object) -> float:
    if not isinstance(value, Real) or isinstance(value, bool) or not 0 <= float(value) <= 1:
        raise InvalidOperatingPoint(f"{name} must be a number from 0 to 1, got {value}.")
    return float(value)
