"""Upright pixels of any size -> the model's input, as in training."""

from __future__ import annotations

import numpy as np

from defect_app.catalog import ModelSpec
from defect_app.intake import fit_to_input


def input_pixels(pixels: np.ndarray, spec: ModelSpec) -> np.ndarray:
    """Scale upright RGB pixels of any size to the model's input, as in training."""
    size = spec.input
    return fit_to_input(pixels, height=size.height, width=size.width, fit=size.fit, resize=size.resize)
