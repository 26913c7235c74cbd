"""Draw a class activation map over the photo that it explains."""

from __future__ import annotations

import cv2
import numpy as np

from defect_app.engine.activation_map import ActivationMap, upsample_map

COLOUR_MAPS = {
    "inferno": cv2.COLORMAP_INFERNO,
    "viridis": cv2.COLORMAP_VIRIDIS,
    "magma": cv2.COLORMAP_MAGMA,
    "cividis": cv2.COLORMAP_CIVIDIS,
    "turbo": cv2.COLORMAP_TURBO,
}
"""Colour maps by name. All but turbo rise evenly in lightness, so that equal steps of evidence look equal."""

DEFAULT_COLOUR_MAP = "inferno"
DEFAULT_OPACITY = 0.6


def heat_overlay(
    pixels: np.ndarray,
    activation_map: ActivationMap | None,
    opacity: float = DEFAULT_OPACITY,
    colour_map: str = DEFAULT_COLOUR_MAP,
) -> np.ndarray:
    """Blend a class activation map, in colours, over a photo.

    Parameters
    ----------
    pixels : ndarray of uint8, shape (height, width, 3)
        The photo, RGB, of any size.
    activation_map : ActivationMap or None
        Where the evidence lies. None, or a map without evidence, draws nothing.
    opacity : float
        How much the colours cover at the strongest place, 0 (nothing) to 1 (all); less where evidence is weaker.
    colour_map : str
        One of `COLOUR_MAPS`.

    Returns
    -------
    ndarray of uint8, shape (height, width, 3)
        RGB; a copy of the photo where there is nothing to draw.

    Raises
    ------
    ValueError
        If `opacity` is outside [0, 1] or `colour_map` is unknown.
    """
    if not 0 <= opacity <= 1:
        raise ValueError(f"expected an opacity from 0 to 1, got {opacity}")
    if colour_map not in COLOUR_MAPS:
        raise ValueError(f"expected a colour map of {', '.join(COLOUR_MAPS)}, got {colour_map!r}")
    if activation_map is None or not activation_map.has_evidence or opacity == 0:
        return pixels.copy()
    height, width = pixels.shape[:2]
    strength = upsample_map(activation_map.values, height=height, width=width)
    levels = np.rint(strength * 255).astype(np.uint8)
    colours = cv2.cvtColor(cv2.applyColorMap(levels, COLOUR_MAPS[colour_map]), cv2.COLOR_BGR2RGB)
    # Colours cover by their strength, so that the photo stays clear where nothing speaks for the target.
    cover = np.float32(opacity) * strength[..., None]
    return np.rint(pixels + cover * (colours.astype(np.float32) - pixels)).astype(np.uint8)
