"""Renders grey top views of a pump-impeller casting: disc, machined ring, groove, collar, bowl, hub and bore."""

from dataclasses import dataclass

import cv2
import numpy as np

from defect_app.scenes.camera import CameraRange, take_photo
from defect_app.scenes.casting_defects import DRAW, Casting
from defect_app.scenes.scene import Scene, Stream, choose_defect, random_stream
from defect_app.scenes.texture import grain, line_ink, soft_step

DEFECTS: tuple[str, ...] = tuple(DRAW)
LABELS: tuple[str, ...] = ("ok", "defect")

_SIDE = 512
_TURN = 2048  # samples of one turn in the profiles and textures that run round the disc
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
    part = _cast(seed)
    picture, what = part.picture, "no defect"
    if kind is not None:
        picture, what = DRAW[kind](random_stream(seed, Stream.DEFECT), part)
    changed = (np.abs(picture - part.picture) > 4).astype(np.uint8)
    mask = cv2.morphologyEx(changed, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8)) > 0
    photo, mask = take_photo(picture, mask, seed, _CAMERA)
    return Scene(photo, mask, LABELS[0] if kind is None else LABELS[1], what)


@dataclass(frozen=True)
class _Shape:
    """The casting's measures; radii as shares of the disc's radius."""

    centre: tuple[float, float]
    axes: np.ndarray  # 2 x 2, from the unit disc to pixels
    lean: tuple[float, float]  # how far the raised collar is shifted by the slanted view
    ring_inner: float
    collar_outer: float
    collar_inner: float
    hub_outer: float
    hub_inner: float


def _draw_shape(rng: np.random.Generator) -> _Shape:
    radius = rng.uniform(0.365, 0.455) * _SIDE
    slack = max(4.0, _SIDE / 2 - radius - 8)
    centre = _SIDE / 2 + rng.uniform(-slack, slack, 2) * (0.75, 0.6)
    turn = rng.uniform(0, np.pi)
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    squeeze = 1 - min(0.13, abs(rng.normal(0, 0.05)))
    lean_angle = rng.uniform(0, 2 * np.pi)
    lean = rng.uniform(0.008, 0.04)
    collar_outer = rng.uniform(0.605, 0.635)
    hub_outer = rng.uniform(0.27, 0.305)
    return _Shape(
        centre=(float(centre[0]), float(centre[1])),
        axes=rotation @ np.diag([radius, radius * squeeze]) @ rotation.T,
        lean=(float(lean * np.cos(lean_angle)), float(lean * np.sin(lean_angle))),
        ring_inner=collar_outer + rng.uniform(0.018, 0.034),
        collar_outer=collar_outer,
        collar_inner=collar_outer - rng.uniform(0.042, 0.066),
        hub_outer=hub_outer,
        hub_inner=hub_outer - rng.uniform(0.055, 0.08),
    )


def _cast(seed: int) -> Casting:
    shape_rng = random_stream(seed, Stream.PART)
    shape = _draw_shape(shape_rng)
    light_rng = random_stream(seed, Stream.LIGHT)
    light = float(light_rng.uniform(0, 2 * np.pi))  # the direction that the light comes from

    rows, columns = np.mgrid[0:_SIDE, 0:_SIDE].astype(np.float32)
    inverse = np.linalg.inv(shape.axes).astype(np.float32)
    across = inverse[0, 0] * (columns - shape.centre[0]) + inverse[0, 1] * (rows - shape.centre[1])
    down = inverse[1, 0] * (columns - shape.centre[0]) + inverse[1, 1] * (rows - shape.centre[1])
    angle = cv2.phase(across, down)
    uneven = grain(shape_rng, (_TURN, 1), (0.3, 24), wraps=True)[:, 0] * np.float32(shape_rng.uniform(0.0003, 0.001))
    radius = np.hypot(across, down) * (1 + _round(uneven, angle))
    fine = grain(shape_rng, (_SIDE, _SIDE), 1.1)
    pixel = 1.0 / float(shape.axes[0, 0])

    ground = _ground(random_stream(seed, Stream.BACKGROUND), light_rng, light, across, down, radius, angle)
    level = light_rng.uniform(168, 216)
    picture = ground.copy()
    _lay(picture, _machined_ring(shape_rng, light_rng, level, shape, radius, angle, fine), radius, 1.0, pixel)
    _rim(picture, shape_rng, light, radius, angle, pixel)

    raised_x, raised_y = across - shape.lean[0], down - shape.lean[1]
    raised = np.hypot(raised_x, raised_y)
    groove = np.float32(light_rng.uniform(12, 34))
    _lay(picture, groove, radius, shape.ring_inner, 1.2 * pixel)
    collar = _collar(shape_rng, light_rng, level, angle, raised, shape, fine)
    _lay(picture, collar, raised, shape.collar_outer, 1.2 * pixel)
    _lay(picture, _bowl(shape_rng, light, raised, angle, fine), raised, shape.collar_inner, 1.4 * pixel)
    hub_x, hub_y = across - 0.5 * shape.lean[0], down - 0.5 * shape.lean[1]
    _hub(picture, shape_rng, light_rng, level, light, hub_x, hub_y, shape, pixel, fine)
    return Casting(picture, ground, radius, angle, shape.centre, shape.axes, shape.collar_outer, light)


def _lay(picture: np.ndarray, layer: np.ndarray | np.float32, radius: np.ndarray, edge: float, pixel: float) -> None:
    """Lay a layer over the picture inside ``radius < edge``, with a soft border of a pixel or so."""
    cover = np.clip((edge - radius) / (2 * pixel) + 0.5, 0, 1)
    picture += cover * (layer - picture)


def _round(profile: np.ndarray, angle: np.ndarray) -> np.ndarray:
    """Spread a profile of one turn over the picture."""
    index = (angle * np.float32(len(profile) / (2 * np.pi))).astype(np.int32) % len(profile)
    spread: np.ndarray = profile[index]
    return spread


def _polar(texture: np.ndarray, radius: np.ndarray, angle: np.ndarray, inner: float, outer: float) -> np.ndarray:
    """Bend a texture (angle down, radius across) round the disc."""
    height, width = texture.shape
    map_x = (radius - np.float32(inner)) * np.float32((width - 1) / (outer - inner))
    map_y = angle * np.float32(height / (2 * np.pi))
    return cv2.remap(texture, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)


def _ground(
    rng: np.random.Generator,
    light_rng: np.random.Generator,
    light: float,
    across: np.ndarray,
    down: np.ndarray,
    radius: np.ndarray,
    angle: np.ndarray,
) -> np.ndarray:
    slope = light_rng.uniform(4, 26)
    towards_light = across * float(np.cos(light)) + down * float(np.sin(light))
    ground = np.float32(light_rng.uniform(135, 195)) + np.float32(slope) * towards_light
    ground += 2.5 * grain(rng, (_SIDE, _SIDE), 40)
    streaks = grain(rng, (512, 64), (12, 1.2), wraps=True) * grain(rng, (512, 64), (8, 30), wraps=True)
    ground += np.float32(rng.uniform(0.6, 1.8)) * _polar(streaks, radius, angle, 1.0, 2.6)
    for _ in range(int(rng.poisson(2.5))):
        _speck(ground, rng)
    fall = light_rng.uniform(0.015, 0.06)
    shadow_x = across + np.float32(fall * np.cos(light))
    shadow_y = down + np.float32(fall * np.sin(light))
    distance = np.maximum(np.hypot(shadow_x, shadow_y) - 1, 0)
    depth, width = light_rng.uniform(0.55, 0.9), light_rng.uniform(0.035, 0.075)
    ground *= 1 - np.float32(depth) * np.exp(-((distance / np.float32(width)) ** 1.15))
    return ground


def _speck(ground: np.ndarray, rng: np.random.Generator) -> None:
    """Dust or a fibre on the table: part of every workshop photo and no defect of the part."""
    x, y = rng.uniform(0, _SIDE, 2)
    if rng.random() < 0.25:
        bend = np.array([x, y]) + rng.normal(0, 6, (5, 2)).cumsum(axis=0)
        shade = line_ink((_SIDE, _SIDE), bend, np.full(4, 0.9))
    else:
        wide = rng.uniform(1.2, 4)
        shade = line_ink((_SIDE, _SIDE), np.array([[x, y], [x + 0.5 * wide, y]]), np.array([wide]))
    ground -= shade * np.float32(rng.uniform(15, 60))


def _machined_ring(
    rng: np.random.Generator,
    light_rng: np.random.Generator,
    level: float,
    shape: _Shape,
    radius: np.ndarray,
    angle: np.ndarray,
    fine: np.ndarray,
) -> np.ndarray:
    turn = np.arange(_TURN, dtype=np.float32) * (2 * np.pi / _TURN)
    sheen = np.float32(light_rng.uniform(4, 28)) * np.cos(2 * (turn - np.float32(light_rng.uniform(0, np.pi))))
    strength = light_rng.uniform(0.4, 1.2)
    # Turned metal shines in sectors: opposite pairs of lobes, some with the hard edges of a lamp's border.
    for _ in range(int(light_rng.integers(2, 5))):
        middle, width = light_rng.uniform(0, 2 * np.pi), light_rng.uniform(0.12, 0.7)
        height = light_rng.choice([-1, 1], p=[0.45, 0.55]) * light_rng.uniform(10, 44) * strength
        hardness = light_rng.uniform(0.05, 0.75)
        for side, share in ((0, 1.0), (np.pi, light_rng.uniform(0.2, 1.0))):
            away = np.abs((turn - middle - side + np.pi) % (2 * np.pi) - np.pi)
            sheen += np.float32(height * share) * soft_step(away, width, width * hardness)
    skewed = (angle + np.float32(light_rng.normal(0, 0.25)) * (radius - np.float32(0.8))) % np.float32(2 * np.pi)
    ring = np.float32(level) + _round(sheen, skewed)
    inner = shape.ring_inner - 0.08
    lines = grain(rng, (512, 256), (0.9, 60), wraps=True) + 0.8 * grain(rng, (512, 256), (3, 90), wraps=True)
    brushed = grain(rng, (512, 256), (0.8, 6), wraps=True)
    texture = np.float32(rng.uniform(0.8, 3.2)) * lines + np.float32(rng.uniform(0.5, 1.8)) * brushed
    ring += _polar(texture, radius, angle, inner, 1.02)
    clouds = grain(rng, (_SIDE, _SIDE), 7) + grain(rng, (_SIDE, _SIDE), 18)
    ring += np.float32(rng.uniform(1, 4)) * clouds + 1.5 * fine
    glow = np.float32(light_rng.uniform(-6, 26))
    ring += glow * soft_step(radius, shape.ring_inner + 0.14, shape.ring_inner)
    return np.minimum(ring, 246)


def _rim(
    picture: np.ndarray, rng: np.random.Generator, light: float, radius: np.ndarray, angle: np.ndarray, pixel: float
) -> None:
    """Draw the bevel: a thin line round the disc, dark away from the light and broken elsewhere."""
    turn = np.arange(_TURN, dtype=np.float32) * (2 * np.pi / _TURN)
    broken = grain(rng, (_TURN, 1), (0.3, 45), wraps=True)[:, 0]
    dark = 0.62 - 0.38 * np.cos(turn - light) + 0.3 * broken
    line = np.exp(-(((radius - (1 - 1.2 * pixel)) / (1.3 * pixel)) ** 2))
    strength = np.clip(dark, 0, 1).astype(np.float32)
    picture += line * _round(strength, angle) * (30 - picture)


def _collar(
    rng: np.random.Generator,
    light_rng: np.random.Generator,
    level: float,
    angle: np.ndarray,
    raised: np.ndarray,
    shape: _Shape,
    fine: np.ndarray,
) -> np.ndarray:
    sheen = grain(light_rng, (_TURN, 1), (0.3, 170), wraps=True)[:, 0] * np.float32(light_rng.uniform(5, 14))
    collar = np.float32(level + light_rng.uniform(-8, 12)) + _round(sheen, angle)
    middle = (shape.collar_inner + shape.collar_outer) / 2
    collar += 10 * np.exp(-(((raised - middle) / 0.012) ** 2))
    seam = np.exp(-(((raised - (shape.collar_outer - 0.012)) / 0.004) ** 2))
    collar -= np.float32(rng.uniform(10, 60)) * seam
    # Small bright nicks on the collar are on most good parts as well.
    nicks = soft_step(grain(rng, (_TURN, 1), (0.3, 3), wraps=True)[:, 0], 2.4, 3.2)
    rough = np.exp(-(((raised - (shape.collar_outer - 0.004)) / 0.007) ** 2)) * _round(nicks, angle)
    return np.minimum(collar + 2 * fine + 60 * rough, 248)


def _bowl(
    rng: np.random.Generator, light: float, raised: np.ndarray, angle: np.ndarray, fine: np.ndarray
) -> np.ndarray:
    """Draw the dark bowl; only the edges of its spiral vanes catch some light."""
    vanes, swirl, phase = int(rng.integers(6, 8)), rng.uniform(3.0, 4.5), rng.uniform(0, 2 * np.pi)
    wave = vanes * (angle + np.float32(swirl) * (raised - np.float32(0.42))) + np.float32(phase)
    ridge = np.clip(np.cos(wave), 0, 1)
    ridge = ridge**14 + 0.35 * np.clip(np.cos(wave - 0.7), 0, 1) ** 5
    window = soft_step(raised, 0.31, 0.42) * soft_step(raised, 0.56, 0.47)
    lit = 0.65 + 0.35 * np.cos(angle - np.float32(light + np.pi))
    patches = np.clip(0.8 + 0.45 * grain(rng, (_SIDE, _SIDE), 12), 0, 2)
    bowl = np.float32(rng.uniform(8, 18)) + np.float32(rng.uniform(18, 52)) * ridge * window * lit * patches
    bowl += 7 * lit * patches * soft_step(raised, 0.34, 0.5)
    dark: np.ndarray = bowl + 1.5 * fine
    return dark


def _hub(
    picture: np.ndarray,
    rng: np.random.Generator,
    light_rng: np.random.Generator,
    level: float,
    light: float,
    hub_x: np.ndarray,
    hub_y: np.ndarray,
    shape: _Shape,
    pixel: float,
    fine: np.ndarray,
) -> None:
    """Draw the hub's bright face and the bore: a wall in half shade and the table seen through it."""
    radius = np.hypot(hub_x, hub_y)
    sheen = grain(light_rng, (_TURN, 1), (0.3, 120), wraps=True)[:, 0] * np.float32(light_rng.uniform(4, 10))
    angle = cv2.phase(hub_x, hub_y)
    face = np.float32(level + light_rng.uniform(-10, 4)) + _round(sheen, angle) + 3 * fine
    bevel = np.exp(-(((radius - (shape.hub_outer - 0.008)) / 0.006) ** 2))
    face = np.minimum(face - np.float32(rng.uniform(0, 45)) * bevel, 248)
    _lay(picture, face, radius, shape.hub_outer, 1.2 * pixel)

    along = (hub_x * float(np.cos(light)) + hub_y * float(np.sin(light))) / shape.hub_inner
    wall = np.float32(light_rng.uniform(60, 105)) - np.float32(light_rng.uniform(15, 45)) * along
    _lay(picture, wall, radius, shape.hub_inner, 1.2 * pixel)
    floor_radius = np.hypot(hub_x + 1.3 * shape.lean[0], hub_y + 1.3 * shape.lean[1])
    floor = np.float32(light_rng.uniform(120, 165)) - np.float32(light_rng.uniform(20, 45)) * along
    floor += 2 * grain(rng, (_SIDE, _SIDE), 6)
    edge = shape.hub_inner * rng.uniform(0.86, 0.95)
    rim = np.exp(-(((floor_radius - edge) / (1.2 * pixel)) ** 2))
    inside = radius < shape.hub_inner - 1.5 * pixel
    layer = picture + np.clip((edge - floor_radius) / (2 * pixel) + 0.5, 0, 1) * (floor - picture)
    layer -= np.float32(light_rng.uniform(20, 70)) * rim
    picture[inside] = layer[inside]
