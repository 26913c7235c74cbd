"""How a map is scaled for the eye; downloads and figures keep the values as they are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from defect_app.engine import ActivationMap

PIXEL_METHODS = ("smoothgrad", "integrated-gradients")
CAPPED_AT = 99.0
"""Percentile from which maps of single pixels are drawn at full strength: few pixels stand far above all others, so the
methods' authors cap their maps as well."""


def for_display(heat: ActivationMap, method: str) -> ActivationMap:
    """Return the map as it is drawn: those of single pixels capped at their 99th percentile, all others unchanged."""
    if method not in PIXEL_METHODS or not heat.has_evidence:
        return heat
    cap = float(np.percentile(heat.values, CAPPED_AT))
    if cap <= 0:
        return heat
    return replace(heat, values=np.minimum(heat.values / cap, 1.0).astype(np.float32))
