"""Textures of what boxes and phones lie on: wood, concrete, carpet, tiles, cloth, plain tables and studio paper."""

from itertools import pairwise

import cv2
import numpy as np

from defect_app.scenes.painting import blend, darken, fractal_noise, smooth_noise

GROUNDS: tuple[str, ...] = ("planks", "concrete", "carpet", "tiles", "cloth", "table", "paper")

_WOODS = (
    (0.55, 0.38, 0.24),
    (0.42, 0.27, 0.16),
    (0.66, 0.50, 0.33),
    (0.36, 0.30, 0.26),
    (0.73, 0.60, 0.45),
    (0.30, 0.18, 0.11),
)
_CARPETS = ((0.36, 0.37, 0.40), (0.48, 0.43, 0.38), (0.24, 0.28, 0.36), (0.52, 0.50, 0.47), (0.34, 0.24, 0.22))
_CLOTHS = ((0.62, 0.60, 0.56), (0.28, 0.33, 0.42), (0.50, 0.26, 0.24), (0.74, 0.72, 0.70), (0.30, 0.38, 0.32))


def draw_ground(rng: np.random.Generator, kind: str, side_px: int) -> np.ndarray:
    """Draw a square of ground as seen straight from above.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of chance.
    kind : str
        One of ``GROUNDS``.
    side_px : int
        Side of the square, pixels.

    Returns
    -------
    numpy.ndarray
        float32, shape (side_px, side_px, 3), RGB, 0..1; grain about a pixel fine, planks a fifth of the side.
    """
    draw = {
        "planks": _planks,
        "concrete": _concrete,
        "carpet": _carpet,
        "tiles": _tiles,
        "cloth": _cloth,
        "table": _table,
        "paper": _paper,
    }[kind]
    picture: np.ndarray = draw(rng, side_px)
    return picture


def _plain(side_px: int, colour: np.ndarray) -> np.ndarray:
    picture = np.empty((side_px, side_px, 3), np.float32)
    picture[:] = colour
    return picture


def _pick(rng: np.random.Generator, colours: tuple[tuple[float, float, float], ...]) -> np.ndarray:
    colour: np.ndarray = np.array(colours[int(rng.integers(len(colours)))]) * rng.uniform(0.85, 1.12)
    return np.clip(colour + rng.normal(0, 0.012, 3), 0.03, 0.95)


def _grain(rng: np.random.Generator, side_px: int) -> np.ndarray:
    """Wood grain along the rows: long fibres, and rings that a plain cut opens into bent lines."""
    shape = (side_px, side_px)
    fibres = smooth_noise(rng, shape, 1.2, 28.0) + 0.6 * smooth_noise(rng, shape, 3.0, 40.0)
    rings = np.sin(smooth_noise(rng, shape, side_px / 10, 5.0) * 7)
    grain: np.ndarray = fibres * 0.055 + rings * 0.045
    return grain


def _planks(rng: np.random.Generator, side_px: int) -> np.ndarray:
    picture = _plain(side_px, _pick(rng, _WOODS))
    gain = 1 + _grain(rng, side_px) * rng.uniform(0.7, 1.4)
    number = int(rng.integers(4, 8))
    edges = np.linspace(0, side_px, number + 1).astype(int)
    contrast = rng.uniform(0.03, 0.10)
    for top, bottom in pairwise(edges):
        joint = int(rng.integers(side_px))
        gain[top:bottom, :joint] *= 1 + rng.normal(0, contrast)
        gain[top:bottom, joint:] *= 1 + rng.normal(0, contrast)
        gain[top : top + 2] *= 0.55
        gain[top:bottom, joint : joint + 2] *= 0.6
    darken(picture, gain)
    return picture


def _table(rng: np.random.Generator, side_px: int) -> np.ndarray:
    if rng.random() < 0.6:
        picture = _plain(side_px, _pick(rng, _WOODS))
        darken(picture, 1 + _grain(rng, side_px) * rng.uniform(0.4, 1.0))
        return picture
    grey = rng.choice((0.16, 0.33, 0.62, 0.82))
    picture = _plain(side_px, np.array([1.0, rng.uniform(0.97, 1.0), rng.uniform(0.93, 1.02)]) * grey)
    speckle = rng.standard_normal((side_px, side_px), dtype=np.float32) * np.float32(rng.uniform(0.0, 0.05))
    darken(picture, 1 + speckle + 0.03 * smooth_noise(rng, (side_px, side_px), side_px / 3))
    return picture


def _concrete(rng: np.random.Generator, side_px: int) -> np.ndarray:
    shape = (side_px, side_px)
    picture = _plain(side_px, np.array([1.0, 0.985, 0.95]) * rng.uniform(0.42, 0.80))
    clouds = fractal_noise(rng, shape, side_px / 4, 6)
    pits = np.clip(smooth_noise(rng, shape, 2.0) - 1.3, 0, 1)
    darken(picture, 1 + 0.045 * clouds + 0.035 * rng.standard_normal(shape, dtype=np.float32) - 0.35 * pits)
    if rng.random() < 0.5:
        at = int(rng.integers(side_px - 3))
        picture[at : at + 3] *= 0.62
    return picture


def _carpet(rng: np.random.Generator, side_px: int) -> np.ndarray:
    shape = (side_px, side_px)
    picture = _plain(side_px, _pick(rng, _CARPETS))
    pile = cv2.GaussianBlur(rng.standard_normal(shape, dtype=np.float32), (0, 0), 0.8)
    darken(picture, 1 + 0.30 * pile + 0.035 * fractal_noise(rng, shape, side_px / 5, 3))
    return picture


def _tiles(rng: np.random.Generator, side_px: int) -> np.ndarray:
    shape = (side_px, side_px)
    picture = _plain(side_px, np.array([1.0, rng.uniform(0.94, 1.0), rng.uniform(0.86, 1.0)]) * rng.uniform(0.5, 0.85))
    gain = 1 + 0.035 * fractal_noise(rng, shape, side_px / 6, 5)
    number = int(rng.integers(2, 5))
    pitch = side_px // number
    for row in range(number):
        for column in range(number):
            gain[row * pitch : (row + 1) * pitch, column * pitch : (column + 1) * pitch] *= 1 + rng.normal(0, 0.02)
    darken(picture, gain)
    joints = np.zeros(shape, np.float32)
    for edge in range(number):
        joints[edge * pitch : edge * pitch + 4] = 1
        joints[:, edge * pitch : edge * pitch + 4] = 1
    blend(
        picture,
        0.7 * cv2.GaussianBlur(joints, (0, 0), 0.8),
        tuple(_pick(rng, ((0.45, 0.43, 0.40), (0.75, 0.74, 0.71)))),
    )
    return picture


def _cloth(rng: np.random.Generator, side_px: int) -> np.ndarray:
    shape = (side_px, side_px)
    picture = _plain(side_px, _pick(rng, _CLOTHS))
    threads = smooth_noise(rng, shape, 1.0, 6.0) + smooth_noise(rng, shape, 1.0, 6.0).T
    drape = smooth_noise(rng, shape, side_px / 3, 2.0)
    darken(picture, 1 + 0.06 * threads + 0.07 * drape)
    return picture


def _paper(rng: np.random.Generator, side_px: int) -> np.ndarray:
    tint = np.array([1.0, 1.0, 1.0]) if rng.random() < 0.75 else rng.uniform(0.84, 1.0, 3)
    picture = _plain(side_px, tint * rng.choice((1.04, 0.98, 0.90, 0.72), p=(0.5, 0.25, 0.15, 0.1)))
    darken(picture, 1 + 0.006 * smooth_noise(rng, (side_px, side_px), side_px / 4))
    return picture
