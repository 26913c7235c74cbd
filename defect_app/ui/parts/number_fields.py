"""How number fields show what they hold: nothing that decides is rounded away."""

from __future__ import annotations

from decimal import Decimal

from defect_app.decision import threshold_text

MOST_DECIMALS = 100
"""What browsers can write."""


def threshold_format(threshold: float, least: int = 4) -> str:
    """Return the printf format that shows a threshold with all its decimals, and with at least so many.

    A field that shows 0.3000 for 0.30004 would hide why a score of 0.30002 passes.
    """
    exponent = Decimal(threshold_text(threshold)).as_tuple().exponent
    assert isinstance(exponent, int), "thresholds are numbers"
    return f"%.{min(max(least, -exponent), MOST_DECIMALS)}f"
