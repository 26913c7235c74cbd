"""Where in the photo the part is: the frame that is judged, and the search for it in unfamiliar photos."""

from defect_app.inspection.framing.fixed_frame import ChosenFrame, FixedFrame, FramesInUse, PixelFrame
from defect_app.inspection.framing.frame import Frame, Region, cut_out, overlap, resized_frame
from defect_app.inspection.framing.model import FRAMING_FILE, FrameModel
from defect_app.inspection.framing.search import FoundFrame, FrameSearch

__all__ = [
    "FRAMING_FILE",
    "ChosenFrame",
    "FixedFrame",
    "FoundFrame",
    "Frame",
    "FrameModel",
    "FrameSearch",
    "FramesInUse",
    "PixelFrame",
    "Region",
    "cut_out",
    "overlap",
    "resized_frame",
]
