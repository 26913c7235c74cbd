"""Defect Lens: photos in, verdicts with reasons and heat maps out."""

__version__ = "0.1.0"
