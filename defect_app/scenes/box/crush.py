"""A box's corner pushed in: the outline gives way, the board crumples and splits."""

from dataclasses import dataclass

import cv2
import numpy as np

from defect_app.scenes.box.defects import rip
from defect_app.scenes.box.geometry import View
from defect_app.scenes.painting import blend, darken, folds, slopes, smooth_noise


@dataclass(frozen=True)
class Crush:
    """A crushed corner in the picture.

    Attributes
    ----------
    shift : numpy.ndarray
        float32, shape (2, height, width): from how far across and down each pixel takes its colour, pixels.
    cover : numpy.ndarray
        float32, shape (height, width): 0 outside .. 1 at the corner's new place.
    relief : numpy.ndarray
        float32, shape (height, width): the crumpled board's height, pixels.
    gap : numpy.ndarray
        float, shape (n, 2): outline of the split between two faces, pixels.
    what : str
        What is to be seen, in words.
    """

    shift: np.ndarray
    cover: np.ndarray
    relief: np.ndarray
    gap: np.ndarray
    what: str


def plan_crush(rng: np.random.Generator, view: View, origin: np.ndarray, shape: tuple[int, ...], side_px: int) -> Crush:
    """Choose a corner of the top and push it into the box.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of chance.
    view : View
        The box in the picture.
    origin : numpy.ndarray
        Upper left corner (column, row) of the window that is drawn, pixels of the picture.
    shape : tuple of int
        The window's height and width, pixels.
    side_px : int
        The picture's side, pixels.

    Returns
    -------
    Crush
        In the window's pixels.
    """
    corners = next(face for face in view.faces if face.name == "top").corners_px - origin
    middle = view.project(np.array([[0, 0, 0.4 * view.height]]))[0] - origin
    order = np.argsort(corners[:, 1])
    old = corners[order[int(rng.choice(4, p=(0.08, 0.24, 0.30, 0.38)))]]
    inwards = middle - old
    room = float(np.hypot(*inwards))
    radius = float(np.clip(rng.uniform(0.55, 0.95) * room, 0.13 * side_px, 0.26 * side_px))
    move = inwards / room * radius * rng.uniform(0.32, 0.52)
    new = old + move

    size = shape[0], shape[1]
    across = np.arange(size[1], dtype=np.float32)[None, :] - np.float32(new[0])
    down = np.arange(size[0], dtype=np.float32)[:, None] - np.float32(new[1])
    ragged = 1 + 0.16 * smooth_noise(rng, size, 0.8 * radius)
    share = np.clip((across**2 + down**2) / (radius * ragged) ** 2, 0, 1)
    cover = (1 - share) ** 2
    relief = folds(rng, size, 0.55 * radius, 5)
    relief += folds(rng, size, 0.22 * radius, 3) * 0.6
    slope_across, slope_down = slopes(relief)
    jitter = np.sqrt(cover) * np.float32(0.10 * radius)
    shift = np.stack(
        [-cover * np.float32(move[0]) + jitter * slope_across, -cover * np.float32(move[1]) + jitter * slope_down]
    )

    heading = float(np.arctan2(inwards[1], inwards[0])) + rng.uniform(-0.9, 0.9)
    steps = np.linspace(-0.25, 0.75, 14)
    line = new + np.stack([np.cos(heading) * steps, np.sin(heading) * steps], axis=1) * radius * 0.7
    side = np.array([-np.sin(heading), np.cos(heading)])
    wide = radius * rng.uniform(0.04, 0.12) * np.linspace(1, 0, 14) ** 0.7
    one = line + side * (wide * rng.uniform(0.5, 1.4, 14))[:, None]
    other = line - side * (wide * rng.uniform(0.2, 1.1, 14))[:, None]
    return Crush(shift, cover, relief, np.vstack([one, other[::-1]]), "crushed corner of the top")


def crumple(rng: np.random.Generator, box: np.ndarray, crush: Crush, light: np.ndarray) -> None:
    """Shade a box whose corner was already moved: facets, creases, and the split between the faces.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of chance.
    box : numpy.ndarray
        float32, shape (height, width, 3), RGB, 0..1; changed in place.
    crush : Crush
        The plan.
    light : numpy.ndarray
        Unit vector towards the light, world, shape (3,).
    """
    across, down = slopes(cv2.GaussianBlur(crush.relief, (0, 0), 0.8))
    # In the picture the lamp stands to the side it stands in the world, and above.
    tilt = across * float(light[0]) - down * float(light[2])
    strong = np.clip(crush.cover * 2.5, 0, 1)
    bends = cv2.Laplacian(cv2.GaussianBlur(crush.relief, (0, 0), 1.0), cv2.CV_32F)
    darken(box, np.clip(1 + strong * (0.75 * tilt - 0.10 - 0.5 * np.clip(bends - 0.05, 0, 0.6)), 0.35, 1.5))
    worn = np.clip(-bends * 2.5 - 0.1, 0, 1) * np.clip(0.5 + smooth_noise(rng, crush.cover.shape, 6.0), 0, 1)
    blend(box, worn * strong * 0.5, np.clip(box * 1.2 + 0.06, 0, 1))
    picture = box.copy()
    rip(rng, picture, crush.gap, 2.0)
    blend(box, np.clip(crush.cover * 6, 0, 1), picture)
