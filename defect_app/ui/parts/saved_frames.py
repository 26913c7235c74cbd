"""Photos of one's own, judged as Inspect judges them: in the frames that are saved for the product."""

from __future__ import annotations

from defect_app.decision import OperatingPoint
from defect_app.inspection import Inspector
from defect_app.inspections.fixed_frames import framed_product
from defect_app.inspections.frames_in_use import frames_in_use
from defect_app.ui.records import shared_records


def framed_as_saved(model: Inspector, point: OperatingPoint) -> tuple[Inspector, OperatingPoint, str]:
    """Return the model and the point that a site's own photos are judged with, and what a reader should know of it.

    The model judges the first of the saved frames, the point leaves every photo to a person where it is not known which
    frames are in force, and the words are empty where there is none.
    """
    in_use = frames_in_use(framed_product(model.spec), lambda: shared_records().database)
    note = in_use.warning
    if in_use.frames:
        which = "the fixed frame" if len(in_use.frames) == 1 else f"the first of {len(in_use.frames)} fixed frames"
        note = " ".join(filter(None, (note, f"Judged in {which} of this product, as saved on Inspect.")))
    return model.in_frames(in_use.frames[:1]), in_use.at(point), note
