"""Phone fronts on tables: whole, scratched, or with broken glass."""

import cv2
import numpy as np

from defect_app.scenes.camera import CameraRange, take_photo
from defect_app.scenes.ground import draw_ground
from defect_app.scenes.painting import blend, darken, polygon_cover, smooth_noise
from defect_app.scenes.phone.body import (
    Phone,
    Pose,
    choose_phone,
    choose_pose,
    draw_front,
    glass_to_picture,
    rounded_outline,
)
from defect_app.scenes.phone.cracks import crack
from defect_app.scenes.phone.glass import draw_marks, reflect
from defect_app.scenes.phone.scratches import scratch
from defect_app.scenes.scene import Scene, Stream, choose_defect, random_stream

DEFECTS: tuple[str, ...] = ("hairline_scratch", "deep_scratch", "cracked_glass", "shattered_corner")
LABELS: tuple[str, ...] = ("none", "minor", "major")

_SIDE_PX = 512
_TEXTURE_PX = 384
_LABEL_OF: dict[str | None, str] = {
    None: "none",
    "hairline_scratch": "minor",
    "deep_scratch": "minor",
    "cracked_glass": "major",
    "shattered_corner": "major",
}
_TABLES = ("paper", "table", "planks", "cloth", "concrete", "carpet")
_SHARES = (0.38, 0.32, 0.08, 0.10, 0.08, 0.04)
_CAMERA = CameraRange(tilt=0.0, blur_px=(0.3, 0.7), noise=(0.5, 2.4), warmth=0.06, jpeg_quality=(76, 95))


def render(seed: int, defect: str | bool | None = None) -> Scene:
    """Render a phone's front.

    Oil, stains, dust and fingerprints are no defects: they may lie on any phone, and the mask leaves them out.

    Parameters
    ----------
    seed : int
        0 or above; the same seed gives the same phone, light and camera with and without a defect.
    defect : str, bool or None
        One of ``DEFECTS``; True for some defect by seed; False for whole glass; None to let the seed decide, a third
        each of none, minor and major.

    Returns
    -------
    Scene
        512 x 512 photo labelled "none", "minor" (scratches) or "major" (broken glass).

    Raises
    ------
    DefectLensError
        If the defect is unknown or the seed negative.
    """
    kind = choose_defect(seed, defect, DEFECTS, share_good=1 / 3)
    part, light = random_stream(seed, Stream.PART), random_stream(seed, Stream.LIGHT)
    phone = choose_phone(part)
    pose = choose_pose(part, phone, _SIDE_PX)
    picture = _table(random_stream(seed, Stream.BACKGROUND), phone, pose)
    _shadow(light, picture, phone, pose)
    glass, is_on = _lay_phone(part, picture, phone, pose)
    marks = draw_marks(light, picture, glass, pose.scale, on_bench=pose.on_bench)

    mask = np.zeros((_SIDE_PX, _SIDE_PX), bool)
    damage = random_stream(seed, Stream.DEFECT)
    if kind in ("hairline_scratch", "deep_scratch"):
        mask = scratch(damage, picture, glass, pose.scale, kind == "deep_scratch")
    elif kind is not None:
        mask = crack(damage, picture, glass, phone, pose, kind == "shattered_corner", is_on)

    mirrored = reflect(light, _SIDE_PX, is_on) * glass[:, :, None]
    picture += mirrored * (1 - 0.6 * np.clip(picture, 0, 1))
    exposure = 255 * light.uniform(0.95, 1.25)
    photo, mask = take_photo(np.clip(picture, 0, 1.05) * exposure, mask, seed, _CAMERA)
    what = f"{marks}, screen {'on' if is_on else 'off'}" if kind is None else f"{kind.replace('_', ' ')}, {marks}"
    return Scene(photo, mask, _LABEL_OF[kind], what)


def _table(rng: np.random.Generator, phone: Phone, pose: Pose) -> np.ndarray:
    """Return the table before the camera, float32 RGB, 0..1."""
    if pose.on_bench:
        return _mat(rng)
    texture = draw_ground(rng, str(rng.choice(_TABLES, p=_SHARES)), _TEXTURE_PX)
    px_per_mm = _TEXTURE_PX / (phone.length * rng.uniform(0.8, 1.6))
    turn = rng.uniform(0, 2 * np.pi)
    lay = (
        np.array([[np.cos(turn), -np.sin(turn), 40], [np.sin(turn), np.cos(turn), 40], [0, 0, 1 / px_per_mm]])
        * px_per_mm
    )
    to_texture = lay @ np.linalg.inv(pose.projection[:, [0, 1, 3]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    size = (_SIDE_PX, _SIDE_PX)
    return cv2.warpPerspective(texture, to_texture, size, flags=flags, borderMode=cv2.BORDER_REFLECT)


def _mat(rng: np.random.Generator) -> np.ndarray:
    """Return a bench's dark, finely grained mat, unevenly lit."""
    shape = (_SIDE_PX, _SIDE_PX)
    grain = 1 + rng.uniform(0.02, 0.07) * smooth_noise(rng, shape, 1.5) + 0.12 * smooth_noise(rng, shape, 300)
    tint = np.array([1.0, 1.0, 1.0]) + rng.normal(0, 0.03) * np.array([1.0, 0.1, -1.0])
    return (rng.uniform(0.10, 0.36) * grain[:, :, None] * tint).astype(np.float32)


def _shadow(rng: np.random.Generator, picture: np.ndarray, phone: Phone, pose: Pose) -> None:
    away = rng.uniform(-1, 1, 2) * phone.thickness * rng.uniform(0.3, 1.8)
    strength = rng.uniform(0.25, 0.6)
    foot = rounded_outline(phone.width, phone.length, phone.corner, 0.0)
    half = (_SIDE_PX // 2, _SIDE_PX // 2)
    near = polygon_cover(half, pose.project(foot) / 2)
    cast = polygon_cover(half, pose.project(foot + np.array([*away, 0])) / 2)
    soft = pose.scale * phone.thickness / 2
    total = strength * cv2.GaussianBlur(cast, (0, 0), 0.3 + soft * rng.uniform(0.25, 0.8))
    total = 1 - (1 - total) * (1 - 0.5 * cv2.GaussianBlur(near, (0, 0), 0.3 + 0.12 * soft))
    darken(picture, 1 - cv2.resize(total, (_SIDE_PX, _SIDE_PX)))


def _lay_phone(rng: np.random.Generator, picture: np.ndarray, phone: Phone, pose: Pose) -> tuple[np.ndarray, bool]:
    """Draw the phone in place; return the glass's cover and whether the screen is lit."""
    shape = (_SIDE_PX, _SIDE_PX)
    lower = pose.project(rounded_outline(phone.width, phone.length, phone.corner, 0.0))
    upper = pose.project(rounded_outline(phone.width, phone.length, phone.corner, phone.thickness))
    hull = cv2.convexHull(np.vstack([lower, upper]).astype(np.float32))[:, 0]
    blend(picture, polygon_cover(shape, hull), tuple(np.array(phone.frame) * rng.uniform(0.55, 0.9)))
    middle = pose.project(rounded_outline(phone.width, phone.length, phone.corner, 0.6 * phone.thickness))
    hull = cv2.convexHull(np.vstack([middle, upper]).astype(np.float32))[:, 0]
    blend(picture, polygon_cover(shape, hull), tuple(np.minimum(1, np.array(phone.frame) * rng.uniform(0.9, 1.2))))

    scale = min(pose.scale * 1.05, 860 / phone.length)
    front, own_glass, is_on = draw_front(rng, phone, scale, may_be_on=not pose.on_bench)
    warp = glass_to_picture(phone, pose, own_glass.shape[:2])
    size = (_SIDE_PX, _SIDE_PX)
    seen = cv2.warpPerspective(front, warp, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    blend(picture, polygon_cover(shape, upper), seen)
    glass = cv2.warpPerspective(own_glass, warp, size, flags=cv2.INTER_LINEAR)
    return glass, is_on
