"""What the faces of one box share, and the layers that a face is drawn in."""

from dataclasses import dataclass

import numpy as np

from defect_app.scenes.painting import random_word

_LINER = ((0.70, 0.53, 0.36), (0.74, 0.58, 0.42), (0.63, 0.47, 0.31), (0.78, 0.64, 0.48), (0.67, 0.54, 0.40))
_RETAIL = ((0.16, 0.33, 0.62), (0.72, 0.16, 0.15), (0.20, 0.50, 0.30), (0.90, 0.62, 0.14), (0.32, 0.34, 0.38))
_INKS = ((0.10, 0.09, 0.09), (0.22, 0.15, 0.11), (0.13, 0.17, 0.33), (0.50, 0.12, 0.10), (0.12, 0.27, 0.18))
_TAPES = ((0.66, 0.50, 0.30), (0.55, 0.39, 0.21), (0.80, 0.76, 0.66), (0.90, 0.88, 0.84), (0.80, 0.63, 0.28))


@dataclass
class Surface:
    """One face's texture while it is being drawn.

    Attributes
    ----------
    albedo : numpy.ndarray
        float32, shape (height, width, 3), RGB, 0..1.
    relief : numpy.ndarray
        float32, shape (height, width), height above the face, texture pixels.
    gloss : numpy.ndarray
        float32, shape (height, width), 0 (board) .. 1 (tape).
    mask : numpy.ndarray
        float32, shape (height, width), 1 where a defect was drawn.
    px_per_unit : float
        Texture pixels in the world's unit.
    """

    albedo: np.ndarray
    relief: np.ndarray
    gloss: np.ndarray
    mask: np.ndarray
    px_per_unit: float

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width in texture pixels."""
        return self.relief.shape[0], self.relief.shape[1]


@dataclass(frozen=True)
class Style:
    """What all faces of one box share; colours are RGB, 0..1."""

    board: tuple[float, float, float]
    band: tuple[float, float, float] | None
    ink: tuple[float, float, float]
    tape: tuple[float, float, float] | None
    tape_width: float
    seam_across: bool
    name: str
    handled: float


def choose_style(rng: np.random.Generator) -> Style:
    """Draw the colours, tape and maker of a box."""
    kind = rng.random()
    board = np.array(_LINER[int(rng.integers(len(_LINER)))]) * rng.uniform(0.9, 1.08) + rng.normal(0, 0.012, 3)
    band = None
    if kind > 0.86:
        board = np.array([0.84, 0.83, 0.80]) * rng.uniform(0.94, 1.04)
        band = _RETAIL[int(rng.integers(len(_RETAIL)))] if rng.random() < 0.6 else None
    elif kind > 0.76:
        board = np.array(_RETAIL[int(rng.integers(len(_RETAIL)))]) * rng.uniform(0.85, 1.15)
        band = (0.90, 0.89, 0.86)
    ink = _INKS[int(rng.integers(len(_INKS)))] if kind <= 0.76 or kind > 0.86 else (0.93, 0.92, 0.90)
    tape = _TAPES[int(rng.integers(len(_TAPES)))] if rng.random() < 0.85 else None
    red, green, blue = (float(part) for part in np.clip(board, 0.05, 0.95))
    return Style(
        (red, green, blue), band, ink, tape, rng.uniform(0.08, 0.14), rng.random() < 0.3, random_word(rng),
        float(rng.beta(1.2, 2.5)),
    )  # fmt: skip
