"""Scratches in a phone's glass: hairlines that only catch the light, and deep ones with chipped edges."""

import cv2
import numpy as np

from defect_app.scenes.painting import blend


def line_cover(shape: tuple[int, int], points: np.ndarray, widths: np.ndarray, strengths: np.ndarray) -> np.ndarray:
    """Return the cover of separate line pieces.

    Parameters
    ----------
    shape : tuple of int
        Height and width in pixels.
    points : numpy.ndarray
        float, shape (n, 2, 2): start and end (column, row) of each piece, pixels.
    widths : numpy.ndarray
        float, shape (n,), pixels; below a half the piece is fainter instead of thinner.
    strengths : numpy.ndarray
        float, shape (n,), 0..1.

    Returns
    -------
    numpy.ndarray
        float32, shape (height, width), 0..1; where pieces cross, the strongest shows.
    """
    # Drawn at twice the size: a line whose whole pixels of thickness jump from 1 to 2 looks drawn.
    cover = np.zeros((2 * shape[0], 2 * shape[1]), np.uint8)
    values = np.clip(strengths * np.minimum(2 * widths, 1), 0, 1) * 255
    ends = np.rint(np.clip(points, -2000, 2000) * 32).astype(int)
    # OpenCV mixes a smooth line into what is there, so the faint pieces go first.
    for piece in np.argsort(values):
        thick = max(1, round(2 * float(widths[piece])))
        start, end = ends[piece].tolist()
        cv2.line(cover, start, end, (int(values[piece]),), thick, cv2.LINE_AA, 4)
    return cv2.resize(cover, shape[::-1], interpolation=cv2.INTER_AREA).astype(np.float32) / 255


def glint(picture: np.ndarray, level: float) -> np.ndarray:
    """Return what colour broken glass takes over a picture: bright over dark, dark over bright.

    Parameters
    ----------
    picture : numpy.ndarray
        float32, shape (height, width, 3), RGB, 0..1.
    level : float
        How bright a crack is over black, 0..1.

    Returns
    -------
    numpy.ndarray
        float32, shape (height, width, 3).
    """
    under = cv2.blur(picture[:, :, 1], (3, 3))
    grey = level - np.clip((under - 0.5) * 3, 0, 1) * (level - 0.3)
    shade: np.ndarray = np.repeat(grey[:, :, None], 3, axis=2)
    return shade


def _curve(
    rng: np.random.Generator, inside: np.ndarray, glass: np.ndarray, length: float, heading: float | None
) -> np.ndarray:
    """Return a slightly bent line, shape (n, 2), pixels, most of it on the glass."""
    steps = np.linspace(-0.5, 0.5, 48)
    best, best_share = np.zeros((48, 2)), -1.0
    for _ in range(24):
        row, column = inside[int(rng.integers(len(inside)))]
        turn = rng.uniform(0, np.pi) if heading is None else heading + rng.normal(0, 0.1)
        bent = turn + steps * rng.normal(0, 0.5) + np.cumsum(rng.normal(0, 0.015, 48))
        way = np.cumsum(np.stack([np.cos(bent), np.sin(bent)], axis=1), axis=0) * length / 48
        line = way - way[24] + (column, row)
        at = np.rint(line).astype(int)
        valid = (at >= 0).all(axis=1) & (at[:, 1] < glass.shape[0]) & (at[:, 0] < glass.shape[1])
        share = float((glass[at[valid, 1], at[valid, 0]] > 0.9).sum() / len(line))
        if share > best_share:
            best, best_share = line, share
        if share > 0.97:
            break
    return best


def scratch(rng: np.random.Generator, picture: np.ndarray, glass: np.ndarray, scale: float, deep: bool) -> np.ndarray:
    """Scratch the glass in place.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of chance.
    picture : numpy.ndarray
        float32, shape (height, width, 3), RGB, 0..1; changed in place.
    glass : numpy.ndarray
        float32, shape (height, width): 1 on the glass.
    scale : float
        Picture pixels in a millimetre.
    deep : bool
        A gouge with chipped edges instead of hairlines.

    Returns
    -------
    numpy.ndarray
        bool, shape (height, width): the scratched pixels.
    """
    shape = glass.shape[0], glass.shape[1]
    inside = np.argwhere(cv2.erode(glass, np.ones((15, 15), np.uint8)) > 0.9)
    cover = np.zeros(shape, np.float32)
    heading = None if rng.random() < 0.5 else float(rng.uniform(0, np.pi))
    for _ in range(int(rng.integers(1, 3)) if deep else int(rng.integers(1, 6))):
        length = scale * (rng.uniform(18, 75) if deep else rng.uniform(20, 65))
        line = _curve(rng, inside, glass, float(min(length, 300)), heading)
        count = len(line) - 1
        way = np.linspace(0, np.pi, count)
        # A scratch sets in and runs out softly, and skips where the edge that cut it hopped.
        pressure = np.sin(way) ** 0.4 * np.clip(1 + np.cumsum(rng.normal(0, 0.12, count)), 0.45, 1.2)
        pressure *= rng.random(count) > (0.02 if deep else 0.08)
        width = np.maximum(1.0, scale * 0.35) * rng.uniform(1.2, 2.0) if deep else rng.uniform(0.55, 1.2)
        strength = rng.uniform(0.8, 1.0) if deep else rng.uniform(0.65, 1.0)
        pieces = np.stack([line[:-1], line[1:]], axis=1)
        cover = np.maximum(
            cover,
            line_cover(
                shape, pieces, np.maximum(width * np.sqrt(pressure), 0.2), strength * np.minimum(1, pressure + 0.1)
            ),
        )
        if deep:
            chips = line[rng.integers(4, 44, 14)] + rng.normal(0, width * 0.6, (14, 2))
            ends = chips + rng.normal(0, width * 0.9, (14, 2))
            cover = np.maximum(
                cover, line_cover(shape, np.stack([chips, ends], axis=1), np.full(14, 1.0), rng.uniform(0.3, 0.9, 14))
            )
    cover *= glass
    # The far wall of a scratch lies in shade: that is what shows on a white screen.
    shade = cv2.warpAffine(cover, np.array([[1, 0, 0.9], [0, 1, 0.9]]), shape[::-1]) * glass
    blend(picture, shade * np.float32(0.7 if deep else 0.35), (0.02, 0.02, 0.025))
    blend(picture, cover, glint(picture, rng.uniform(0.75, 0.97)))
    return cv2.dilate(np.maximum(cover, 0.6 * shade), np.ones((3, 3), np.uint8)) > 0.04
