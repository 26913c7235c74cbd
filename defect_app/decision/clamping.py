"""Thresholds of whatever an address or a form gives: there it may say anything, and a page still shows something."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict
from typing import TypeVar

from defect_app.catalog import InspectionThresholds, Thresholds

Kind = TypeVar("Kind", bound=Thresholds)


def clamped_thresholds(otherwise: Kind, given: Mapping[str, object]) -> Kind:
    """Return thresholds moved to where numbers are given: out of range is clamped, what is no number is ignored.

    Parameters
    ----------
    otherwise : InspectionThresholds or RecognitionThresholds
        What to take where nothing usable is given, and of which kind.
    given : mapping of str to object
        Numbers or text by the names of the thresholds, such as ``{"reject_at": "0.7"}``; other names are ignored. A
        review threshold above the reject threshold is lowered to it.
    """
    placed = {name: _clamped(given.get(name), at) for name, at in asdict(otherwise).items()}
    if isinstance(otherwise, InspectionThresholds):
        placed["review_at"] = min(placed["review_at"], placed["reject_at"])
    return type(otherwise)(**placed)


def _clamped(value: object, otherwise: float) -> float:
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return otherwise
    return otherwise if math.isnan(number) else min(1.0, max(0.0, number))
