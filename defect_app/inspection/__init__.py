"""From untrusted bytes to verdicts, over a batch, on every core; the record and the overlay that every door shows."""

from defect_app.inspection.inspector import Inspected, Inspector, input_pixels, judged_anew
from defect_app.inspection.seen_part import seen_pixels

__all__ = ["Inspected", "Inspector", "input_pixels", "judged_anew", "seen_pixels"]
