"""A box's faces: board, seams, tape, hand holes and wear, as colour, relief and gloss."""

import cv2
import numpy as np

from defect_app.scenes.box.geometry import Face
from defect_app.scenes.box.print import draw_band, draw_name, print_side, stick_label, stick_sticker
from defect_app.scenes.box.style import Style, Surface
from defect_app.scenes.painting import blend, darken, fractal_noise, smooth_noise


def draw_surface(rng: np.random.Generator, face: Face, style: Style, texture_px: float) -> Surface:
    """Draw a sound face.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of chance.
    face : Face
        Which face it is, and its size.
    style : Style
        What it shares with the box's other faces.
    texture_px : float
        Texture pixels in the world's unit.

    Returns
    -------
    Surface
        Board with print, tape and labels; the mask is empty.
    """
    shape = max(24, round(face.size[1] * texture_px)), max(24, round(face.size[0] * texture_px))
    surface = _board(rng, shape, style, texture_px)
    if style.band is not None:
        draw_band(rng, surface, style)
    if face.name != "top":
        print_side(rng, surface, style)
    elif rng.random() < 0.25:
        draw_name(rng, surface, style)
    along_seam = face.name in ("left", "right") if not style.seam_across else face.name in ("front", "back")
    if face.name == "top":
        _top_seam(rng, surface, style)
    elif along_seam and style.tape is not None:
        reach = rng.uniform(0.12, 0.3) * surface.shape[0]
        _tape(rng, surface, style, (0.5 * surface.shape[1], -2.0), (0.5 * surface.shape[1], reach))
    if face.name != "top" and rng.random() < 0.12 and min(surface.shape) > 80:
        _hand_hole(surface)
    else:
        if rng.random() < (0.65 if face.name == "top" else 0.42):
            stick_label(rng, surface)
        if rng.random() < 0.14:
            stick_sticker(rng, surface)
    _wear(rng, surface, style)
    return surface


def _board(rng: np.random.Generator, shape: tuple[int, int], style: Style, texture_px: float) -> Surface:
    height, width = shape
    cloudy = fractal_noise(rng, shape, 0.35 * texture_px, 4)
    fibres = smooth_noise(rng, shape, 1.0, 4.0)
    flute_px = max(4.0, 0.017 * texture_px)
    bend = smooth_noise(rng, (1, width), 1.0, 40)[0] * 2
    flutes = np.sin((np.arange(width, dtype=np.float32) + bend) * np.float32(2 * np.pi / flute_px))[None, :]
    # Flutes show through the liner more in some places than in others.
    through = np.clip(0.5 + 0.5 * smooth_noise(rng, shape, 0.3 * texture_px), 0, 1.5)
    plain = style.band is not None
    gain = 1 + cloudy * 0.022 + fibres * (0.012 if plain else 0.024) + flutes * through * 0.008
    albedo = np.empty((height, width, 3), np.float32)
    albedo[:] = style.board
    darken(albedo, gain)
    albedo[:, :, 2] *= 1 - 0.02 * cloudy
    flecks = rng.random((height * width) // 900, dtype=np.float32)
    rows, columns = rng.integers(0, height, len(flecks)), rng.integers(0, width, len(flecks))
    albedo[rows, columns] *= (0.72 + 0.4 * flecks)[:, None]
    relief = smooth_noise(rng, shape, 0.45 * texture_px) * (0.008 * texture_px) + flutes * through * 0.035
    return Surface(
        albedo, relief, np.full(shape, 0.25 if plain else 0.04, np.float32), np.zeros(shape, np.float32), texture_px
    )


def _top_seam(rng: np.random.Generator, surface: Surface, style: Style) -> None:
    height, width = surface.shape
    if style.seam_across:
        start, end = (0.5 * width, -4.0), (0.5 * width, height + 4.0)
    else:
        start, end = (-4.0, 0.5 * height), (width + 4.0, 0.5 * height)
    gap = _stroke(surface.shape, start, end, max(1.2, 0.006 * surface.px_per_unit))
    darken(surface.albedo, 1 - 0.6 * gap)
    surface.relief -= 0.6 * cv2.GaussianBlur(gap, (0, 0), 1.2)
    if style.tape is not None:
        _tape(rng, surface, style, start, end)


def _stroke(
    shape: tuple[int, int], start: tuple[float, float], end: tuple[float, float], thick_px: float
) -> np.ndarray:
    """Return the cover, float32 0..1, of a straight stroke with square ends."""
    along = np.subtract(end, start)
    side = np.array([-along[1], along[0]]) / max(1e-6, float(np.hypot(*along))) * thick_px / 2
    corners = np.array([start + side, end + side, end - side, start - side])
    cover = np.zeros(shape, np.uint8)
    cv2.fillPoly(cover, [np.rint(corners * 8).astype(np.int32)], (255,), cv2.LINE_AA, 3)
    return cover.astype(np.float32) / 255


def _tape(
    rng: np.random.Generator, surface: Surface, style: Style, start: tuple[float, float], end: tuple[float, float]
) -> None:
    drift = rng.normal(0, 0.012 * surface.px_per_unit, 2)
    if abs(start[0] - end[0]) > abs(start[1] - end[1]):
        start, end = (start[0], start[1] + drift[0]), (end[0], end[1] + drift[1])
    else:
        start, end = (start[0] + drift[0], start[1]), (end[0] + drift[1], end[1])
    cover = _stroke(surface.shape, start, end, style.tape_width * surface.px_per_unit)
    streaks = (
        smooth_noise(rng, surface.shape, 3.0, 12.0)
        if abs(end[0] - start[0]) > abs(end[1] - start[1])
        else (smooth_noise(rng, (surface.shape[1], surface.shape[0]), 3.0, 12.0).T)
    )
    assert style.tape is not None
    # Clear and tan tapes alike let the board's pattern through.
    blend(surface.albedo, cover * np.clip(0.5 + 0.08 * streaks, 0, 1), style.tape)
    surface.relief += cover * (0.5 + 0.16 * streaks)
    np.maximum(surface.gloss, cover * np.clip(0.75 + 0.2 * streaks, 0, 1), out=surface.gloss)


def _hand_hole(surface: Surface) -> None:
    """Punch the oval that many sound boxes are carried by: a dark hole that is no defect."""
    height, width = surface.shape
    wide, tall = 0.09 * surface.px_per_unit, 0.028 * surface.px_per_unit
    row = np.arange(height, dtype=np.float32)[:, None] - 0.3 * height
    column = np.arange(width, dtype=np.float32)[None, :] - 0.5 * width
    beyond = np.hypot(np.maximum(np.abs(column) - wide + tall, 0), row)
    inside = np.clip(tall - beyond + 0.5, 0, 1)
    blend(surface.albedo, np.clip(tall + 2 - beyond, 0, 1) * 0.5, (0.80, 0.68, 0.52))
    depth = np.clip(0.10 + 0.10 * row / tall, 0.02, 0.2)
    blend(surface.albedo, inside, depth[:, :, None] * np.array([1.0, 0.75, 0.5], np.float32))


def _wear(rng: np.random.Generator, surface: Surface, style: Style) -> None:
    """Rub the edges pale, scuff and soil the face: handling marks that are no defect."""
    height, width = surface.shape
    row = np.minimum(np.arange(height), height - 1 - np.arange(height)).astype(np.float32)[:, None]
    column = np.minimum(np.arange(width), width - 1 - np.arange(width)).astype(np.float32)[None, :]
    edge = np.minimum(row, column)
    uneven = np.clip(0.5 + smooth_noise(rng, surface.shape, 9.0), 0, 1.4)
    rubbed = np.exp(-edge / 1.6) * uneven * np.float32(0.15 + 0.45 * style.handled)
    blend(
        surface.albedo, np.clip(rubbed, 0, 0.7), np.minimum(1.0, np.array(style.board) * 1.12 + 0.03).astype(np.float32)
    )
    # Creased edges lean over: the last pixels of a face turn away from its plane.
    surface.relief -= np.exp(-edge / 2.5) * 0.8
    dirt = np.clip(fractal_noise(rng, surface.shape, 0.22 * surface.px_per_unit, 5) - 0.7, 0, 1)
    darken(surface.albedo, 1 - np.minimum(0.08, dirt * np.float32(0.10 * style.handled)))
