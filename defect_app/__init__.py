"""Defect Lens: photos in, verdicts with reasons and heat maps out."""

from defect_app.offline import keep_to_this_machine

__version__ = "0.1.0"

keep_to_this_machine()
