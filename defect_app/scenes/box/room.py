"""The floor, the wall and the shadow around a box."""

import cv2
import numpy as np

from defect_app.scenes.box.geometry import View
from defect_app.scenes.ground import draw_ground
from defect_app.scenes.painting import blend, darken, smooth_noise

_FLOORS = ("paper", "planks", "concrete", "carpet", "tiles", "table")
_SHARES = (0.36, 0.16, 0.14, 0.08, 0.10, 0.16)
_TEXTURE_PX = 384


def draw_room(rng: np.random.Generator, view: View, light: np.ndarray, side_px: int) -> np.ndarray:
    """Draw all that is behind and below the box, with the box's shadow on it.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of chance.
    view : View
        Where box and floor are in the picture.
    light : numpy.ndarray
        Unit vector towards the light, world, shape (3,).
    side_px : int
        Side of the square picture, pixels.

    Returns
    -------
    numpy.ndarray
        float32, shape (side_px, side_px, 3), RGB, 0..1.
    """
    kind = str(rng.choice(_FLOORS, p=_SHARES))
    texture = draw_ground(rng, kind, _TEXTURE_PX)
    depth = _depth(view, side_px)
    if kind == "paper":
        room = np.empty((side_px, side_px, 3), np.float32)
        room[:] = texture[0, 0]
        above, below = rng.uniform(0.93, 1.03, 2).tolist()
        # Studio paper curves up behind the box: no horizon, a slow fall of light.
        darken(room, np.linspace(above, below, side_px, dtype=np.float32)[:, None])
    else:
        room = _floor(rng, view, texture, depth, side_px)
        _wall(rng, view, room, side_px)
    _shadow(rng, view, room, light, side_px)
    return room


def _depth(view: View, side_px: int) -> np.ndarray:
    """Return each pixel's distance along the view where it looks at the floor; large above the horizon."""
    inverse = np.linalg.inv(view.floor)
    column = np.arange(side_px, dtype=np.float32)[None, :]
    row = np.arange(side_px, dtype=np.float32)[:, None]
    across, down, start = (np.float32(part) for part in inverse[2])
    depth: np.ndarray = 1 / np.maximum(across * column + (down * row + start), np.float32(1e-3))
    return depth


def _floor(rng: np.random.Generator, view: View, texture: np.ndarray, depth: np.ndarray, side_px: int) -> np.ndarray:
    unit_px = _TEXTURE_PX / rng.uniform(0.9, 1.5)
    turn = rng.uniform(0, 2 * np.pi)
    lay = np.array([[np.cos(turn), -np.sin(turn), rng.uniform(0, 3)], [np.sin(turn), np.cos(turn), rng.uniform(0, 3)]])
    lay = np.vstack([lay * unit_px, [0, 0, 1]])
    to_texture = lay @ np.linalg.inv(view.floor)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    sharp = cv2.warpPerspective(texture, to_texture, (side_px, side_px), flags=flags, borderMode=cv2.BORDER_REFLECT)
    # Far texels are smaller than a pixel and out of focus besides, so the distance fades into a blurred copy.
    soft_texture = cv2.blur(texture, (13, 13), borderType=cv2.BORDER_REFLECT)
    half = side_px // 2
    from_half = to_texture @ np.diag([2.0, 2.0, 1.0])
    soft = cv2.warpPerspective(soft_texture, from_half, (half, half), flags=flags, borderMode=cv2.BORDER_REFLECT)
    soft = cv2.resize(soft, (side_px, side_px))
    focus = float(np.median(depth[side_px // 2 :]))
    blend(sharp, np.clip((depth / focus - 1.15) * 1.2, 0, 1), soft)
    return sharp


def _wall(rng: np.random.Generator, view: View, room: np.ndarray, side_px: int) -> None:
    """Put a wall or a blurred store behind the floor, where the camera is low enough to see it."""
    distance = rng.uniform(1.2, 4.0)
    ends = view.project(np.array([[-30.0, distance, 0], [30.0, distance, 0]]))
    if ends[:, 1].max() < 0:
        return
    outline = np.array([ends[0], ends[1], (ends[1][0], -4000), (ends[0][0], -4000)])
    cover = np.zeros((side_px, side_px), np.uint8)
    cv2.fillPoly(cover, [np.clip(outline, -3e4, 3e4).astype(np.int32)], (255,))
    wall: np.ndarray = np.empty((64, 64, 3), np.float32)
    wall[:] = np.array([1.0, 0.98, 0.95]) * rng.uniform(0.25, 0.85)
    if rng.random() < 0.55:
        for _ in range(int(rng.integers(5, 16))):
            left, top = rng.integers(-10, 60, 2)
            wide, tall = rng.integers(5, 30, 2)
            colour = rng.uniform(0.15, 0.85) * (1 + rng.normal(0, 0.12, 3))
            cv2.rectangle(
                wall, (int(left), int(top)), (int(left + wide), int(top + tall)), tuple(map(float, colour)), -1
            )
    wall = cv2.resize(
        cv2.GaussianBlur(wall, (0, 0), rng.uniform(0.8, 3)), (side_px, side_px), interpolation=cv2.INTER_CUBIC
    )
    darken(wall, 1 + 0.03 * smooth_noise(rng, (side_px, side_px), side_px / 4))
    soft = cv2.GaussianBlur(cover, (0, 0), rng.uniform(1.5, 4)).astype(np.float32) / 255
    blend(room, soft, np.clip(wall, 0.02, 1))


def _shadow(rng: np.random.Generator, view: View, room: np.ndarray, light: np.ndarray, side_px: int) -> None:
    """Darken the floor: the cast shadow of a broad light, and the deep one where board meets floor."""
    quarter = side_px // 4
    strength = rng.uniform(0.25, 0.6)
    total: np.ndarray = np.zeros((quarter, quarter), np.float32)
    # A lamp has width: several shadows, each a little turned, add up to one whose edge grows softer with distance.
    for spread in (-0.16, -0.05, 0.05, 0.16):
        reach = -light[:2] / max(light[2], 0.35) * view.height
        turned = np.array([reach[0] - spread * reach[1], reach[1] + spread * reach[0]]) * (1 + spread)
        both = np.vstack([view.footprint, view.footprint + turned])
        outline = view.project(np.hstack([both, np.zeros((8, 1))])) / 4
        cover = np.zeros((quarter, quarter), np.uint8)
        hull = cv2.convexHull(np.clip(outline, -2000, 2000).astype(np.float32))
        cv2.fillConvexPoly(cover, np.rint(hull * 16).astype(np.int32), (64,), cv2.LINE_AA, 4)
        total += cover.astype(np.float32) / 255
    total = cv2.GaussianBlur(total, (0, 0), side_px / 4 * rng.uniform(0.012, 0.04))
    contact = np.zeros((side_px // 2, side_px // 2), np.uint8)
    foot = view.project(np.hstack([view.footprint, np.zeros((4, 1))])) / 2
    cv2.fillConvexPoly(
        contact, np.rint(cv2.convexHull(foot.astype(np.float32)) * 16).astype(np.int32), (255,), cv2.LINE_AA, 4
    )
    near = cv2.GaussianBlur(contact, (0, 0), side_px / 2 * 0.007).astype(np.float32) / 255
    wide = cv2.GaussianBlur(contact, (0, 0), side_px / 2 * 0.035).astype(np.float32) / 255
    size = (side_px, side_px)
    gain = (1 - strength * cv2.resize(total, size)) * cv2.resize((1 - 0.6 * near) * (1 - 0.3 * wide), size)
    darken(room, gain)
