"""Random fields, lettering and blending that the box and phone scenes paint with."""

import cv2
import numpy as np

_WORDS = (
    "LOGISTICS", "Nordhaven", "EXPRESS", "Parcel", "STORAGE", "Marlow & Finch", "KITCHENWARE", "Solvatec", "TOOLS",
    "Greenleaf", "PAPER CO", "Halden", "GLASSWARE", "BRIGHTON", "Orchard", "Milltown", "CERAMICS", "Toys", "VELO PARTS",
)  # fmt: skip
_LETTERS = np.array(list("ABCDEFGHIKLMNOPRSTUVWX0123456789"))


def smooth_noise(rng: np.random.Generator, shape: tuple[int, int], cell_px: float, stretch: float = 1.0) -> np.ndarray:
    """Return a smooth random field.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of chance.
    shape : tuple of int
        Height and width in pixels.
    cell_px : float
        Distance between independent values, pixels down the picture.
    stretch : float
        How many times longer the cells are across the picture.

    Returns
    -------
    numpy.ndarray
        float32, shape (height, width), mean about 0, standard deviation about 0.7.
    """
    height, width = shape
    rows = max(2, round(height / cell_px) + 2)
    columns = max(2, round(width / (cell_px * stretch)) + 2)
    coarse = rng.standard_normal((rows, columns), dtype=np.float32)
    return cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)


def fractal_noise(rng: np.random.Generator, shape: tuple[int, int], cell_px: float, octaves: int = 4) -> np.ndarray:
    """Return a random field with detail at several sizes, each octave half as large and half as strong.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of chance.
    shape : tuple of int
        Height and width in pixels.
    cell_px : float
        Size of the coarsest detail, pixels.
    octaves : int
        How many sizes are added; those finer than a pixel are left out.

    Returns
    -------
    numpy.ndarray
        float32, shape (height, width), mean about 0, standard deviation about 0.8.
    """
    field = np.zeros(shape, np.float32)
    weight = 1.0
    for octave in range(octaves):
        if cell_px / 2**octave < 1:
            break
        field += np.float32(weight) * smooth_noise(rng, shape, cell_px / 2**octave)
        weight /= 2
    return field


def folds(rng: np.random.Generator, shape: tuple[int, int], length_px: float, directions: int = 4) -> np.ndarray:
    """Return the height of crumpled board: flat facets that meet in sharp creases.

    Triangle waves in several directions are added up, along lines bent by a smooth field so that no two facets repeat.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of chance.
    shape : tuple of int
        Height and width in pixels.
    length_px : float
        Size of the facets, pixels.
    directions : int
        How many directions the creases run in.

    Returns
    -------
    numpy.ndarray
        float32, shape (height, width), height in pixels, about 0..``length_px`` / 2.
    """
    height, width = shape
    across = np.arange(width, dtype=np.float32)[None, :] + smooth_noise(rng, shape, length_px) * (0.25 * length_px)
    down = np.arange(height, dtype=np.float32)[:, None] + smooth_noise(rng, shape, length_px) * (0.25 * length_px)
    field = np.zeros(shape, np.float32)
    start = rng.uniform(0, np.pi)
    for turn in range(directions):
        angle = start + (turn + rng.uniform(-0.3, 0.3)) * np.pi / directions
        wave = length_px * rng.uniform(1.2, 2.6)
        phase = (across * np.cos(angle) + down * np.sin(angle)) / wave + rng.uniform(0, 1)
        field += np.abs(phase - np.rint(phase)) * np.float32(wave * rng.uniform(0.5, 1.0) / directions)
    return field


def slopes(height_px: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return how steeply a height field rises to the right and downwards (height pixels per pixel)."""
    kernel = np.array([[-0.5, 0, 0.5]], np.float32)
    return cv2.filter2D(height_px, -1, kernel), cv2.filter2D(height_px, -1, kernel.T)


def in_colour(field: np.ndarray) -> np.ndarray:
    """Return a (height, width) field three times over, shape (height, width, 3): numpy is slow to stretch it itself."""
    return cv2.merge((field, field, field))


def blend(picture: np.ndarray, cover: np.ndarray, colour: tuple[float, ...] | np.ndarray) -> None:
    """Paint over a picture in place.

    Parameters
    ----------
    picture : numpy.ndarray
        float32, shape (height, width, 3).
    cover : numpy.ndarray
        float32, shape (height, width), 0 (leave) .. 1 (replace).
    colour : tuple or numpy.ndarray
        One colour, or a picture of the same shape.
    """
    # Most covers are small or narrow: the rectangle round them is a fraction of the picture.
    rows = np.flatnonzero(cover.any(axis=1))
    if len(rows) == 0:
        return
    columns = np.flatnonzero(cover[rows[0] : rows[-1] + 1].any(axis=0))
    place = (slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1))
    paint = np.broadcast_to(np.asarray(colour, np.float32), picture.shape)
    part = picture[place]
    part += in_colour(cover[place].astype(np.float32, copy=False)) * (paint[place] - part)


def darken(picture: np.ndarray, gain: np.ndarray) -> None:
    """Multiply a (height, width, 3) picture in place by a (height, width) gain."""
    picture *= in_colour(gain)


def polygon_cover(shape: tuple[int, int], corners: np.ndarray) -> np.ndarray:
    """Return the smooth-edged cover, float32 0..1 of the given (height, width), of a polygon, shape (n, 2), pixels."""
    cover = np.zeros(shape, np.uint8)
    cv2.fillPoly(cover, [np.rint(np.asarray(corners) * 16).astype(np.int32)], (255,), cv2.LINE_AA, 4)
    return cover.astype(np.float32) / 255


def write(
    cover: np.ndarray, text: str, corner: tuple[float, float], size_px: float, weight: int = 500, strength: int = 255
) -> float:
    """Write one line of text onto a cover.

    Parameters
    ----------
    cover : numpy.ndarray
        uint8, shape (height, width); changed in place.
    text : str
        The line.
    corner : tuple of float
        Left end of the base line, pixels.
    size_px : float
        Height of the letters with their descenders, pixels.
    weight : int
        100 (thin) .. 900 (black).
    strength : int
        Value written, 0..255.

    Returns
    -------
    float
        Where the line ends, pixels from the left.
    """
    origin = (round(corner[0]), round(corner[1]))
    # The wrap range is opened wide: text that runs out of the picture is cut, as print on an edge is, not wrapped.
    end, _ = cv2.putText(
        cover, text, origin, (strength,), cv2.FontFace("sans"), max(3, round(size_px)), weight, 0, (-9999, 9999)
    )
    return float(end[0])


def random_word(rng: np.random.Generator) -> str:
    """Return an invented maker's or trade's name."""
    return _WORDS[int(rng.integers(len(_WORDS)))]


def random_code(rng: np.random.Generator, length: int) -> str:
    """Return random capitals and digits."""
    return "".join(rng.choice(_LETTERS, length))
