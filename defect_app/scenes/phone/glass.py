"""What lies on or shows in a phone's glass and is no defect: reflections, oil, stains, dust, fingerprints."""

import cv2
import numpy as np

from defect_app.scenes.painting import blend, polygon_cover, smooth_noise


def reflect(rng: np.random.Generator, side_px: int, is_on: bool) -> np.ndarray:
    """Return the light that the glass throws back.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of chance.
    side_px : int
        Side of the square picture, pixels.
    is_on : bool
        Whether the screen is lit: people who photograph a lit screen turn it from the lamp.

    Returns
    -------
    numpy.ndarray
        float32, shape (side_px, side_px, 3), to be added, 0..1.
    """
    small = side_px // 2
    shape = (small, small)
    angle = rng.uniform(0, 2 * np.pi)
    row = np.linspace(-0.5, 0.5, small, dtype=np.float32)[:, None]
    column = np.linspace(-0.5, 0.5, small, dtype=np.float32)[None, :]
    # The ceiling: a slow gradient over all of the glass.
    sky = np.clip(0.5 + column * np.cos(angle) + row * np.sin(angle), 0, 1.2) * rng.uniform(0.01, 0.10)
    kind = rng.random()
    if kind < 0.3:
        sky += _window(rng, shape) * rng.uniform(0.08, 0.35)
    elif kind < 0.5:
        centre = rng.uniform(-0.6, 0.6, 2)
        distance = np.hypot(column - centre[0], row - centre[1])
        sky += np.exp(-((distance / rng.uniform(0.06, 0.2)) ** 2)) * rng.uniform(0.1, 0.5)
    elif kind < 0.68:
        # The edge of something large, mirrored: one straight line across the glass.
        across = column * np.cos(angle + 1) + row * np.sin(angle + 1) - rng.uniform(-0.25, 0.25)
        sky += np.clip(0.5 + across * rng.uniform(15, 90), 0, 1) * rng.uniform(0.03, 0.13)
    if rng.random() < 0.2:
        # The photographer's own camera, darker than the ceiling round it.
        centre = rng.uniform(-0.2, 0.2, 2)
        dark = np.clip(14 - 130 * np.maximum(np.abs(column - centre[0]), np.abs(row - centre[1]) * 0.9), 0, 1)
        sky *= 1 - 0.7 * cv2.GaussianBlur(dark.astype(np.float32), (0, 0), 1.2)
    sky = np.maximum(sky * (0.6 if is_on else 1.0) * (1 + 0.05 * smooth_noise(rng, shape, small / 3)), 0)
    tint = np.array([1.0, 1.0, 1.0]) + rng.normal(0, 0.05) * np.array([1.0, 0.1, -1.0])
    light = cv2.resize(sky.astype(np.float32), (side_px, side_px))
    coloured: np.ndarray = light[:, :, None] * tint.astype(np.float32)
    return coloured


def _window(rng: np.random.Generator, shape: tuple[int, int]) -> np.ndarray:
    """Draw a window's panes, slanted and soft."""
    size = np.array([shape[1] * rng.uniform(0.15, 0.5), shape[0] * rng.uniform(0.3, 0.8)])
    start = rng.uniform(-0.1, 0.8, 2) * shape[::-1]
    slant = np.array([[1, rng.uniform(-0.4, 0.4)], [rng.uniform(-0.3, 0.3), 1]])
    light = np.zeros(shape, np.float32)
    panes = int(rng.integers(1, 3))
    for pane_row in range(panes):
        for pane_column in range(panes):
            low = np.array([pane_column, pane_row]) / panes + 0.03
            high = np.array([pane_column + 1, pane_row + 1]) / panes - 0.03
            corners = np.array([low, (high[0], low[1]), high, (low[0], high[1])]) * size @ slant.T + start
            light += polygon_cover(shape, corners)
    return cv2.GaussianBlur(np.clip(light, 0, 1), (0, 0), rng.uniform(0.8, 6))


def draw_marks(
    rng: np.random.Generator, picture: np.ndarray, glass: np.ndarray, scale: float, *, on_bench: bool = False
) -> str:
    """Soil the glass in place, or leave it clean.

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
    on_bench : bool
        On an inspection bench, where drops and stains are what is mistaken for damage, they are more frequent.

    Returns
    -------
    str
        "clean glass", "oil smear", "oil drops", "fingerprints", "stains" or "dust".
    """
    inside = np.argwhere(cv2.erode(glass, np.ones((9, 9), np.uint8)) > 0.9)
    kinds = ("clean glass", "oil smear", "oil drops", "fingerprints", "stains", "dust")
    shares = (0.20, 0.05, 0.30, 0.05, 0.30, 0.10) if on_bench else (0.38, 0.14, 0.14, 0.10, 0.12, 0.12)
    kind = str(rng.choice(kinds, p=shares))
    if kind == "clean glass" or len(inside) == 0:
        return "clean glass"

    def place() -> np.ndarray:
        row, column = inside[int(rng.integers(len(inside)))]
        return np.array([column, row], float)

    if kind == "oil smear":
        _smear(rng, picture, glass, place(), scale)
    elif kind == "oil drops":
        for _ in range(int(rng.integers(1, 4))):
            _drop(rng, picture, glass, place(), scale)
    elif kind == "fingerprints":
        for _ in range(int(rng.integers(1, 6))):
            _fingerprint(rng, picture, glass, place(), scale)
    elif kind == "stains":
        for _ in range(int(rng.integers(1, 6))):
            _stain(rng, picture, glass, place(), scale)
    else:
        _dust(rng, picture, inside)
    return kind


def around(picture: np.ndarray, centre: np.ndarray, reach: float) -> tuple[slice, slice, np.ndarray, np.ndarray]:
    """Return the window within reach of a point.

    Parameters
    ----------
    picture : numpy.ndarray
        shape (height, width, ...).
    centre : numpy.ndarray
        The point (column, row), pixels; it may lie outside the picture, and the window is then empty or cut.
    reach : float
        Half the window's side, pixels.

    Returns
    -------
    rows, columns : slice
        The window.
    across, down : numpy.ndarray
        float32, shapes (1, columns) and (rows, 1): distance from the point, pixels.
    """
    height, width = picture.shape[:2]
    left, right = max(0, int(centre[0] - reach)), min(width, int(centre[0] + reach) + 1)
    top, bottom = max(0, int(centre[1] - reach)), min(height, int(centre[1] + reach) + 1)
    across = np.arange(left, right, dtype=np.float32)[None, :] - np.float32(centre[0])
    down = np.arange(top, bottom, dtype=np.float32)[:, None] - np.float32(centre[1])
    return slice(top, bottom), slice(left, right), across, down


def _smear(rng: np.random.Generator, picture: np.ndarray, glass: np.ndarray, centre: np.ndarray, scale: float) -> None:
    """Wipe a film of grease: broad, soft, streaky along the wipe."""
    reach = scale * rng.uniform(15, 40)
    rows, columns, across, down = around(picture, centre, reach)
    turn = rng.uniform(0, np.pi)
    along = across * np.cos(turn) + down * np.sin(turn)
    aside = -across * np.sin(turn) + down * np.cos(turn) + (along / reach) ** 2 * reach * rng.uniform(-0.4, 0.4)
    streaks = np.interp(aside / scale, np.linspace(-40, 40, 160), rng.uniform(0.3, 1, 160)).astype(np.float32)
    film = np.exp(-((along / (0.5 * reach)) ** 2) - (aside / (0.28 * reach)) ** 2) * streaks
    film = film * np.clip(0.8 + 0.4 * smooth_noise(rng, film.shape, 5 * scale), 0, 1.3)
    blend(picture[rows, columns], film * glass[rows, columns] * np.float32(rng.uniform(0.07, 0.2)), (0.75, 0.77, 0.80))


def _drop(rng: np.random.Generator, picture: np.ndarray, glass: np.ndarray, centre: np.ndarray, scale: float) -> None:
    """Draw a pool of oil: hardly seen but for its rim, which mirrors the lamp on one side."""
    radius = scale * rng.uniform(2.0, 9.0)
    rows, columns, across, down = around(picture, centre, 2.6 * radius)
    turn, stretch = rng.uniform(0, np.pi), rng.uniform(1.0, 2.2)
    along = (across * np.cos(turn) + down * np.sin(turn)) / stretch
    aside = -across * np.sin(turn) + down * np.cos(turn)
    level = (
        radius - np.hypot(along, aside) + smooth_noise(rng, (along.shape[0], along.shape[1]), radius) * 0.25 * radius
    )
    inside = np.clip(level + 0.5, 0, 1) * glass[rows, columns]
    part = picture[rows, columns]
    lamp = rng.uniform(0, 2 * np.pi)
    side = np.clip((across * np.cos(lamp) + down * np.sin(lamp)) / radius, -1, 1)
    rim = np.exp(-(((level - 1.4) / (0.75 + 0.45 * side)) ** 2)) * glass[rows, columns]
    blend(part, inside * 0.06, (0.6, 0.6, 0.62))
    blend(part, rim * np.clip(0.32 + 0.6 * side, 0.1, 0.9), (0.92, 0.93, 0.97))
    blend(part, rim * np.clip(0.1 - 0.35 * side, 0, 0.4), (0.05, 0.05, 0.06))


def _fingerprint(
    rng: np.random.Generator, picture: np.ndarray, glass: np.ndarray, centre: np.ndarray, scale: float
) -> None:
    """Draw ridges of grease in an oval."""
    reach = 11 * scale
    rows, columns, across, down = around(picture, centre, reach)
    turn = rng.uniform(0, np.pi)
    along = across * np.cos(turn) + down * np.sin(turn)
    aside = -across * np.sin(turn) + down * np.cos(turn)
    warp = smooth_noise(rng, (along.shape[0], along.shape[1]), 4 * scale) * scale
    ridges = 0.6 + 0.4 * np.sin((np.hypot(along * 0.7, aside) + warp) * (2 * np.pi / max(3.0, 0.9 * scale)))
    oval = np.clip(1.6 - 1.6 * np.hypot(along / (9 * scale), aside / (6.5 * scale)), 0, 1)
    patchy = np.clip(0.7 + 0.6 * smooth_noise(rng, oval.shape, 2.5 * scale), 0, 1)
    blend(
        picture[rows, columns],
        ridges * oval * patchy * glass[rows, columns] * np.float32(rng.uniform(0.06, 0.16)),
        (0.8, 0.8, 0.82),
    )


def _stain(rng: np.random.Generator, picture: np.ndarray, glass: np.ndarray, centre: np.ndarray, scale: float) -> None:
    """Draw a dried spot or crumb: a small bright blob, never a line."""
    radius = max(1.2, scale * rng.uniform(0.4, 1.1))
    rows, columns, across, down = around(picture, centre, 3 * radius + 2)
    wobble = smooth_noise(rng, (down.shape[0], across.shape[1]), max(1.5, radius)) * 0.3 * radius
    cover = np.clip(radius - np.hypot(across, down * rng.uniform(0.8, 1.2)) + wobble + 0.5, 0, 1) * glass[rows, columns]
    shade = rng.uniform(0.6, 0.97)
    blend(picture[rows, columns], cover * np.float32(rng.uniform(0.6, 0.95)), (shade, shade, shade * 0.97))


def _dust(rng: np.random.Generator, picture: np.ndarray, inside: np.ndarray) -> None:
    """Scatter specks all over, most of them fainter than a pixel."""
    number = int(rng.integers(80, 500))
    specks = np.zeros(picture.shape[:2], np.float32)
    at = inside[rng.integers(0, len(inside), number)]
    specks[at[:, 0], at[:, 1]] = rng.uniform(0.1, 1, number) ** 2
    large = inside[rng.integers(0, len(inside), number // 12)]
    for row, column in large:
        specks[row : row + 2, column : column + 2] = np.maximum(
            specks[row : row + 2, column : column + 2], rng.uniform(0.2, 0.7)
        )
    specks = np.minimum(1, cv2.GaussianBlur(specks, (0, 0), 0.6) * 1.6)
    blend(picture, specks * 0.6, (0.82, 0.82, 0.80))
