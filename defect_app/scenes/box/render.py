"""Cardboard boxes on floors, sound or damaged."""

from dataclasses import dataclass

import cv2
import numpy as np

from defect_app.scenes.box.crush import crumple, plan_crush
from defect_app.scenes.box.defects import draw_defect
from defect_app.scenes.box.geometry import Face, View, look_at_box
from defect_app.scenes.box.room import draw_room
from defect_app.scenes.box.style import Surface, choose_style
from defect_app.scenes.box.surface import draw_surface
from defect_app.scenes.camera import CameraRange, take_photo
from defect_app.scenes.painting import blend, polygon_cover, slopes, smooth_noise
from defect_app.scenes.scene import Scene, Stream, choose_defect, random_stream

DEFECTS: tuple[str, ...] = ("crushed_corner", "tear", "hole", "dent", "wet_patch")
LABELS: tuple[str, ...] = ("intact", "damaged")

_SIDE_PX = 512
_CAMERA = CameraRange(tilt=0.0, blur_px=(0.3, 0.8), noise=(0.6, 2.6), warmth=0.07, jpeg_quality=(80, 95))


@dataclass(frozen=True)
class Window:
    """A rectangle of the picture, pixels."""

    left: int
    top: int
    width: int
    height: int

    @property
    def corner(self) -> np.ndarray:
        """The upper left corner (column, row), float32."""
        return np.array([self.left, self.top], np.float32)

    @property
    def place(self) -> tuple[slice, slice]:
        """The rows and columns as an index."""
        return slice(self.top, self.top + self.height), slice(self.left, self.left + self.width)


def render(seed: int, defect: str | bool | None = None) -> Scene:
    """Render a box on a floor.

    Parameters
    ----------
    seed : int
        0 or above; the same seed gives the same box, light and camera with and without a defect.
    defect : str, bool or None
        One of ``DEFECTS``; True for some defect by seed; False for an intact box; None to let the seed decide, half
        and half.

    Returns
    -------
    Scene
        512 x 512 photo labelled "intact" or "damaged".

    Raises
    ------
    DefectLensError
        If the defect is unknown or the seed negative.
    """
    kind = choose_defect(seed, defect, DEFECTS)
    part, damage = random_stream(seed, Stream.PART), random_stream(seed, Stream.DEFECT)
    view = look_at_box(part, _SIDE_PX)
    style = choose_style(part)
    lamp = random_stream(seed, Stream.LIGHT)
    light, ambient, warmth = _light(lamp)
    exposure = lamp.uniform(0.98, 1.22)
    room = draw_room(random_stream(seed, Stream.BACKGROUND), view, light, _SIDE_PX)

    surfaces = [draw_surface(part, face, style, _texture_px(face)) for face in view.faces]
    what = "intact box"
    if kind is not None and kind != "crushed_corner":
        what = draw_defect(damage, kind, view.faces, surfaces)

    window = _window(view)
    straight = np.zeros((window.height, window.width, 5), np.float32)
    _paint_faces(straight, window, view.faces, surfaces, light, ambient)
    bend = _bend(part, straight.shape[:2])
    box = _shifted(straight, bend)
    if kind == "crushed_corner":
        crush = plan_crush(damage, view, window.corner, straight.shape[:2], _SIDE_PX)
        before = box[:, :, 3]
        box = _shifted(straight, bend + crush.shift)
        crumple(damage, box[:, :, :3], crush, light)
        box[:, :, 4] = (crush.cover > 0.002) & (np.maximum(before, box[:, :, 3]) > 0.02)
        what = crush.what

    mask = np.zeros((_SIDE_PX, _SIDE_PX), bool)
    mask[window.place] = box[:, :, 4] > 0.25
    room *= exposure
    lit = box[:, :, :3] * (warmth * np.float32(exposure))
    # A camera's curve bends before it clips: a white box must not melt into white paper.
    above = np.maximum(lit - 0.8, 0)
    lit = np.minimum(lit, 0.8) + above * 0.18 / (above + 0.18)
    blend(room[window.place], box[:, :, 3], lit)
    photo, mask = take_photo(room * 255, mask, seed, _CAMERA)
    return Scene(photo, mask, LABELS[kind is not None], what)


def _light(rng: np.random.Generator) -> tuple[np.ndarray, float, np.ndarray]:
    """Return the direction to the lamp, the share of light that comes from everywhere, and the lamp's colour."""
    azimuth = rng.uniform(-np.pi, 0) if rng.random() < 0.75 else rng.uniform(0, np.pi)
    elevation = np.radians(rng.uniform(35, 70))
    light = np.array([np.cos(azimuth) * np.cos(elevation), np.sin(azimuth) * np.cos(elevation), np.sin(elevation)])
    warm = rng.normal(0, 0.02)
    return light, rng.uniform(0.5, 0.74), np.array([1 + warm, 1, 1 - warm], np.float32)


def _texture_px(face: Face) -> float:
    """Return texture pixels in the world's unit so that no edge of the face is much enlarged."""
    sides = np.linalg.norm(face.corners_px - np.roll(face.corners_px, -1, axis=0), axis=1)
    scale = max(max(sides[0], sides[2]) / face.size[0], max(sides[1], sides[3]) / face.size[1])
    return float(min(scale * 0.95, 400 / max(face.size)))


def _shade(face: Face, surface: Surface, light: np.ndarray, ambient: float) -> np.ndarray:
    """Return the lit face, float32 RGB: Lambert's law on the relief, light from all around, and the tape's sheen."""
    across, down = slopes(surface.relief)
    facing = float(face.normal @ light) - across * float(face.right @ light) - down * float(face.down @ light)
    height, width = surface.shape
    # The sky's share: the top sees all of it, a side half, and less towards the floor.
    if face.name == "top":
        sky = np.ones((1, 1), np.float32)
    else:
        sky = np.linspace(0.86, 0.66, height, dtype=np.float32)[:, None]
    gain = ambient * sky + (1.2 - ambient) * np.clip(facing, 0, 1.6)
    # A weak second light from the camera's side: without it, relief on faces that the lamp misses would be flat.
    fill = np.array([-0.7 * np.sign(light[0]), -0.55, 0.45])
    second = float(face.normal @ fill) - across * float(face.right @ fill) - down * float(face.down @ fill)
    gain += np.float32(0.22) * np.clip(second, 0, 1.6)
    lit = surface.albedo * gain[:, :, None]
    column = np.linspace(-1, 1, width, dtype=np.float32)[None, :]
    row = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    glance = np.exp(
        -((column - float(light[0]) + 6 * across) ** 2 + (0.6 * row + float(light[1]) + 6 * down) ** 2) * 1.5
    )
    lit += (surface.gloss * glance * np.float32(0.16 if face.name == "top" else 0.09))[:, :, None]
    return lit.astype(np.float32, copy=False)


def _window(view: View) -> Window:
    """Return the part of the picture that the box, and what its defects move, cannot leave."""
    corners = np.vstack([face.corners_px for face in view.faces])
    left, top = np.clip(np.floor(corners.min(axis=0)) - 12, 0, _SIDE_PX - 2).astype(int)
    right, bottom = np.clip(np.ceil(corners.max(axis=0)) + 12, 2, _SIDE_PX).astype(int)
    return Window(int(left), int(top), int(right - left), int(bottom - top))


def _paint_faces(
    box: np.ndarray,
    window: Window,
    faces: tuple[Face, ...],
    surfaces: list[Surface],
    light: np.ndarray,
    ambient: float,
) -> None:
    """Fill the box's layers: red, green, blue, cover and defect mask."""
    smooth = []
    for face, surface in zip(faces, surfaces, strict=True):
        corners = face.corners_px - window.corner
        low = np.maximum(np.floor(corners.min(axis=0)).astype(int) - 8, 0)
        high = np.ceil(corners.max(axis=0)).astype(int) + 8
        part = box[low[1] : high[1], low[0] : high[0]]
        size = (part.shape[1], part.shape[0])
        height, width = surface.shape
        texture_corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
        warp = cv2.getPerspectiveTransform(texture_corners, (corners - low).astype(np.float32))
        lit = _shade(face, surface, light, ambient)
        colour = cv2.warpPerspective(lit, warp, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        cover = polygon_cover((size[1], size[0]), corners - low)
        # A margin of the face's own colour: else the smooth edges below, and what is bent later, would mix with black.
        wide = cv2.dilate(cover, np.ones((11, 11), np.uint8)) > 0
        np.copyto(part[:, :, :3], colour, where=wide[:, :, None])
        smooth.append((part, cover, colour))
        if surface.mask.any():
            moved = cv2.warpPerspective(surface.mask, warp, size, flags=cv2.INTER_LINEAR)
            np.maximum(part[:, :, 4], moved * (cover > 0.02), out=part[:, :, 4])
    for part, cover, colour in smooth:
        blend(part[:, :, :3], cover, colour)
    outline = cv2.convexHull(np.vstack([face.corners_px for face in faces]))[:, 0] - window.corner
    box[:, :, 3] = polygon_cover((window.height, window.width), outline)


def _shifted(box: np.ndarray, shift: np.ndarray) -> np.ndarray:
    row = np.arange(box.shape[0], dtype=np.float32)[:, None]
    column = np.arange(box.shape[1], dtype=np.float32)[None, :]
    return cv2.remap(box, column + shift[0], row + shift[1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def _bend(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Return small smooth shifts, float32 (2, height, width) pixels: no real box's edge is a ruler's."""
    size = shape[0], shape[1]
    strength = np.float32(rng.uniform(0.4, 2.0))
    return np.stack([smooth_noise(rng, size, 130.0), smooth_noise(rng, size, 130.0)]) * strength
