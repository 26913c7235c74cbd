"""Draw a class activation map over the photo that it explains."""

from __future__ import annotations

import cv2
import numpy as np

from defect_app.decision import Verdict
from defect_app.engine.activation_map import ActivationMap, upsample_map
from defect_app.inspection.framing import Frame, resized_frame
from defect_app.inspection.inspector import Inspected

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
LINES_A_SIDE = 320
"""The photo's longer side is so many times the width of a frame's line."""
PALE = 0.35
"""Share of the chosen opacity with which the heat map of a passed photo is drawn."""


def is_drawn_pale(verdict: str) -> bool:
    """Return whether the heat map of a photo is drawn pale.

    A map is scaled to its own strongest place: on a part that passes it would look as alarming as a defect.
    """
    return verdict == Verdict.PASS


def verdict_overlay(
    pixels: np.ndarray,
    activation_map: ActivationMap | None,
    verdict: str,
    opacity: float = DEFAULT_OPACITY,
    colour_map: str = DEFAULT_COLOUR_MAP,
) -> np.ndarray:
    """Blend a class activation map over a judged photo, as `heat_overlay` does: pale where the photo passes.

    Parameters
    ----------
    verdict : str
        The verdict that is shown beside the picture.
    pixels, activation_map, opacity, colour_map
        As for `heat_overlay`.
    """
    return heat_overlay(pixels, activation_map, opacity * (PALE if is_drawn_pale(verdict) else 1.0), colour_map)


def inspected_overlay(
    pixels: np.ndarray,
    inspected: Inspected,
    opacity: float = DEFAULT_OPACITY,
    colour_map: str = DEFAULT_COLOUR_MAP,
) -> np.ndarray:
    """Blend a judged photo's heat map over it, and draw the frame where a part of it was judged.

    Parameters
    ----------
    pixels : ndarray of uint8, shape (height, width, 3)
        The photo, RGB, of any size.
    inspected : Inspected
        What was found out about it.
    opacity, colour_map
        As for `heat_overlay`.
    """
    drawn = verdict_overlay(pixels, inspected.activation_map, inspected.judgement.verdict, opacity, colour_map)
    photo = inspected.photo
    return with_frame(drawn, inspected.frame, picture=(photo.width, photo.height))


def with_frame(pixels: np.ndarray, frame: Frame | None, *, picture: tuple[int, int]) -> np.ndarray:
    """Draw the frame that was judged, into the pixels themselves, and return them; nothing for a whole photo.

    Parameters
    ----------
    pixels : ndarray of uint8, shape (height, width, 3)
        The photo, RGB, of any size.
    frame : Frame or None
        In pixels of a picture of the size `picture`, (width, height).
    """
    if frame is None:
        return pixels
    height, width = pixels.shape[:2]
    inner = resized_frame(frame, picture=picture, to=(width, height))
    line = max(1, round(max(height, width) / LINES_A_SIDE))
    # Dark beside light, so that it is seen on every ground.
    for thickness, grey in ((3 * line, 0), (line, 255)):
        corner = (inner.x + inner.width - 1, inner.y + inner.height - 1)
        cv2.rectangle(pixels, (inner.x, inner.y), corner, (grey,) * 3, thickness, cv2.LINE_AA)
    return pixels


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
    blended: np.ndarray = np.rint(pixels + cover * (colours.astype(np.float32) - pixels)).astype(np.uint8)
    return blended
