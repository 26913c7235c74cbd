"""How a map is scaled for the eye; downloads and figures keep the values as they are."""

from __future__ import annotations

import numpy as np

from defect_app.engine import ActivationMap

CAPPED_AT = 99.0
"""Percentile from which SmoothGrad is drawn at full strength: few single pixels stand far above all others, so the
method's authors cap its maps as well."""


def for_display(heat: ActivationMap, method: str) -> ActivationMap:
    """Return the map as it is drawn: SmoothGrad capped at its 99th percentile, all others unchanged."""
    if method != "smoothgrad" or not heat.has_evidence:
        return heat
    cap = float(np.percentile(heat.values, CAPPED_AT))
    if cap <= 0:
        return heat
    return ActivationMap(np.minimum(heat.values / cap, 1.0).astype(np.float32), heat.target, heat.has_evidence)
