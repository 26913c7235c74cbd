"""Draws the casting's defects onto a clean rendering: blow hole, burr, shrinkage, scratch, pinched edge."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from defect_app.scenes.texture import grain, line_ink, place_in_words, ragged_outline, soft_step


@dataclass(frozen=True, eq=False)
class Casting:
    """A clean rendering with the geometry that a defect needs to sit on it.

    Attributes
    ----------
    picture, ground : numpy.ndarray
        float32, shape (height, width), grey 0..255: the part, and the table with the shadow but without the part.
    radius, angle : numpy.ndarray
        float32, same shape: distance from the disc's centre (1 is the rim) and direction in [0, 2 pi).
    centre : tuple of float
        The disc's centre, pixels.
    axes : numpy.ndarray
        2 x 2, from the unit disc to pixels.
    collar_outer : float
        The collar's outer radius, in disc radii.
    light : float
        Where the light comes from, radians.
    """

    picture: np.ndarray
    ground: np.ndarray
    radius: np.ndarray
    angle: np.ndarray
    centre: tuple[float, float]
    axes: np.ndarray
    collar_outer: float
    light: float

    def pixel_at(self, radius: float, angle: float) -> tuple[float, float]:
        """Return the pixel (x, y) at a radius (1 is the rim) and an angle, radians."""
        x, y = self.axes @ (radius * np.cos(angle), radius * np.sin(angle))
        return float(self.centre[0] + x), float(self.centre[1] + y)

    def place(self, radius: float, angle: float) -> str:
        """Say in words where on the disc a point lies."""
        x, y = radius * np.cos(angle), radius * np.sin(angle)
        return place_in_words((x + 1) / 2, (y + 1) / 2, 1, 1)


Drawn = tuple[np.ndarray, str]


def blow_hole(rng: np.random.Generator, part: Casting) -> Drawn:
    """Draw one to three gas holes, dark with a lit far wall, on the ring or at the collar."""
    picture = part.picture.copy()
    count = int(rng.choice([1, 2, 3], p=[0.65, 0.25, 0.1]))
    at_collar = bool(rng.random() < 0.5)
    angle = rng.uniform(0, 2 * np.pi)
    where = part.place(0.8, angle)
    for number in range(count):
        size = rng.uniform(6, 9) if number else 6.5 + 7.5 * rng.random() ** 1.7
        reach = rng.uniform(0.0, 0.05) if at_collar else rng.uniform(0.08, 0.3)
        radius = part.collar_outer + 0.02 + reach
        _hole(picture, rng, part.pixel_at(radius, angle), size, part.light)
        angle += rng.uniform(0.15, 0.9)
    site = "beside the collar" if at_collar else "on the machined ring"
    noun = "blow hole" if count == 1 else f"{count} blow holes"
    return picture, f"{noun} {site}, {where}"


def _hole(picture: np.ndarray, rng: np.random.Generator, spot: tuple[float, float], size: float, light: float) -> None:
    x, y = spot
    reach = int(2.2 * size) + 3
    top, left = max(0, int(y) - reach), max(0, int(x) - reach)
    window = picture[top : int(y) + reach + 1, left : int(x) + reach + 1]
    rows, columns = np.mgrid[0 : window.shape[0], 0 : window.shape[1]].astype(np.float32)
    across, down = columns + left - np.float32(x), rows + top - np.float32(y)
    turn, squeeze = rng.uniform(0, np.pi), rng.uniform(0.65, 1.0)
    along = across * np.cos(turn) + down * np.sin(turn)
    aside = (-across * np.sin(turn) + down * np.cos(turn)) / squeeze
    direction = np.arctan2(down, across)
    depth = np.hypot(along, aside) / (np.float32(size) * ragged_outline(rng, direction, 0.1))
    soft = 1.1 / size
    away = np.cos(direction - np.float32(light + np.pi))  # 1 at the wall that faces the light
    inner = np.float32(rng.uniform(14, 50)) + np.float32(rng.uniform(40, 130)) * (0.35 + 0.65 * away) * depth
    inner = np.maximum(inner, 12)
    window += soft_step(depth, 1 + soft, 1 - soft) * (inner - window)
    lip = np.exp(-(((depth - 1.15) / 0.16) ** 2)) * np.clip(0.25 + 0.75 * away, 0, 1)
    window += lip * np.float32(rng.uniform(0.35, 0.9)) * (250 - window)


def burr(rng: np.random.Generator, part: Casting) -> Drawn:
    """Draw flash left on the rim: a torn dark skirt with flakes, and light caught on its edges, in clusters."""
    turn = np.arange(2048, dtype=np.float32) * (2 * np.pi / 2048)
    cover = np.zeros(2048, np.float32)
    first = middle = rng.uniform(0, 2 * np.pi)
    for _ in range(int(rng.integers(2, 7))):
        width = 0.14 + 0.7 * rng.random() ** 2
        away = np.abs((turn - middle + np.pi) % (2 * np.pi) - np.pi)
        cover = np.maximum(cover, soft_step(away, width, 0.5 * width) * np.float32(rng.uniform(0.75, 1.0)))
        middle += rng.uniform(0.4, 1.8)

    def noise(scale: float) -> np.ndarray:
        return grain(rng, (2048, 1), (0.3, scale), wraps=True)[:, 0]

    skirt = np.float32(rng.uniform(0.014, 0.032)) * np.clip(1 + 0.6 * noise(40), 0.2, 2)
    flakes = np.clip(0.026 * (noise(7) + 0.9 * noise(22)) - 0.004, 0, 0.08)
    glints = soft_step(noise(11) + 0.5 * noise(40), 0.0, 1.0)
    index = (part.angle * np.float32(2048 / (2 * np.pi))).astype(np.int32) & 2047
    height = (cover * np.maximum(skirt, flakes))[index]
    bite = (cover * np.clip(0.006 + 0.005 * noise(12), 0.001, 0.02))[index]
    pixel = 1.0 / float(part.axes[0, 0])
    flash = np.clip((1 + height - part.radius) / (1.5 * pixel), 0, 1)
    flash *= np.clip((part.radius - (1 - bite)) / (1.5 * pixel), 0, 1) * np.clip(cover * 4, 0, 1)[index]
    crumbs = grain(rng, (part.picture.shape[0], part.picture.shape[1]), 2.2)
    edge = np.exp(-(((part.radius - 1 - 0.55 * height) / (1.9 * pixel)) ** 2)) * glints[index]
    tone = 38 + 16 * crumbs + 150 * soft_step(crumbs, 1.0, 1.9) + 210 * edge
    picture = part.picture + flash * (np.clip(tone, 8, 252) - part.picture)
    return picture, f"burr on the rim, {part.place(1, first)}"


def _ring_only(part: Casting) -> np.ndarray:
    """Return 1 on the machined ring and 0 elsewhere, with soft borders."""
    inner = part.collar_outer
    cover: np.ndarray = soft_step(part.radius, 1.0, 0.985) * soft_step(part.radius, inner + 0.02, inner + 0.04)
    return cover


def shrinkage(rng: np.random.Generator, part: Casting) -> Drawn:
    """Draw a patch of torn spongy metal: many small pits in one stretched cloud."""
    angle = rng.uniform(0, 2 * np.pi)
    radius = rng.uniform(part.collar_outer + 0.09, 0.9)
    x, y = part.pixel_at(radius, angle)
    height, width = part.picture.shape
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    lie = angle + np.pi / 2 + rng.normal(0, 0.5)
    along = (columns - x) * np.cos(lie) + (rows - y) * np.sin(lie)
    aside = -(columns - x) * np.sin(lie) + (rows - y) * np.cos(lie)
    long, short = rng.uniform(15, 34), rng.uniform(7, 13)
    cloud = np.exp(-((along / long) ** 2) - (aside / short) ** 2)
    pits = grain(rng, (height, width), 2.3) + 0.5 * grain(rng, (height, width), 4.5)
    metal = _ring_only(part)
    level = pits + 2.6 * cloud + np.where((metal > 0.5) & (cloud > 0.05), 0, -100)
    # The threshold follows from the area, so that no patch comes out empty.
    area = int(rng.uniform(200, 750))
    level -= np.partition(level, -area, axis=None)[-area]
    hole = soft_step(level, -0.3, 0.6)
    lit = np.roll(hole, (-round(2 * np.sin(part.light)), -round(2 * np.cos(part.light))), (0, 1))
    picture = part.picture + metal * np.clip(lit - hole, 0, 1) * 0.6 * (252 - part.picture)
    picture = picture + metal * hole * (rng.uniform(25, 60) + 12 * pits - picture)
    return picture, f"shrinkage on the machined ring, {part.place(radius, angle)}"


def scratch(rng: np.random.Generator, part: Casting) -> Drawn:
    """Draw one to three scratches across the machining lines, each a dark groove with a bright side."""
    picture = part.picture.copy()
    shape = (picture.shape[0], picture.shape[1])
    angle = rng.uniform(0, 2 * np.pi)
    radius = rng.uniform(0.74, 0.88)
    centre = np.array(part.pixel_at(radius, angle))
    lie = angle + rng.uniform(-0.9, 0.9)
    metal = _ring_only(part)
    for _ in range(int(rng.choice([1, 2, 3], p=[0.55, 0.3, 0.15]))):
        length, width = rng.uniform(32, 80), rng.uniform(1.7, 3.4)
        steps = np.linspace(-0.5, 0.5, 14)
        bow = rng.normal(0, 0.06) * length * (steps**2) + rng.normal(0, 0.25, 14)
        points = centre + np.stack(
            [
                steps * length * np.cos(lie) - bow * np.sin(lie),
                steps * length * np.sin(lie) + bow * np.cos(lie),
            ],
            axis=1,
        )
        ends = np.minimum(np.arange(13), 12 - np.arange(13))
        widths = width * np.minimum(1.0, 0.35 + 0.22 * ends)
        side = width * 0.9 * np.array([np.cos(part.light + np.pi), np.sin(part.light + np.pi)])
        dark, bright = line_ink(shape, points, widths), line_ink(shape, points + side, 0.8 * widths)
        picture += metal * bright * np.float32(rng.uniform(0.5, 1.0)) * (252 - picture)
        picture += metal * dark * np.float32(rng.uniform(0.7, 0.95)) * (48 - picture)
        centre = centre + rng.normal(0, 12, 2)
        lie += rng.normal(0, 0.15)
    return picture, f"scratch across the machined ring, {part.place(radius, angle)}"


def pinched_edge(rng: np.random.Generator, part: Casting) -> Drawn:
    """Draw a rim that a blow has pressed flat: a cut-off segment with a torn, bright lip."""
    angle = rng.uniform(0, 2 * np.pi)
    depth = 0.03 + 0.05 * rng.random() ** 1.3
    shape = (part.picture.shape[0], part.picture.shape[1])
    beyond: np.ndarray = part.radius * np.cos(part.angle - np.float32(angle)) - np.float32(1 - depth)
    sideways = np.abs(part.radius * np.sin(part.angle - np.float32(angle)))
    torn = rng.uniform(0.1, 1.0)
    beyond += np.float32(0.2 * depth * torn) * grain(rng, shape, 9) + np.float32(0.006 * torn) * grain(rng, shape, 2.5)
    beyond[np.cos(part.angle - np.float32(angle)) < 0.5] = -1.0
    pixel = 1.0 / float(part.axes[0, 0])
    inside = np.clip((1.004 - part.radius) / (2 * pixel) + 0.5, 0, 1)
    gone = np.clip(beyond / (2 * pixel) + 0.5, 0, 1) * inside
    near = soft_step(sideways, 2.2 * np.sqrt(2 * depth), 0.9 * np.sqrt(2 * depth))
    shade = part.ground * (0.55 + 0.35 * soft_step(beyond, 0.0, 1.2 * depth))
    picture = part.picture + gone * (shade - part.picture)
    lip = np.exp(-(((beyond + 3 * pixel) / (2.2 * pixel)) ** 2)) * inside * near
    picture = picture + lip * np.clip(0.55 + 0.4 * grain(rng, shape, 3), 0, 1) * (250 - picture)
    tear = np.exp(-(((beyond - 1 * pixel) / (1.8 * pixel)) ** 2)) * inside * near
    picture = picture + tear * np.clip(0.6 + 0.4 * grain(rng, shape, 4), 0, 1) * (24 - picture)
    return picture, f"pinched edge, {part.place(1, angle)}"


DRAW: dict[str, Callable[[np.random.Generator, Casting], Drawn]] = {
    "blow_hole": blow_hole,
    "burr": burr,
    "shrinkage": shrinkage,
    "scratch": scratch,
    "pinched_edge": pinched_edge,
}
