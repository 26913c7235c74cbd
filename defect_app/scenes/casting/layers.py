"""The casting's layers, each drawn over the whole picture: table, machined ring, rim, collar, bowl, hub and bore."""

from dataclasses import dataclass

import cv2
import numpy as np

from defect_app.scenes.texture import grain, line_ink, soft_step

TURN = 2048  # samples of one turn in the profiles that run round the disc


@dataclass(frozen=True, eq=False)
class Shape:
    """The casting's measures; radii and ``lean`` as shares of the disc's radius.

    Attributes
    ----------
    centre : tuple of float
        The disc's centre (x, y), pixels.
    axes : numpy.ndarray
        2 x 2, from the unit disc to pixels.
    lean : tuple of float
        How far the raised collar is shifted by the slanted view.
    ring_inner, collar_outer, collar_inner, hub_outer, hub_inner : float
        Radii from the rim (1) inwards.
    """

    centre: tuple[float, float]
    axes: np.ndarray
    lean: tuple[float, float]
    ring_inner: float
    collar_outer: float
    collar_inner: float
    hub_outer: float
    hub_inner: float


@dataclass(frozen=True, eq=False)
class Setup:
    """What every layer is drawn from.

    Attributes
    ----------
    shape : Shape
        The casting's measures.
    light : float
        Where the light comes from, radians.
    part_rng, light_rng : numpy.random.Generator
        Chance of the part and of the light; the order of the layers is part of what a seed means.
    across, down, radius, angle : numpy.ndarray
        float32, shape (height, width): each pixel's place on the unit disc; the angle in [0, 2 pi).
    fine : numpy.ndarray
        float32, same shape: the metal's finest grain, shared by the layers as they do not overlap.
    pixel : float
        A pixel's size in disc radii.
    """

    shape: Shape
    light: float
    part_rng: np.random.Generator
    light_rng: np.random.Generator
    across: np.ndarray
    down: np.ndarray
    radius: np.ndarray
    angle: np.ndarray
    fine: np.ndarray
    pixel: float


def lay(picture: np.ndarray, layer: np.ndarray | np.float32, radius: np.ndarray, edge: float, pixel: float) -> None:
    """Lay a layer over the picture inside ``radius < edge``, with a soft border of a pixel or so."""
    cover = np.clip((edge - radius) / (2 * pixel) + 0.5, 0, 1)
    picture += cover * (layer - picture)


def round_disc(profile: np.ndarray, angle: np.ndarray) -> np.ndarray:
    """Spread a profile of one turn, a power of two long, over the picture; angles may lie outside [0, 2 pi)."""
    index = (angle * np.float32(len(profile) / (2 * np.pi))).astype(np.int32) & (len(profile) - 1)
    spread: np.ndarray = profile[index]
    return spread


def _polar(texture: np.ndarray, radius: np.ndarray, angle: np.ndarray, inner: float, outer: float) -> np.ndarray:
    """Bend a texture (angle down, radius across) round the disc."""
    height, width = texture.shape
    map_x = (radius - np.float32(inner)) * np.float32((width - 1) / (outer - inner))
    map_y = angle * np.float32(height / (2 * np.pi))
    return cv2.remap(texture, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)


def ground(setup: Setup, rng: np.random.Generator) -> np.ndarray:
    """Return the table under a slope of light, with streaks and dust, and the disc's shadow away from it."""
    light_rng = setup.light_rng
    height, width = setup.radius.shape
    slope = light_rng.uniform(4, 26)
    towards_light = setup.across * float(np.cos(setup.light)) + setup.down * float(np.sin(setup.light))
    table = np.float32(light_rng.uniform(135, 195)) + np.float32(slope) * towards_light
    table += 2.5 * grain(rng, (height, width), 40)
    streaks = grain(rng, (512, 64), (12, 1.2), wraps=True) * grain(rng, (512, 64), (8, 30), wraps=True)
    table += np.float32(rng.uniform(0.6, 1.8)) * _polar(streaks, setup.radius, setup.angle, 1.0, 2.6)
    for _ in range(int(rng.poisson(2.5))):
        _draw_speck(table, rng)
    fall = light_rng.uniform(0.015, 0.06)
    shadow_x = setup.across + np.float32(fall * np.cos(setup.light))
    shadow_y = setup.down + np.float32(fall * np.sin(setup.light))
    distance = np.maximum(cv2.magnitude(shadow_x, shadow_y) - 1, 0)
    depth, reach = light_rng.uniform(0.55, 0.9), light_rng.uniform(0.035, 0.075)
    table *= 1 - np.float32(depth) * np.exp(-((distance / np.float32(reach)) ** 1.15))
    return table


def _draw_speck(table: np.ndarray, rng: np.random.Generator) -> None:
    """Draw dust or a fibre on the table: part of every workshop photo and no defect of the part."""
    x, y = rng.uniform(0, table.shape[0], 2)
    if rng.random() < 0.25:
        bend = np.array([x, y]) + rng.normal(0, 6, (5, 2)).cumsum(axis=0)
        shade = line_ink((table.shape[0], table.shape[1]), bend, np.full(4, 0.9))
    else:
        wide = rng.uniform(1.2, 4)
        shade = line_ink((table.shape[0], table.shape[1]), np.array([[x, y], [x + 0.5 * wide, y]]), np.array([wide]))
    table -= shade * np.float32(rng.uniform(15, 60))


def machined_ring(setup: Setup, level: float) -> np.ndarray:
    """Return turned metal: sectors of sheen, lines round the disc, clouds; ``level`` is its mean grey."""
    rng, light_rng, shape = setup.part_rng, setup.light_rng, setup.shape
    turn = np.arange(TURN, dtype=np.float32) * (2 * np.pi / TURN)
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
    skew = np.float32(light_rng.normal(0, 0.25)) * (setup.radius - np.float32(0.8))
    ring = np.float32(level) + round_disc(sheen, setup.angle + skew)
    inner = shape.ring_inner - 0.08
    lines = grain(rng, (512, 256), (0.9, 60), wraps=True) + 0.8 * grain(rng, (512, 256), (3, 90), wraps=True)
    brushed = grain(rng, (512, 256), (0.8, 6), wraps=True)
    texture = np.float32(rng.uniform(0.8, 3.2)) * lines + np.float32(rng.uniform(0.5, 1.8)) * brushed
    ring += _polar(texture, setup.radius, setup.angle, inner, 1.02)
    clouds = grain(rng, setup.radius.shape, 7) + grain(rng, setup.radius.shape, 18)
    ring += np.float32(rng.uniform(1, 4)) * clouds + 1.5 * setup.fine
    glow = np.float32(light_rng.uniform(-6, 26))
    ring += glow * soft_step(setup.radius, shape.ring_inner + 0.14, shape.ring_inner)
    return np.minimum(ring, 246)


def draw_rim(picture: np.ndarray, setup: Setup) -> None:
    """Draw the bevel: a thin line round the disc, dark away from the light and broken elsewhere."""
    turn = np.arange(TURN, dtype=np.float32) * (2 * np.pi / TURN)
    broken = grain(setup.part_rng, (TURN, 1), (0.3, 45), wraps=True)[:, 0]
    dark = 0.62 - 0.38 * np.cos(turn - setup.light) + 0.3 * broken
    line = np.exp(-(((setup.radius - (1 - 1.2 * setup.pixel)) / (1.3 * setup.pixel)) ** 2))
    strength = np.clip(dark, 0, 1).astype(np.float32)
    picture += line * round_disc(strength, setup.angle) * (30 - picture)


def collar(setup: Setup, level: float, raised: np.ndarray) -> np.ndarray:
    """Return the raised collar; ``raised`` is the radius about its own, shifted centre."""
    rng, light_rng, shape = setup.part_rng, setup.light_rng, setup.shape
    sheen = grain(light_rng, (TURN, 1), (0.3, 170), wraps=True)[:, 0] * np.float32(light_rng.uniform(5, 14))
    face = np.float32(level + light_rng.uniform(-8, 12)) + round_disc(sheen, setup.angle)
    middle = (shape.collar_inner + shape.collar_outer) / 2
    face += 10 * np.exp(-(((raised - middle) / 0.012) ** 2))
    seam = np.exp(-(((raised - (shape.collar_outer - 0.012)) / 0.004) ** 2))
    face -= np.float32(rng.uniform(10, 60)) * seam
    # Small bright nicks on the collar are on most good parts as well.
    nicks = soft_step(grain(rng, (TURN, 1), (0.3, 3), wraps=True)[:, 0], 2.4, 3.2)
    rough = np.exp(-(((raised - (shape.collar_outer - 0.004)) / 0.007) ** 2)) * round_disc(nicks, setup.angle)
    light: np.ndarray = np.minimum(face + 2 * setup.fine + 60 * rough, 248)
    return light


def bowl(setup: Setup, raised: np.ndarray) -> np.ndarray:
    """Return the dark bowl; only the edges of its spiral vanes catch some light."""
    rng = setup.part_rng
    vanes, swirl, phase = int(rng.integers(6, 8)), rng.uniform(3.0, 4.5), rng.uniform(0, 2 * np.pi)
    wave = vanes * (setup.angle + np.float32(swirl) * (raised - np.float32(0.42))) + np.float32(phase)
    ridge = np.clip(np.cos(wave), 0, 1)
    ridge = ridge**14 + 0.35 * np.clip(np.cos(wave - 0.7), 0, 1) ** 5
    window = soft_step(raised, 0.31, 0.42) * soft_step(raised, 0.56, 0.47)
    lit = 0.65 + 0.35 * np.cos(setup.angle - np.float32(setup.light + np.pi))
    patches = np.clip(0.8 + 0.45 * grain(rng, setup.radius.shape, 12), 0, 2)
    dark = np.float32(rng.uniform(8, 18))
    dark += np.float32(rng.uniform(18, 52)) * ridge * window * lit * patches
    dark += 7 * lit * patches * soft_step(raised, 0.34, 0.5)
    light: np.ndarray = dark + np.float32(1.5) * setup.fine
    return light


def draw_hub(picture: np.ndarray, setup: Setup, level: float) -> None:
    """Draw the hub's bright face and the bore: a wall in half shade and the table seen through it."""
    rng, light_rng, shape = setup.part_rng, setup.light_rng, setup.shape
    hub_x, hub_y = setup.across - 0.5 * shape.lean[0], setup.down - 0.5 * shape.lean[1]
    radius = cv2.magnitude(hub_x, hub_y)
    sheen = grain(light_rng, (TURN, 1), (0.3, 120), wraps=True)[:, 0] * np.float32(light_rng.uniform(4, 10))
    angle = cv2.phase(hub_x, hub_y)
    face = np.float32(level + light_rng.uniform(-10, 4)) + round_disc(sheen, angle) + 3 * setup.fine
    bevel = np.exp(-(((radius - (shape.hub_outer - 0.008)) / 0.006) ** 2))
    face = np.minimum(face - np.float32(rng.uniform(0, 45)) * bevel, 248)
    lay(picture, face, radius, shape.hub_outer, 1.2 * setup.pixel)

    along = (hub_x * float(np.cos(setup.light)) + hub_y * float(np.sin(setup.light))) / shape.hub_inner
    wall = np.float32(light_rng.uniform(60, 105)) - np.float32(light_rng.uniform(15, 45)) * along
    lay(picture, wall, radius, shape.hub_inner, 1.2 * setup.pixel)
    floor_radius = cv2.magnitude(hub_x + 1.3 * shape.lean[0], hub_y + 1.3 * shape.lean[1])
    floor = np.float32(light_rng.uniform(120, 165)) - np.float32(light_rng.uniform(20, 45)) * along
    floor += 2 * grain(rng, setup.radius.shape, 6)
    edge = shape.hub_inner * rng.uniform(0.86, 0.95)
    rim = np.exp(-(((floor_radius - edge) / (1.2 * setup.pixel)) ** 2))
    inside = radius < shape.hub_inner - 1.5 * setup.pixel
    layer = picture + np.clip((edge - floor_radius) / (2 * setup.pixel) + 0.5, 0, 1) * (floor - picture)
    layer -= np.float32(light_rng.uniform(20, 70)) * rim
    np.copyto(picture, layer, where=inside)
