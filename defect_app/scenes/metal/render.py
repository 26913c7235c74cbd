"""Renders ground metal surfaces in the tall format of the crack set: speckle, machining lines, and thin cracks."""

import cv2
import numpy as np

from defect_app.scenes.camera import CameraRange, take_photo
from defect_app.scenes.scene import Scene, Stream, choose_defect, random_stream
from defect_app.scenes.texture import grain, line_ink, place_in_words, soft_step

DEFECTS: tuple[str, ...] = ("hairline_crack", "open_crack", "branched_crack")
LABELS: tuple[str, ...] = ("ok", "defect")

_WIDTH, _HEIGHT = 256, 640
_SHAPE = (_HEIGHT, _WIDTH)
_CAMERA = CameraRange(
    colour=False, tilt=0.006, blur_px=(0.4, 0.75), noise=(0.5, 2.0), vignetting=(0.0, 0.1), jpeg_quality=(80, 95)
)


def render(seed: int, defect: str | bool | None = None) -> Scene:
    """Render one metal surface.

    Parameters
    ----------
    seed : int
        0 or above; the same surface, light and camera whatever the defect.
    defect : str, bool or None
        See ``defect_app.scenes.render``.

    Returns
    -------
    Scene
        256 pixels wide and 640 high, grey (R = G = B).

    Raises
    ------
    DefectLensError
        If the defect is unknown or the seed negative.
    """
    kind = choose_defect(seed, defect, DEFECTS)
    surface = _surface(random_stream(seed, Stream.PART), random_stream(seed, Stream.LIGHT))
    clean, what = surface, "no defect"
    if kind is not None:
        surface, what = _crack(surface, kind, random_stream(seed, Stream.DEFECT))
        # The overlit slots hide what runs into them, and the mask must not name hidden pixels.
        _edge_slots(clean, random_stream(seed, Stream.BACKGROUND))
    _edge_slots(surface, random_stream(seed, Stream.BACKGROUND))
    mask = np.abs(surface - clean) > 8
    photo, mask = take_photo(surface, mask, seed, _CAMERA)
    return Scene(photo, mask, LABELS[0] if kind is None else LABELS[1], what)


def _surface(rng: np.random.Generator, light_rng: np.random.Generator) -> np.ndarray:
    """Draw ground metal: soft bands along the grinding, dark pits, bright flecks, uneven light."""
    slope = rng.uniform(-0.2, 0.2)
    surface = np.full(_SHAPE, light_rng.uniform(174, 208), np.float32)
    surface += np.float32(rng.uniform(1, 5)) * grain(rng, _SHAPE, 28)
    surface += np.float32(rng.uniform(0.5, 5)) * grain(rng, _SHAPE, (4.5, 140))
    surface += np.float32(rng.uniform(6, 15)) * _slanted(rng, (1.5, 0.85), slope)
    surface += np.float32(rng.uniform(4, 11)) * _slanted(rng, (3.0, 1.8), slope)

    # Pits and flecks come in clumps: the same cloud that raises one lowers the other.
    clumps = np.float32(0.35) * (grain(rng, _SHAPE, (14, 22)) + grain(rng, _SHAPE, (4, 60)))
    pits = _slanted(rng, (2.0, 1.35), slope + rng.uniform(-0.3, 0.3)) + clumps
    rarity = rng.uniform(0.7, 2.0)
    surface -= np.float32(rng.uniform(38, 72)) * soft_step(pits, rarity, rarity + 2.4)
    flecks = _slanted(rng, (1.4, 0.85), slope) - clumps
    rarity = rng.uniform(0.7, 1.8)
    surface += np.float32(rng.uniform(34, 66)) * soft_step(flecks, rarity, rarity + 2.2)
    harshness = np.float32(rng.uniform(1.05, 1.5))  # of the light: real photos of this kind are contrasty
    surface = harshness * surface + (1 - harshness) * surface.mean()
    lit: np.ndarray = np.clip(surface + _uneven_light(light_rng), 12, 246)
    return lit


def _slanted(rng: np.random.Generator, scale: tuple[float, float], slope: float) -> np.ndarray:
    """Return noise whose specks lean, as grinding marks do."""
    noise = grain(rng, _SHAPE, scale)
    shear = np.array([[1, 0, 0], [slope, 1, -slope * _WIDTH / 2]], np.float32)
    return cv2.warpAffine(noise, shear, (_WIDTH, _HEIGHT), borderMode=cv2.BORDER_REFLECT)


def _uneven_light(rng: np.random.Generator) -> np.ndarray:
    across = np.linspace(0, 1, _WIDTH, dtype=np.float32)[None, :]
    down = np.linspace(-1, 1, _HEIGHT, dtype=np.float32)[:, None]
    darker_edge = -np.float32(rng.uniform(0, 30)) * across ** np.float32(rng.uniform(3, 9))
    light: np.ndarray = darker_edge + np.float32(rng.uniform(-12, 12)) * down + np.float32(rng.normal(0, 6)) * across
    return light


def _edge_slots(surface: np.ndarray, rng: np.random.Generator) -> None:
    """Draw what frames the part in such photos: overlit slots at the left edge, a dark corner; no defect."""
    if rng.random() < 0.4:
        rows = np.arange(_HEIGHT)
        thick = rng.uniform(2, 11)
        wavy = thick + 0.25 * thick * grain(rng, (_HEIGHT, 1), (0.3, 14))[:, 0]
        start = rng.uniform(140, 180)
        for _ in range(2):
            length = rng.uniform(60, 125)
            ends = np.sqrt(np.clip(np.minimum(rows - start, start + length - rows) / 9, 0, 1))
            cover = np.clip((ends * wavy)[:, None] - np.arange(_WIDTH)[None, :], 0, 1).astype(np.float32)
            surface += cover * (254 - surface)
            start += length + rng.uniform(15, 80)
    if rng.random() < 0.12:
        side = int(rng.integers(2)) * (_HEIGHT - 3)
        start = int(rng.uniform(0.5, 0.8) * _WIDTH)
        surface[side : side + 3, start:] *= np.float32(rng.uniform(0.3, 0.6))


def _crack(surface: np.ndarray, kind: str, rng: np.random.Generator) -> tuple[np.ndarray, str]:
    """Lay one crack on the surface; it runs in from an edge across the grinding, widest where it enters."""
    from_right = bool(rng.random() < 0.8)
    row = rng.uniform(0.2, 0.8) * _HEIGHT
    length = rng.uniform(0.35, 0.85) * _WIDTH
    if kind == "hairline_crack":
        width, depth = rng.uniform(1.7, 2.5), rng.uniform(75, 120)
    elif kind == "open_crack":
        width, depth = rng.uniform(3.2, 5.2), rng.uniform(95, 150)
    else:
        width, depth = rng.uniform(2.3, 3.6), rng.uniform(90, 140)
    # On a harsh surface a faint crack would drown among the pits: nobody could call that photo.
    depth = max(depth, 4.5 * float(surface.std()))
    start = np.array([_WIDTH + 2.0, row])
    path = _wander(rng, start, np.pi + rng.normal(0, 0.22), length)
    ink = _trace(path, width, rng)
    if kind == "branched_crack":
        for _ in range(int(rng.integers(1, 4))):
            fork = int(rng.uniform(0.2, 0.65) * len(path))
            turn = np.pi + rng.choice([-1.0, 1.0]) * rng.uniform(0.35, 0.95)
            branch = _wander(rng, path[fork], turn, rng.uniform(0.25, 0.55) * length)
            ink = np.maximum(ink, _trace(branch, 0.75 * width, rng))
    shade = cv2.GaussianBlur(ink, (0, 0), 1.2 + width)
    if not from_right:
        ink, shade, path = ink[:, ::-1], shade[:, ::-1], path * (-1, 1) + (_WIDTH, 0)
    uneven = np.clip(1 + 0.2 * grain(rng, _SHAPE, (7, 3)), 0.6, 1.3)
    dark = ink * np.float32(depth) * uneven + np.float32(0.16 * depth) * shade
    cracked = np.maximum(surface - dark, np.minimum(surface, 14))
    middle = path[len(path) // 2]
    where = place_in_words(float(middle[0]), float(middle[1]), _WIDTH, _HEIGHT)
    return cracked, f"{kind.replace('_', ' ')}, {where}"


def _wander(rng: np.random.Generator, start: np.ndarray, heading: float, length: float) -> np.ndarray:
    """Return the points of a crack's course, about 4 pixels apart: mostly straight, with bends and sudden jogs."""
    count = max(6, int(length / 4))
    bends = rng.normal(0, 0.13, count)
    headings = heading + 0.75 * (np.cumsum(bends) - np.mean(np.cumsum(bends))) * rng.uniform(0.3, 1.0)
    headings += rng.normal(0, 0.22, count)
    for _ in range(int(rng.poisson(0.8))):
        jog = int(rng.integers(2, count - 2))
        headings[jog : jog + 2] += rng.choice([-1.0, 1.0]) * rng.uniform(0.5, 1.2)
    steps = 4.0 * np.stack([np.cos(headings), np.sin(headings)], axis=1)
    return np.vstack([start, start + np.cumsum(steps, axis=0)])


def _trace(path: np.ndarray, width: float, rng: np.random.Generator) -> np.ndarray:
    """Return the coverage of a crack that thins to its tip."""
    along = np.linspace(0, 1, len(path) - 1)
    uneven = np.clip(1 + 0.25 * rng.standard_normal(len(along)), 0.5, 1.6)
    return line_ink(_SHAPE, path, np.maximum(width * (1 - 0.75 * along**1.6) * uneven, 0.7))
