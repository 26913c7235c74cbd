"""What is printed on a box and stuck onto it: names, care signs, labels with bar codes, stickers."""

import cv2
import numpy as np

from defect_app.scenes.box.style import Style, Surface
from defect_app.scenes.painting import blend, random_code, random_word, smooth_noise, write

_STICKERS = (
    ((0.78, 0.13, 0.12), (0.95, 0.94, 0.92)),
    ((0.85, 0.42, 0.10), (0.95, 0.94, 0.92)),
    ((0.92, 0.78, 0.15), (0.10, 0.09, 0.08)),
)


def _ink(rng: np.random.Generator, surface: Surface, cover: np.ndarray, colour: tuple[float, float, float]) -> None:
    """Print a cover: flexography on board is uneven and never fully opaque."""
    patchy = np.clip(0.86 + 0.1 * smooth_noise(rng, surface.shape, 2.0), 0, 1)
    blend(surface.albedo, cover.astype(np.float32) * (patchy / 255), colour)


def draw_band(rng: np.random.Generator, surface: Surface, style: Style) -> None:
    """Print the broad band of colour that retail boxes wear."""
    height, width = surface.shape
    cover = np.zeros(surface.shape, np.uint8)
    top = int(height * rng.uniform(0.05, 0.6))
    slant = int(height * rng.uniform(-0.15, 0.15))
    thick = int(height * rng.uniform(0.12, 0.35))
    corners = np.array([[0, top], [width, top + slant], [width, top + slant + thick], [0, top + thick]])
    cv2.fillPoly(cover, [corners], (255,), cv2.LINE_AA)
    assert style.band is not None
    blend(surface.albedo, cover.astype(np.float32) / 255, style.band)


def draw_name(rng: np.random.Generator, surface: Surface, style: Style) -> None:
    """Print the maker's name."""
    height, width = surface.shape
    cover = np.zeros(surface.shape, np.uint8)
    size = min(height * rng.uniform(0.13, 0.26), 1.1 * width / len(style.name))
    write(cover, style.name, (width * rng.uniform(0.06, 0.2), height * rng.uniform(0.52, 0.7)), size, 800)
    _ink(rng, surface, cover, style.ink)


def print_side(rng: np.random.Generator, surface: Surface, style: Style) -> None:
    """Print what sides carry: the maker's name, lines of lot and weight, care signs."""
    named = rng.random() < 0.5
    if named:
        draw_name(rng, surface, style)
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
        corners: np.ndarray = np.rint(np.array([(left + x * size, top + y * size) for x, y in points]) * 8).astype(
            np.int32
        )
        return corners

    thick = max(1, round(size * 0.05))
    shift, smooth = 3, cv2.LINE_AA
    cv2.polylines(cover, [at((0, 0), (1, 0), (1, 1), (0, 1))], True, (255,), max(1, thick // 2 + 1), smooth, shift)
    if sign == 0:
        for x in (0.3, 0.7):
            cv2.fillPoly(cover, [at((x - 0.15, 0.4), (x, 0.14), (x + 0.15, 0.4))], (255,), smooth, shift)
            cv2.fillPoly(
                cover, [at((x - 0.06, 0.4), (x + 0.06, 0.4), (x + 0.06, 0.75), (x - 0.06, 0.75))], (255,), smooth, shift
            )
        cv2.polylines(cover, [at((0.12, 0.86), (0.88, 0.86))], False, (255,), thick, smooth, shift)
    elif sign == 1:
        cv2.fillPoly(
            cover, [at((0.28, 0.12), (0.72, 0.12), (0.68, 0.45), (0.5, 0.56), (0.32, 0.45))], (255,), smooth, shift
        )
        cv2.polylines(
            cover, [at((0.5, 0.5), (0.5, 0.85)), at((0.3, 0.87), (0.7, 0.87))], False, (255,), thick, smooth, shift
        )
    elif sign == 2:
        arc = [(0.5 - 0.36 * np.cos(turn), 0.5 - 0.34 * np.sin(turn)) for turn in np.linspace(0, np.pi, 12)]
        cv2.fillPoly(cover, [at(*arc)], (255,), smooth, shift)
        cv2.polylines(
            cover, [at((0.5, 0.5), (0.5, 0.84), (0.58, 0.88), (0.64, 0.82))], False, (255,), thick, smooth, shift
        )
    else:
        for y in (0.2, 0.42, 0.64):
            cv2.polylines(
                cover, [at((0.3, y), (0.7, y), (0.7, y + 0.16), (0.3, y + 0.16))], True, (255,), thick, smooth, shift
            )
        cv2.polylines(cover, [at((0.12, 0.9), (0.88, 0.9))], False, (255,), thick, smooth, shift)


def stick_label(rng: np.random.Generator, surface: Surface) -> None:
    """Stick on a white shipping label with address lines and a bar code."""
    height, width = surface.shape
    tall = round(min(height * 0.62, surface.px_per_unit * rng.uniform(0.16, 0.30)))
    wide = round(min(width * 0.62, tall * rng.uniform(1.1, 1.7)))
    if tall < 20 or wide < 26:
        return
    paper = np.full((tall, wide), 245, np.uint8)
    text = max(5.0, tall * 0.10)
    for line in range(int(rng.integers(2, 4))):
        write(
            paper,
            random_word(rng) + " " + random_code(rng, 4),
            (0.07 * wide, (1.4 + 1.25 * line) * text),
            text,
            500,
            25,
        )
    cv2.line(paper, (0, round(0.48 * tall)), (wide, round(0.48 * tall)), (40,), 1)
    # Bars from 1 px up: the warp and the blur then crowd a code seen from afar to grey.
    widths = rng.integers(1, 4, wide)
    bars = np.repeat(np.arange(len(widths)) % 2, widths)[: round(0.8 * wide)]
    paper[round(0.55 * tall) : round(0.82 * tall), round(0.1 * wide) : round(0.1 * wide) + len(bars)] = np.where(
        bars, 245, 25
    )
    write(paper, random_code(rng, 10), (0.2 * wide, 0.94 * tall), text * 0.9, 500, 25)
    tint = np.array([1.0, 0.995, 0.97]) * rng.uniform(0.86, 0.96)
    _stick(rng, surface, paper.astype(np.float32)[:, :, None] / 255 * tint.astype(np.float32))


def stick_sticker(rng: np.random.Generator, surface: Surface) -> None:
    """Stick on a coloured FRAGILE sticker."""
    tall = round(min(surface.shape[0] * 0.5, surface.px_per_unit * 0.2))
    wide = round(tall * 1.5)
    if tall < 24 or wide > surface.shape[1] * 0.8:
        return
    ground, ink = _STICKERS[int(rng.integers(len(_STICKERS)))]
    cover = np.zeros((tall, wide), np.uint8)
    write(cover, "FRAGILE", (0.08 * wide, 0.55 * tall), tall * 0.30, 800)
    write(cover, "HANDLE WITH CARE", (0.08 * wide, 0.84 * tall), tall * 0.13, 600)
    cv2.rectangle(cover, (2, 2), (wide - 3, tall - 3), (255,), 1)
    paper = np.empty((tall, wide, 3), np.float32)
    paper[:] = ground
    blend(paper, cover.astype(np.float32) / 255, ink)
    _stick(rng, surface, paper)


def _stick(rng: np.random.Generator, surface: Surface, paper: np.ndarray) -> None:
    """Paste a piece of paper at a random place of the face, a little turned."""
    height, width = surface.shape
    tall, wide = paper.shape[:2]
    angle = rng.normal(0, 2.5) + 90 * float(rng.random() < 0.12)
    turn: np.ndarray = cv2.getRotationMatrix2D((wide / 2, tall / 2), angle, 1.0)
    turn[:, 2] += rng.uniform(0.05, 0.95, 2) * np.maximum(0, (width - wide, height - tall))
    moved = cv2.warpAffine(paper, turn, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    cover = cv2.warpAffine(np.ones((tall, wide), np.float32), turn, (width, height), flags=cv2.INTER_LINEAR)
    blend(surface.albedo, cover, moved)
    surface.relief = surface.relief + 0.7 * cover
    surface.gloss += (cover * (0.3 - surface.gloss)).astype(np.float32)
