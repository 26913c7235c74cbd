"""What Inspect says of the part of a photo that was judged, and of photos that the model does not know."""

from __future__ import annotations

from defect_app.inspection import Inspected

NO_HEAT_MAP = "No heat map: what the model sees in a photo that it does not know means nothing."


def is_unfamiliar(result: object) -> bool:
    """Return whether a file was judged and the model does not know such photos: its classes mean nothing then."""
    return isinstance(result, Inspected) and not result.is_familiar


def frame_notes(result: Inspected) -> list[str]:
    """Say which part of the photo was judged; nothing of a whole photo."""
    frame = result.frame
    if frame is None:
        return []
    at = f"{frame.width} x {frame.height} pixels at {frame.x}, {frame.y}"
    return [f"Only the framed part of the photo was judged: {at} from the upper left."]
