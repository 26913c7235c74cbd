"""Thresholds as files hold them: flat entries with a place for every kind, and how they were chosen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field, StrictFloat, StrictInt, with_config

from defect_app.catalog.thresholds import ChosenThresholds, thresholds_from
from defect_app.errors import InvalidOperatingPoint

Threshold = Annotated[StrictFloat, Field(ge=0, le=1)]
Count = Annotated[StrictInt, Field(ge=0, le=2**31 - 1)]


@with_config(extra="forbid", allow_inf_nan=False)
@dataclass(frozen=True, kw_only=True)
class ThresholdEntries:
    """The entries of an operating point, see `ChosenThresholds`.

    Raises
    ------
    ValueError
        If the thresholds of both kinds or of neither are given, or review lies above reject.
    """

    review_at: Threshold | None = None
    reject_at: Threshold | None = None
    accept_at: Threshold | None = None
    split: str = ""
    n: Count = 0
    rule: str = ""

    def __post_init__(self) -> None:
        """Check that the thresholds are of one kind."""
        try:
            self.chosen  # noqa: B018
        except InvalidOperatingPoint as error:
            raise ValueError(str(error).rstrip(".")) from error

    @property
    def chosen(self) -> ChosenThresholds:
        """The thresholds of their kind, with how they were chosen."""
        thresholds = thresholds_from(self.review_at, self.reject_at, self.accept_at)
        return ChosenThresholds(thresholds, self.split, self.n, self.rule)
