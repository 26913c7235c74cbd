"""What a phone shows: wallpapers, home and lock screens, apps, or nothing."""

import numpy as np

from defect_app.scenes.painting import blend, fractal_noise, random_word, smooth_noise, write

_PALETTES = (
    ((10, 20, 60), (40, 90, 190), (120, 200, 240), (240, 240, 250)),
    ((30, 10, 50), (150, 30, 110), (250, 110, 70), (255, 220, 130)),
    ((8, 30, 30), (20, 110, 90), (120, 200, 120), (240, 250, 190)),
    ((15, 15, 20), (60, 60, 75), (140, 140, 155), (220, 220, 228)),
    ((250, 190, 200), (190, 120, 220), (90, 90, 220), (30, 40, 120)),
    ((240, 220, 190), (225, 150, 90), (150, 70, 60), (50, 25, 40)),
    ((5, 5, 8), (20, 25, 40), (35, 60, 110), (90, 150, 220)),
)
_APPS = (
    (0.20, 0.68, 0.32),
    (0.16, 0.48, 0.92),
    (0.95, 0.95, 0.96),
    (0.96, 0.60, 0.14),
    (0.90, 0.24, 0.22),
    (0.14, 0.14, 0.16),
    (0.55, 0.30, 0.82),
    (0.10, 0.72, 0.76),
    (0.98, 0.80, 0.20),
    (0.93, 0.35, 0.55),
)


def draw_screen(rng: np.random.Generator, shape: tuple[int, int], *, may_be_on: bool = True) -> tuple[np.ndarray, bool]:
    """Draw what the screen shows.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of chance.
    shape : tuple of int
        Height and width in pixels, upright.
    may_be_on : bool
        False for a screen that is switched off.

    Returns
    -------
    picture : numpy.ndarray
        float32, shape (height, width, 3), RGB, 0..1.
    is_on : bool
        Whether the screen is lit.
    """
    kind = rng.random()
    if kind < 0.42 or not may_be_on:
        picture = np.empty((*shape, 3), np.float32)
        picture[:] = np.array([0.030, 0.031, 0.036]) * rng.uniform(0.5, 1.6)
        return picture, False
    if kind < 0.84:
        picture = _landscape(rng, shape) if rng.random() < 0.25 else _waves(rng, shape)
        if rng.random() < 0.6:
            _home(rng, picture)
        else:
            _lock(rng, picture)
    else:
        picture = _app(rng, shape)
    _status_bar(rng, picture)
    return picture * np.float32(rng.uniform(0.6, 1.0)), True


def _waves(rng: np.random.Generator, shape: tuple[int, int]) -> np.ndarray:
    """Draw flowing bands of a few colours, as makers' wallpapers are."""
    colours = np.array(_PALETTES[int(rng.integers(len(_PALETTES)))], np.float32) / 255
    if rng.random() < 0.5:
        colours = colours[::-1]
    height, width = shape
    angle = rng.uniform(0, 2 * np.pi)
    row = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    column = np.linspace(-0.5, 0.5, width, dtype=np.float32)[None, :]
    field = row * np.sin(angle) + column * np.cos(angle) + 0.5 * smooth_noise(rng, shape, height / rng.uniform(1.5, 4))
    if rng.random() < 0.5:
        field = np.abs(np.sin(field * rng.uniform(1.5, 4)))
    else:
        field = (field - field.min()) / (np.ptp(field) + 1e-6)
    places = np.linspace(0, 1, len(colours))
    steps = np.linspace(0, 1, 256)
    table = np.stack([np.interp(steps, places, colours[:, channel]) for channel in range(3)], axis=1).astype(np.float32)
    picture: np.ndarray = table[np.clip(field * 255, 0, 255).astype(np.uint8)]
    return picture


def _landscape(rng: np.random.Generator, shape: tuple[int, int]) -> np.ndarray:
    """Draw hills before an evening or midday sky."""
    height, width = shape
    colours = np.array(_PALETTES[int(rng.integers(len(_PALETTES)))], np.float32) / 255
    way = np.linspace(0, 1, height, dtype=np.float32)[:, None]
    picture = np.repeat(((1 - way) * colours[2] + way * colours[3])[:, None, :], width, axis=1)
    for layer in range(4):
        ridge = height * (0.42 + 0.15 * layer) + smooth_noise(rng, (1, width), 1, width / 4)[0] * height * 0.05
        ridge += smooth_noise(rng, (1, width), 1, width / 16)[0] * height * 0.012
        cover = np.clip(np.arange(height, dtype=np.float32)[:, None] - ridge[None, :], 0, 1)
        blend(picture, cover, tuple(colours[1] * (1 - layer / 3) + colours[0] * (layer / 3)))
    picture *= (1 + 0.03 * fractal_noise(rng, shape, width / 8, 3))[:, :, None]
    clipped: np.ndarray = np.clip(picture, 0, 1)
    return clipped


def _tile(
    picture: np.ndarray, left: float, top: float, width: float, height: float, colour: tuple[float, ...], corner: float
) -> None:
    """Paint one rounded rectangle."""
    x, y = max(0, round(left)), max(0, round(top))
    part = picture[y : round(top + height), x : round(left + width)]
    if part.size == 0:
        return
    row = np.abs(np.arange(part.shape[0], dtype=np.float32) + 0.5 - part.shape[0] / 2)[:, None] - (
        part.shape[0] / 2 - corner
    )
    column = np.abs(np.arange(part.shape[1], dtype=np.float32) + 0.5 - part.shape[1] / 2)[None, :] - (
        part.shape[1] / 2 - corner
    )
    blend(part, np.clip(corner + 0.5 - np.hypot(np.maximum(row, 0), np.maximum(column, 0)), 0, 1), colour)


def _home(rng: np.random.Generator, picture: np.ndarray) -> None:
    height, width = picture.shape[:2]
    columns = int(rng.choice((4, 4, 5)))
    pitch = width * 0.94 / columns
    size = pitch * rng.uniform(0.55, 0.72)
    corner = size * rng.choice((0.24, 0.24, 0.5))
    rows = int(rng.integers(1, max(2, int(height * 0.62 / (pitch * 1.25)))))
    names = np.zeros((height, width), np.uint8)
    start = height * rng.choice((0.10, 0.26, 0.80 - rows * 1.25 * pitch / height))
    places = [(start + row * 1.25 * pitch, column) for row in range(rows) for column in range(columns)]
    if rng.random() < 0.25:
        places = []
    for top, column in [*places, *((height * 0.97 - pitch, column) for column in range(columns))]:
        left = width * 0.03 + (column + 0.5) * pitch - size / 2
        ground = _APPS[int(rng.integers(len(_APPS)))]
        _tile(picture, left, top, size, size, ground, corner)
        ink = (0.2, 0.4, 0.8) if min(ground) > 0.8 else (0.97, 0.97, 0.97)
        inner = size * rng.uniform(0.3, 0.55)
        shift = (size - inner) / 2
        _tile(
            picture, left + shift, top + shift, inner, inner * rng.uniform(0.5, 1), ink, inner * rng.choice((0.1, 0.25))
        )
        if top < height * 0.8:
            write(names, random_word(rng)[:8], (left, top + size + 0.22 * pitch), 0.15 * pitch, 500, 220)
    blend(picture, names.astype(np.float32) / 255, (0.96, 0.96, 0.96))


def _clock(rng: np.random.Generator) -> str:
    return f"{int(rng.integers(1, 24))}:{int(rng.integers(60)):02d}"


def _lock(rng: np.random.Generator, picture: np.ndarray) -> None:
    height, width = picture.shape[:2]
    cover = np.zeros((height, width), np.uint8)
    size = width * rng.uniform(0.2, 0.3)
    text = _clock(rng)
    top = height * rng.uniform(0.16, 0.28)
    write(cover, text, (width / 2 - 0.28 * size * len(text), top), size, int(rng.choice((300, 400, 600))))
    day = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")[int(rng.integers(7))]
    write(cover, f"{day}, {int(rng.integers(1, 29))} June", (width * 0.33, top + 0.45 * size), size * 0.28, 500)
    blend(picture, cover.astype(np.float32) / 255, (0.97, 0.97, 0.97))
    lines = np.zeros((height, width), np.uint8)
    top = height * rng.uniform(0.36, 0.5)
    for _ in range(int(rng.integers(0, 4))):
        tall = width * 0.2
        _tile(picture, width * 0.05, top, width * 0.9, tall, (0.88, 0.88, 0.90), width * 0.04)
        app = _APPS[int(rng.integers(len(_APPS)))]
        _tile(picture, width * 0.09, top + 0.25 * tall, 0.5 * tall, 0.5 * tall, app, 0.12 * tall)
        for line in range(2):
            words = f"{random_word(rng)} {random_word(rng).lower()}"
            write(
                lines,
                words,
                (width * 0.23, top + tall * (0.42 + 0.34 * line)),
                width * 0.05,
                600 - 200 * line,
                255 - 80 * line,
            )
        top += 1.15 * tall
    blend(picture, lines.astype(np.float32) / 255, (0.1, 0.1, 0.12))


def _app(rng: np.random.Generator, shape: tuple[int, int]) -> np.ndarray:
    """Draw a list of messages or news: lines of text and pictures on white or black."""
    height, width = shape
    dark = rng.random() < 0.3
    picture = np.full((height, width, 3), 0.07 if dark else 0.97, np.float32)
    accent = _APPS[int(rng.integers(len(_APPS)))]
    if rng.random() < 0.6:
        _tile(picture, 0, 0, width, height * 0.11, accent, 0.5)
    text = np.zeros(shape, np.uint8)
    top = height * 0.14
    size = width * rng.uniform(0.045, 0.06)
    while top < height * 0.96:
        tall = height * rng.uniform(0.07, 0.14)
        colour = _APPS[int(rng.integers(len(_APPS)))]
        if rng.random() < 0.2:
            tall *= 1.8
            _tile(picture, width * 0.05, top, width * 0.9, tall * 0.9, colour, width * 0.03)
        else:
            _tile(picture, width * 0.05, top, tall * 0.7, tall * 0.7, colour, tall * 0.35)
            for line in range(2):
                words = " ".join(random_word(rng).lower() for _ in range(2))
                write(
                    text,
                    words,
                    (width * 0.08 + tall * 0.8, top + size * (1 + 1.4 * line)),
                    size,
                    600 - 200 * line,
                    255 - 90 * line,
                )
        top += tall
    blend(picture, text.astype(np.float32) / 255, (0.92, 0.92, 0.93) if dark else (0.1, 0.1, 0.12))
    return picture


def _status_bar(rng: np.random.Generator, picture: np.ndarray) -> None:
    height, width = picture.shape[:2]
    size = max(5.0, width * 0.042)
    bright = picture[: int(2 * size)].mean() > 0.6
    ink = (0.1, 0.1, 0.1) if bright else (0.96, 0.96, 0.96)
    cover = np.zeros((height, width), np.uint8)
    write(cover, _clock(rng), (width * 0.08, 1.7 * size), size, 600)
    blend(picture[: int(3 * size)], cover[: int(3 * size)].astype(np.float32) / 255, ink)
    _tile(picture, width * 0.86, size, size * 1.4, size * 0.7, ink, 1)
    _tile(picture, width * 0.79, size, size * 0.8, size * 0.7, ink, 1)
