"""Renders grey top views of a pump-impeller casting, good or with one defect."""

import cv2
import numpy as np

from defect_app.scenes.camera import CameraRange, take_photo
from defect_app.scenes.casting.defects import DRAW
from defect_app.scenes.casting.part import cast
from defect_app.scenes.scene import Scene, Stream, choose_defect, random_stream

DEFECTS: tuple[str, ...] = tuple(DRAW)
LABELS: tuple[str, ...] = ("ok", "defect")

_CAMERA = CameraRange(
    colour=False, tilt=0.012, blur_px=(0.7, 1.4), noise=(0.6, 2.2), vignetting=(0.0, 0.08), jpeg_quality=(82, 95)
)


def render(seed: int, defect: str | bool | None = None) -> Scene:
    """Render one casting.

    Parameters
    ----------
    seed : int
        0 or above; the same part, light and camera whatever the defect.
    defect : str, bool or None
        See ``defect_app.scenes.render``.

    Returns
    -------
    Scene
        512 x 512 pixels, grey (R = G = B).

    Raises
    ------
    DefectLensError
        If the defect is unknown or the seed negative.
    """
    kind = choose_defect(seed, defect, DEFECTS)
    part = cast(seed)
    picture, what = part.picture, "no defect"
    if kind is not None:
        picture, what = DRAW[kind](random_stream(seed, Stream.DEFECT), part)
    changed = (np.abs(picture - part.picture) > 4).astype(np.uint8)
    mask = cv2.morphologyEx(changed, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8)) > 0
    photo, mask = take_photo(picture, mask, seed, _CAMERA)
    return Scene(photo, mask, LABELS[0] if kind is None else LABELS[1], what)
