"""Damage to a box: holes, tears, dents and wet patches on one face."""

import cv2
import numpy as np

from defect_app.scenes.box.geometry import Face
from defect_app.scenes.box.style import Surface
from defect_app.scenes.painting import blend, darken, folds, fractal_noise, smooth_noise

_SIDES = {
    "top": "the top",
    "front": "the front",
    "back": "the far side",
    "left": "the left side",
    "right": "the right side",
}


def draw_defect(rng: np.random.Generator, kind: str, faces: tuple[Face, ...], surfaces: list[Surface]) -> str:
    """Damage one face in place.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of chance.
    kind : str
        "hole", "tear", "dent" or "wet_patch".
    faces : tuple of Face
        The visible faces; a face is chosen by how much of it is seen.
    surfaces : list of Surface
        Their surfaces, in the same order; one is changed and its mask set.

    Returns
    -------
    str
        What is to be seen, in words.
    """
    seen = np.array([cv2.contourArea(face.corners_px) for face in faces])
    seen[seen < 0.35 * seen.max()] = 0
    place = int(rng.choice(len(faces), p=seen / seen.sum()))
    face, surface = faces[place], surfaces[place]
    if kind == "hole":
        _hole(rng, surface)
    elif kind == "tear":
        _tear(rng, surface)
    elif kind == "dent":
        _dent(rng, surface)
    else:
        _wet_patch(rng, surface, seeps=face.name != "top")
    return f"{kind.replace('_', ' ')} on {_SIDES[face.name]}"


def _reach(rng: np.random.Generator, surface: Surface, low: float, high: float, most: float) -> float:
    """Return a size in texture pixels: a share of the box, but no more than ``most`` of the face."""
    return float(min(rng.uniform(low, high) * surface.px_per_unit, most * min(surface.shape)))


def _place(rng: np.random.Generator, surface: Surface, radius: float) -> np.ndarray:
    """Return a point (column, row) whose circle lies inside the face."""
    height, width = surface.shape
    return np.array(
        [rng.uniform(radius, max(radius + 1, width - radius)), rng.uniform(radius, max(radius + 1, height - radius))]
    )


def rip(rng: np.random.Generator, picture: np.ndarray, outline: np.ndarray, pale_px: float) -> np.ndarray:
    """Open board along an outline: dark inside, the torn liner's pale fibres around, the flutes' ends between.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of chance.
    picture : numpy.ndarray
        float32, shape (height, width, 3), 0..1; changed in place.
    outline : numpy.ndarray
        float, shape (n, 2): the opening's corners (column, row), pixels.
    pale_px : float
        Mean width of the torn rim, pixels.

    Returns
    -------
    numpy.ndarray
        float32, shape (height, width): 1 where the board was opened or its liner torn.
    """
    shape = picture.shape[0], picture.shape[1]
    cover = np.zeros(shape, np.uint8)
    cv2.fillPoly(cover, [np.rint(outline * 8).astype(np.int32)], (255,), cv2.LINE_AA, 3)
    outside = cv2.distanceTransform((cover < 128).astype(np.uint8), cv2.DIST_L2, 3)
    inside = cv2.distanceTransform((cover >= 128).astype(np.uint8), cv2.DIST_L2, 3)
    ragged = np.clip(1 + 0.7 * smooth_noise(rng, shape, 7.0) + 0.35 * smooth_noise(rng, shape, 2.5), 0, 3) * pale_px
    rim = np.clip(ragged - outside + 0.5, 0, 1)
    around = picture[(outside > 0) & (outside < 12)].mean(axis=0)
    pale = np.clip(around * 0.55 + np.array([0.43, 0.35, 0.25], np.float32), 0, 0.9)
    fibres = (1 + 0.10 * smooth_noise(rng, shape, 1.0, 3.0) + 0.06 * smooth_noise(rng, shape, 4.0))[:, :, None]
    # The board round an opening lies in its own shadow, as the rim stands up a little.
    darken(picture, 1 - 0.25 * np.exp(-np.maximum(outside - ragged, 0) / (1.2 * pale_px + 1)) * (outside > 0))
    blend(picture, rim, pale * fibres)
    depth = np.clip(inside / 10, 0, 1)
    row = np.arange(shape[0], dtype=np.float32)[:, None]
    top, bottom = outline[:, 1].min(), outline[:, 1].max()
    glow = np.clip((row - top) / max(4.0, bottom - top), 0, 1) * 0.10 * (1 + 0.5 * smooth_noise(rng, shape, 14.0))
    dark = (0.16 - 0.12 * depth + glow)[:, :, None] * np.array([1.0, 0.76, 0.54], np.float32)
    blend(picture, cover.astype(np.float32) / 255, np.clip(dark, 0.015, 1).astype(np.float32))
    return np.clip(rim + cover.astype(np.float32) / 255, 0, 1)


def _jagged_ring(rng: np.random.Generator, centre: np.ndarray, radius: float) -> np.ndarray:
    """Return an irregular closed outline, shape (n, 2), round a centre."""
    number = 64
    turn = np.linspace(0, 2 * np.pi, number, endpoint=False)
    waves = sum(rng.uniform(0, 0.34 / wave) * np.cos(wave * turn + rng.uniform(0, 6.3)) for wave in (2, 3, 5))
    length = radius * np.clip(0.8 + waves + 0.06 * rng.standard_normal(number), 0.25, 1.4)
    flat = rng.uniform(0.6, 1.0)
    lean = rng.uniform(0, np.pi)
    ring = np.stack([np.cos(turn) * length, np.sin(turn) * length * flat], axis=1)
    spin = np.array([[np.cos(lean), -np.sin(lean)], [np.sin(lean), np.cos(lean)]])
    outline: np.ndarray = ring @ spin.T + centre
    return outline


def _flap(
    rng: np.random.Generator, surface: Surface, start: np.ndarray, end: np.ndarray, tip: np.ndarray
) -> np.ndarray:
    """Fold a torn piece of board outwards, its pale inner side up, and return its cover."""
    points = []
    for first, second in ((start, tip), (tip, end)):
        steps = np.linspace(0, 1, 7)[:-1, None]
        points.append(first + (second - first) * steps + rng.normal(0, 0.03 * np.hypot(*(second - first)), (6, 2)))
    outline = np.vstack([*points, end[None]])
    cover = np.zeros(surface.shape, np.uint8)
    cv2.fillPoly(cover, [np.rint(outline * 8).astype(np.int32)], (255,), cv2.LINE_AA, 3)
    aside = cv2.warpAffine(cover, np.array([[1.0, 0, 2], [0, 1, 3]]), surface.shape[::-1])
    shadow = cv2.GaussianBlur(aside, (0, 0), 2.5).astype(np.float32) / 255
    darken(surface.albedo, 1 - 0.55 * shadow)
    colour = np.clip(surface.albedo.mean(axis=(0, 1)) * 0.6 + np.array([0.36, 0.29, 0.20]), 0, 0.88)
    away = np.clip(
        (
            (np.indices(surface.shape)[::-1] - start[:, None, None])
            * ((tip - start) / np.sum((tip - start) ** 2))[:, None, None]
        ).sum(axis=0),
        0,
        1,
    )
    stripes = np.sin(np.arange(surface.shape[1]) * (2 * np.pi / max(4.0, 0.017 * surface.px_per_unit)))[None, :]
    shade = 0.72 + 0.36 * away + 0.05 * stripes + 0.06 * smooth_noise(rng, surface.shape, 6.0)
    blend(surface.albedo, cover.astype(np.float32) / 255, (shade[:, :, None] * colour).astype(np.float32))
    return np.maximum(cover.astype(np.float32) / 255, np.clip(2 * shadow, 0, 1))


def _hole(rng: np.random.Generator, surface: Surface) -> None:
    radius = _reach(rng, surface, 0.07, 0.17, 0.32)
    centre = _place(rng, surface, 1.25 * radius)
    outline = _jagged_ring(rng, centre, radius)
    pushed = _pyramid(rng, surface, centre, 1.9 * radius)
    surface.relief -= pushed * (0.30 * radius)
    darken(surface.albedo, 1 - 0.18 * pushed)
    opened = rip(rng, surface.albedo, outline, max(1.6, 0.10 * radius))
    if rng.random() < 0.6:
        turn = int(rng.integers(64))
        span = int(rng.integers(9, 16))
        start, end = outline[turn], outline[(turn + span) % 64]
        tip = (start + end) / 2 + ((start + end) / 2 - centre) * rng.uniform(0.5, 1.0)
        opened = np.maximum(opened, _flap(rng, surface, start, end, tip))
    surface.gloss *= 1 - opened
    np.maximum(surface.mask, np.maximum(opened, pushed > 0.01), out=surface.mask)


def _tear(rng: np.random.Generator, surface: Surface) -> None:
    height, width = surface.shape
    length = _reach(rng, surface, 0.30, 0.65, 0.85)
    if rng.random() < 0.6:
        at_top = rng.random() < 0.7
        start = np.array([rng.uniform(0.15, 0.85) * width, -3.0 if at_top else height + 3.0])
        heading = np.pi / 2 * (1 if at_top else -1) + rng.uniform(-0.7, 0.7)
        opening = np.linspace(1, 0, 24) ** 0.7
    else:
        start = _place(rng, surface, 0.3 * length)
        heading = float(np.arctan2(height / 2 - start[1], width / 2 - start[0])) + rng.uniform(-0.4, 0.4)
        opening = np.sin(np.linspace(0, np.pi, 24)) ** 0.8
    bends = heading + np.cumsum(rng.normal(0, 0.16, 24))
    middle = start + np.cumsum(np.stack([np.cos(bends), np.sin(bends)], axis=1) * (length / 24), axis=0)
    wide = max(3.0, rng.uniform(0.03, 0.085) * surface.px_per_unit)
    side = np.stack([-np.sin(bends), np.cos(bends)], axis=1)
    one = middle + side * (opening * wide * rng.uniform(0.35, 0.75, 24))[:, None]
    other = middle - side * (opening * wide * rng.uniform(0.25, 0.65, 24))[:, None]
    outline = np.vstack([one, other[::-1]])
    cover = np.zeros(surface.shape, np.uint8)
    cv2.fillPoly(cover, [np.rint(outline).astype(np.int32)], (255,))
    near = np.clip(1 - cv2.distanceTransform((cover == 0).astype(np.uint8), cv2.DIST_L2, 3) / (2.6 * wide), 0, 1)
    surface.relief += near**2 * 0.35 * wide + folds(rng, surface.shape, 2.5 * wide) * near * 0.5
    opened = rip(rng, surface.albedo, outline, max(1.8, 0.22 * wide))
    if rng.random() < 0.7:
        first = int(rng.integers(2, 9))
        last = first + int(rng.integers(6, 10))
        lip = one if rng.random() < 0.5 else other
        away = lip[(first + last) // 2] - middle[(first + last) // 2]
        away = away / max(1e-3, float(np.hypot(*away)))
        tip = lip[(first + last) // 2] + away * wide * rng.uniform(0.9, 2.0)
        opened = np.maximum(opened, _flap(rng, surface, lip[first], lip[last], tip))
    surface.gloss *= 1 - opened
    np.maximum(surface.mask, np.maximum(opened, near > 0.01), out=surface.mask)


def _pyramid(rng: np.random.Generator, surface: Surface, centre: np.ndarray, radius: float) -> np.ndarray:
    """Return 0 outside, rising to 1 at the centre in a few flat facets with creases between them."""
    number = int(rng.integers(4, 7))
    turns = (np.arange(number) + rng.uniform(-0.3, 0.3, number)) * 2 * np.pi / number + rng.uniform(0, 6.3)
    column = np.arange(surface.shape[1], dtype=np.float32)[None, :] - np.float32(centre[0])
    row = np.arange(surface.shape[0], dtype=np.float32)[:, None] - np.float32(centre[1])
    column = column + smooth_noise(rng, surface.shape, 0.5 * radius) * np.float32(0.07 * radius)
    sides = [(column * np.cos(turn) + row * np.sin(turn)) / (radius * rng.uniform(0.55, 0.95)) for turn in turns]
    flat: np.ndarray = np.clip(1 - np.maximum.reduce(sides), 0, 1)
    facets: np.ndarray = flat * (np.hypot(column, row) < 2.2 * radius)
    return facets


def _dent(rng: np.random.Generator, surface: Surface) -> None:
    radius = _reach(rng, surface, 0.20, 0.36, 0.6)
    centre = _place(rng, surface, 0.8 * radius)
    pushed = _pyramid(rng, surface, centre, radius)
    # The bottom is flat or rounded where something pressed in, and the board buckles round it.
    pressed = np.minimum(pushed, rng.uniform(0.5, 0.9))
    soft = np.sqrt(np.clip(pushed, 0, 1))
    crumple = folds(rng, surface.shape, 0.5 * radius)
    surface.relief -= pressed * radius * rng.uniform(0.45, 0.8) + (crumple - crumple.mean()) * soft * 0.6
    darken(surface.albedo, 1 - 0.30 * pressed)
    rise = cv2.GaussianBlur(surface.relief, (0, 0), 1.0)
    ridge = np.clip(-cv2.Laplacian(rise, cv2.CV_32F) * 3 - 0.25, 0, 1) * np.clip(
        0.6 + smooth_noise(rng, surface.shape, 6.0), 0, 1
    )
    blend(surface.albedo, ridge * soft * 0.5, np.clip(surface.albedo * 1.2 + 0.06, 0, 1))
    cut = np.clip(cv2.Laplacian(rise, cv2.CV_32F) * 3 - 0.25, 0, 1)
    darken(surface.albedo, 1 - 0.35 * cut * soft)
    np.maximum(surface.mask, pushed > 0.005, out=surface.mask)


def _wet_patch(rng: np.random.Generator, surface: Surface, seeps: bool) -> None:
    height, width = surface.shape
    radius = _reach(rng, surface, 0.24, 0.40, 0.7)
    centre = np.array([rng.uniform(0.15, 0.85) * width, rng.uniform(0.25, 0.75) * height])
    if seeps and rng.random() < 0.75:
        centre[1] = height * rng.uniform(0.92, 1.05)
    column = (np.arange(width, dtype=np.float32)[None, :] - centre[0]) / rng.uniform(0.9, 1.6)
    row = np.arange(height, dtype=np.float32)[:, None] - centre[1]
    level = 1 - np.hypot(column, row) / radius + 0.30 * fractal_noise(rng, surface.shape, 0.8 * radius, 5)
    level = np.where(np.hypot(column, row) < 1.9 * radius, level, np.float32(-1))
    cover = np.clip(level * 14, 0, 1)
    tide = np.exp(-(((level - 0.05) / 0.035) ** 2)) * np.clip(0.8 + 0.4 * smooth_noise(rng, surface.shape, 12.0), 0, 1)
    soaked = np.clip(level * 1.4, 0, 1)
    wet = 1 - cover * np.float32(rng.uniform(0.28, 0.42)) - 0.10 * soaked - 0.16 * tide
    stain = np.stack([wet**0.9, wet, wet**1.15], axis=2)
    surface.albedo *= np.clip(stain, 0.2, 1)
    surface.relief += cover * smooth_noise(rng, surface.shape, 0.07 * surface.px_per_unit) * 0.9 * soaked
    surface.gloss = np.maximum(surface.gloss, cover * 0.22)
    np.maximum(surface.mask, cover + tide > 0.05, out=surface.mask)
