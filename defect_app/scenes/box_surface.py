"""What is on a box's faces: board, seams, tape, labels and print, as colour, relief and gloss."""

from dataclasses import dataclass

import cv2
import numpy as np

from defect_app.scenes.box_geometry import Face
from defect_app.scenes.painting import blend, darken, fractal_noise, random_code, random_word, smooth_noise, write

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
        _band(rng, surface, style)
    if face.name != "top":
        _print_side(rng, surface, style)
    elif rng.random() < 0.25:
        _name(rng, surface, style)
    along_seam = face.name in ("left", "right") if not style.seam_across else face.name in ("front", "back")
    if face.name == "top":
        _top_seam(rng, surface, style)
    elif along_seam and style.tape is not None:
        reach = rng.uniform(0.12, 0.3) * surface.shape[0]
        _tape(rng, surface, style, (0.5 * surface.shape[1], -2.0), (0.5 * surface.shape[1], reach))
    if rng.random() < (0.6 if face.name == "top" else 0.4):
        _label(rng, surface)
    if rng.random() < 0.14:
        _sticker(rng, surface)
    if face.name != "top" and rng.random() < 0.10 and min(surface.shape) > 80:
        _hand_hole(surface)
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
    relief = smooth_noise(rng, shape, 0.45 * texture_px) * (0.012 * texture_px) + flutes * through * 0.035
    return Surface(albedo, relief, np.full(shape, 0.25 if plain else 0.04, np.float32), np.zeros(shape, np.float32), texture_px)


def _ink(rng: np.random.Generator, surface: Surface, cover: np.ndarray, colour: tuple[float, float, float]) -> None:
    """Print a cover: flexography on board is uneven and never fully opaque."""
    patchy = np.clip(0.86 + 0.1 * smooth_noise(rng, surface.shape, 2.0), 0, 1)
    blend(surface.albedo, cover.astype(np.float32) * (patchy / 255), colour)


def _band(rng: np.random.Generator, surface: Surface, style: Style) -> None:
    height, width = surface.shape
    cover = np.zeros(surface.shape, np.uint8)
    top = int(height * rng.uniform(0.05, 0.6))
    slant = int(height * rng.uniform(-0.15, 0.15))
    thick = int(height * rng.uniform(0.12, 0.35))
    corners = np.array([[0, top], [width, top + slant], [width, top + slant + thick], [0, top + thick]])
    cv2.fillPoly(cover, [corners], (255,), cv2.LINE_AA)
    assert style.band is not None
    blend(surface.albedo, cover.astype(np.float32) / 255, style.band)


def _name(rng: np.random.Generator, surface: Surface, style: Style) -> None:
    height, width = surface.shape
    cover = np.zeros(surface.shape, np.uint8)
    size = min(height * rng.uniform(0.13, 0.26), 1.1 * width / len(style.name))
    write(cover, style.name, (width * rng.uniform(0.06, 0.2), height * rng.uniform(0.52, 0.7)), size, 800)
    _ink(rng, surface, cover, style.ink)


def _print_side(rng: np.random.Generator, surface: Surface, style: Style) -> None:
    named = rng.random() < 0.5
    if named:
        _name(rng, surface, style)
    height, width = surface.shape
    cover = np.zeros(surface.shape, np.uint8)
    if rng.random() < 0.55:
        size = max(5.0, height * rng.uniform(0.045, 0.075))
        left, top = width * rng.uniform(0.05, 0.55), height * rng.uniform(0.12, 0.2)
        for line in range(int(rng.integers(2, 4 if named else 7))):
            start = ("QTY:", "G.W.", "N.W.", "SIZE", "LOT No.", "C/NO.", "ITEM")[int(rng.integers(7))]
            write(cover, f"{start} {random_code(rng, int(rng.integers(3, 9)))}", (left, top + line * 1.35 * size), size)
    if rng.random() < 0.55:
        size = height * rng.uniform(0.12, 0.22)
        left, base = width * rng.uniform(0.05, 0.6), height * rng.uniform(0.8, 0.94)
        for place, sign in enumerate(rng.permutation(4)[: int(rng.integers(2, 4))]):
            _care_sign(cover, int(sign), left + place * 1.15 * size, base - size, size)
    _ink(rng, surface, cover, style.ink)


def _care_sign(cover: np.ndarray, sign: int, left: float, top: float, size: float) -> None:
    """Draw one of the care signs printed on boxes: this way up, glass, umbrella, stacking limit."""

    def at(*points: tuple[float, float]) -> np.ndarray:
        return np.rint(np.array([(left + x * size, top + y * size) for x, y in points]) * 8).astype(np.int32)

    thick = max(1, round(size * 0.05))
    shift, smooth = 3, cv2.LINE_AA
    cv2.polylines(cover, [at((0, 0), (1, 0), (1, 1), (0, 1))], True, (255,), max(1, thick // 2 + 1), smooth, shift)
    if sign == 0:
        for x in (0.3, 0.7):
            cv2.fillPoly(cover, [at((x - 0.15, 0.4), (x, 0.14), (x + 0.15, 0.4))], (255,), smooth, shift)
            cv2.fillPoly(cover, [at((x - 0.06, 0.4), (x + 0.06, 0.4), (x + 0.06, 0.75), (x - 0.06, 0.75))], (255,), smooth, shift)
        cv2.polylines(cover, [at((0.12, 0.86), (0.88, 0.86))], False, (255,), thick, smooth, shift)
    elif sign == 1:
        cv2.fillPoly(cover, [at((0.28, 0.12), (0.72, 0.12), (0.68, 0.45), (0.5, 0.56), (0.32, 0.45))], (255,), smooth, shift)
        cv2.polylines(cover, [at((0.5, 0.5), (0.5, 0.85)), at((0.3, 0.87), (0.7, 0.87))], False, (255,), thick, smooth, shift)
    elif sign == 2:
        arc = [(0.5 - 0.36 * np.cos(turn), 0.5 - 0.34 * np.sin(turn)) for turn in np.linspace(0, np.pi, 12)]
        cv2.fillPoly(cover, [at(*arc)], (255,), smooth, shift)
        cv2.polylines(cover, [at((0.5, 0.5), (0.5, 0.84), (0.58, 0.88), (0.64, 0.82))], False, (255,), thick, smooth, shift)
    else:
        for y in (0.2, 0.42, 0.64):
            cv2.polylines(cover, [at((0.3, y), (0.7, y), (0.7, y + 0.16), (0.3, y + 0.16))], True, (255,), thick, smooth, shift)
        cv2.polylines(cover, [at((0.12, 0.9), (0.88, 0.9))], False, (255,), thick, smooth, shift)


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


def _stroke(shape: tuple[int, int], start: tuple[float, float], end: tuple[float, float], thick_px: float) -> np.ndarray:
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
    streaks = smooth_noise(rng, surface.shape, 3.0, 12.0) if abs(end[0] - start[0]) > abs(end[1] - start[1]) else (
        smooth_noise(rng, (surface.shape[1], surface.shape[0]), 3.0, 12.0).T
    )
    assert style.tape is not None
    # Clear and tan tapes alike let the board's pattern through.
    blend(surface.albedo, cover * np.clip(0.5 + 0.08 * streaks, 0, 1), style.tape)
    surface.relief += cover * (0.5 + 0.16 * streaks)
    np.maximum(surface.gloss, cover * np.clip(0.75 + 0.2 * streaks, 0, 1), out=surface.gloss)


def _label(rng: np.random.Generator, surface: Surface) -> None:
    height, width = surface.shape
    tall = round(min(height * 0.62, surface.px_per_unit * rng.uniform(0.16, 0.30)))
    wide = round(min(width * 0.62, tall * rng.uniform(1.1, 1.7)))
    if tall < 20 or wide < 26:
        return
    paper = np.full((tall, wide), 245, np.uint8)
    text = max(5.0, tall * 0.10)
    for line in range(int(rng.integers(2, 4))):
        write(paper, random_word(rng) + " " + random_code(rng, 4), (0.07 * wide, (1.4 + 1.25 * line) * text), text, 500, 25)
    cv2.line(paper, (0, round(0.48 * tall)), (wide, round(0.48 * tall)), (40,), 1)
    # Bars from 1 px up: a barcode seen from afar is grey and crowded, which the warp and the blur then do by themselves.
    widths = rng.integers(1, 4, wide)
    bars = np.repeat(np.arange(len(widths)) % 2, widths)[: round(0.8 * wide)]
    paper[round(0.55 * tall) : round(0.82 * tall), round(0.1 * wide) : round(0.1 * wide) + len(bars)] = np.where(bars, 245, 25)
    write(paper, random_code(rng, 10), (0.2 * wide, 0.94 * tall), text * 0.9, 500, 25)
    tint = np.array([1.0, 0.995, 0.97]) * rng.uniform(0.86, 0.96)
    _stick(rng, surface, paper.astype(np.float32)[:, :, None] / 255 * tint.astype(np.float32))


def _sticker(rng: np.random.Generator, surface: Surface) -> None:
    tall = round(min(surface.shape[0] * 0.5, surface.px_per_unit * 0.2))
    wide = round(tall * 1.5)
    if tall < 24 or wide > surface.shape[1] * 0.8:
        return
    ground = np.array(((0.78, 0.13, 0.12), (0.85, 0.42, 0.10), (0.92, 0.78, 0.15))[int(rng.integers(3))], np.float32)
    cover = np.zeros((tall, wide), np.uint8)
    write(cover, "FRAGILE", (0.08 * wide, 0.55 * tall), tall * 0.30, 800)
    write(cover, "HANDLE WITH CARE", (0.08 * wide, 0.84 * tall), tall * 0.13, 600)
    cv2.rectangle(cover, (2, 2), (wide - 3, tall - 3), (255,), 1)
    paper = np.empty((tall, wide, 3), np.float32)
    paper[:] = ground
    blend(paper, cover.astype(np.float32) / 255, (0.95, 0.94, 0.92))
    _stick(rng, surface, paper)


def _stick(rng: np.random.Generator, surface: Surface, paper: np.ndarray) -> None:
    """Paste a piece of paper at a random place of the face, a little turned."""
    height, width = surface.shape
    tall, wide = paper.shape[:2]
    angle = rng.normal(0, 2.5) + 90 * float(rng.random() < 0.12)
    turn = cv2.getRotationMatrix2D((wide / 2, tall / 2), angle, 1.0)
    turn[:, 2] += rng.uniform(0.05, 0.95, 2) * np.maximum(0, (width - wide, height - tall))
    moved = cv2.warpAffine(paper, turn, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    cover = cv2.warpAffine(np.ones((tall, wide), np.float32), turn, (width, height), flags=cv2.INTER_LINEAR)
    blend(surface.albedo, cover, moved)
    surface.relief += 0.7 * cover
    surface.gloss += cover * (0.3 - surface.gloss)


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
    blend(surface.albedo, np.clip(rubbed, 0, 0.7), np.minimum(1.0, np.array(style.board) * 1.12 + 0.03).astype(np.float32))
    # Creased edges lean over: the last pixels of a face turn away from its plane.
    surface.relief -= np.exp(-edge / 2.5) * 0.8
    dirt = np.clip(fractal_noise(rng, surface.shape, 0.22 * surface.px_per_unit, 5) - 0.7, 0, 1)
    darken(surface.albedo, 1 - np.minimum(0.12, dirt * np.float32(0.16 * style.handled)))
