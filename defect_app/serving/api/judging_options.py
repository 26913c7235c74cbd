"""What an address asks of judging itself: the part of the photos that is judged, and how many classes are told."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import Query
from typing_extensions import override

from defect_app.decision import OperatingPoint
from defect_app.inspection import Inspected, Inspector
from defect_app.inspection.framing import Frame
from defect_app.inspection.record import InspectionRecord
from defect_app.intake import Photo
from defect_app.serving.api.problems import RefusedRequest


class FramedInspector(Inspector):
    """A loaded model that judges one frame of each photo, and looks for no other; it shares all with that model.

    Parameters
    ----------
    loaded : Inspector
        The model.
    frame : Frame
        In pixels of the upright photo.
    """

    def __init__(self, loaded: Inspector, frame: Frame) -> None:
        self.__dict__.update(vars(loaded))
        self._frame = frame

    @override
    def inspect(self, photo: Photo, point: OperatingPoint | None = None) -> Inspected:
        """Judge the frame.

        Raises
        ------
        RefusedRequest
            If it does not lie in the photo.
        """
        frame = self._frame
        if frame.x + frame.width > photo.width or frame.y + frame.height > photo.height:
            size = f"{photo.width} x {photo.height}"
            raise RefusedRequest(422, f"The frame does not lie within {photo.name}, which has {size} pixels.")
        return self.inspect_frame(photo, frame, point)


@dataclass(frozen=True)
class JudgingQuestion:
    """What an address asks of judging."""

    frame: Annotated[
        str,
        Query(
            pattern=r"^\d{1,5},\d{1,5},[1-9]\d{0,4},[1-9]\d{0,4}$",
            description="The part to judge of every photo, in pixels of the upright photo: x,y,width,height. Without "
            "it the whole photo, or the part that is found in it",
            examples=["120,80,640,640"],
        ),
    ] = ""
    top: Annotated[int | None, Query(ge=1, le=1000, description="Tell of so many classes, the most probable first")] = (
        None
    )

    def inspector(self, loaded: Inspector) -> Inspector:
        """Return what judges as asked."""
        return FramedInspector(loaded, Frame(*map(int, self.frame.split(",")))) if self.frame else loaded

    def record(self, record: InspectionRecord) -> InspectionRecord:
        """Return a record with as many classes as asked for."""
        if self.top is None:
            return record
        most_probable = sorted(record.p.items(), key=lambda of_class: -of_class[1])
        return replace(record, p=dict(most_probable[: self.top]))
