"""What an address asks of judging itself: the part of the photos that is judged, and how many classes are told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import Query

from defect_app.inspection.framing import Frame, FramesInUse, PixelFrame
from defect_app.inspection.record import InspectionRecord


@dataclass(frozen=True)
class JudgingQuestion:
    """What an address asks of judging."""

    frame: Annotated[
        str,
        Query(
            pattern=r"^\d{1,5},\d{1,5},[1-9]\d{0,4},[1-9]\d{0,4}$",
            description="The part to judge of every photo, in pixels of the upright photo: x,y,width,height. Without "
            "it the frames that are saved for the product; where there are none the whole photo, or the part that is "
            "found in it",
            examples=["120,80,640,640"],
        ),
    ] = ""
    fixed_frames: Annotated[
        bool, Query(description="Judge in the frames that are saved for the model's product, each a record of its own")
    ] = True
    top: Annotated[int | None, Query(ge=1, le=1000, description="Tell of so many classes, the most probable first")] = (
        None
    )

    def frames(self, saved: Callable[[], FramesInUse]) -> FramesInUse:
        """Return the frames to judge in.

        Parameters
        ----------
        saved : callable
            Gives those that are saved for the model's product; asked only where they count.
        """
        if self.frame:
            return FramesInUse((PixelFrame(Frame(*map(int, self.frame.split(",")))),))
        return saved() if self.fixed_frames else FramesInUse()

    def record(self, record: InspectionRecord) -> InspectionRecord:
        """Return a record with as many classes as asked for."""
        if self.top is None:
            return record
        most_probable = sorted(record.p.items(), key=lambda of_class: -of_class[1])
        return replace(record, p=dict(most_probable[: self.top]))
