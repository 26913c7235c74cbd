"""A phone seen from the front: its measures, its pose before the camera, its body and front."""

from dataclasses import dataclass

import cv2
import numpy as np

from defect_app.scenes.painting import blend
from defect_app.scenes.phone.screen import draw_screen

_BODIES = (
    (0.05, 0.05, 0.055),
    (0.08, 0.08, 0.09),
    (0.72, 0.72, 0.73),
    (0.80, 0.72, 0.60),
    (0.20, 0.26, 0.38),
    (0.62, 0.30, 0.30),
)


BENCH_SHARE = 0.4
"""How many of the phones lie on an inspection bench."""


@dataclass(frozen=True)
class Phone:
    """Measures (millimetres) and look of one phone."""

    width: float
    length: float
    thickness: float
    corner: float
    bezel_side: float
    bezel_end: float
    screen_corner: float
    front: tuple[float, float, float]
    frame: tuple[float, float, float]
    camera: str
    has_button: bool


@dataclass(frozen=True)
class Pose:
    """A phone lying on a table before a camera.

    Attributes
    ----------
    projection : numpy.ndarray
        float64, shape (3, 4): from millimetres (x right, y up the phone, z off the table) to the picture.
    scale : float
        Picture pixels in a millimetre at the phone's centre.
    is_close : bool
        Whether the picture shows only a part of the phone.
    on_bench : bool
        Whether it lies on an inspection bench: across, under a camera straight above it, switched off.
    """

    projection: np.ndarray
    scale: float
    is_close: bool
    on_bench: bool = False

    def project(self, points: np.ndarray) -> np.ndarray:
        """Return where table points, shape (n, 3), millimetres, fall in the picture, shape (n, 2), pixels."""
        flat = np.hstack([points, np.ones((len(points), 1))]) @ self.projection.T
        projected: np.ndarray = flat[:, :2] / np.maximum(flat[:, 2:], 1e-6)
        return projected


def choose_phone(rng: np.random.Generator) -> Phone:
    """Draw a phone: a modern one with thin rims, or an older one with a forehead, a chin and often a button."""
    width = rng.uniform(66, 78)
    older = rng.random() < 0.35
    frame = _BODIES[int(rng.integers(len(_BODIES)))]
    front = (0.022, 0.022, 0.025)
    if older and rng.random() < 0.4:
        front = (0.88, 0.88, 0.87)
        frame = (0.78, 0.78, 0.79)
    if older:
        return Phone(
            width, width * rng.uniform(1.95, 2.1), rng.uniform(7, 9.5), rng.uniform(7, 11), rng.uniform(2.8, 4.5),
            rng.uniform(13, 19), 0.6, front, frame, "slit", rng.random() < 0.6,
        )  # fmt: skip
    corner = rng.uniform(8, 12)
    return Phone(
        width, width * rng.uniform(2.02, 2.22), rng.uniform(7, 9), corner, rng.uniform(2.2, 3.6), rng.uniform(2.4, 5.0),
        corner - 2.6, front, frame, str(rng.choice(("hole", "middle hole", "notch", "pill"))), False,
    )  # fmt: skip


def choose_pose(rng: np.random.Generator, phone: Phone, side_px: int) -> Pose:
    """Lay the phone on a table and aim the camera.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of chance.
    phone : Phone
        Its measures.
    side_px : int
        Side of the square picture, pixels.

    Returns
    -------
    Pose
        On an inspection bench in two of five. Of the others, the whole phone is inside the picture in three of four,
        else it is a close view with the screen over most of it.
    """
    if rng.random() < BENCH_SHARE:
        turn = np.radians(90 * rng.choice((-1, 1)) + rng.normal(0, 1.5))
        lean, distance = np.radians(rng.uniform(0, 3)), phone.length * rng.uniform(3, 5)
        view = _View(turn, lean, distance, rng.uniform(0.86, 0.98))
        return _aimed(rng, phone, side_px, view, on_bench=True)
    is_close = rng.random() < 0.24
    kind = rng.random()
    turn = np.radians(
        rng.normal(0, 6) + (0 if kind < 0.5 else 90 * rng.choice((-1, 1)) if kind < 0.75 else rng.uniform(-180, 180))
    )
    lean = np.radians(rng.uniform(0, 12) if rng.random() < 0.65 else rng.uniform(12, 45))
    distance = phone.length * rng.uniform(2.2, 4.5)
    fill = rng.uniform(1.25, 2.4) if is_close else rng.uniform(0.72, 0.96)
    return _aimed(rng, phone, side_px, _View(turn, lean, distance, fill))


@dataclass(frozen=True)
class _View:
    """How the camera looks at a phone.

    Attributes
    ----------
    turn, lean : float
        Of the phone on the table, and of the camera from straight above, radians.
    distance : float
        Millimetres.
    fill : float
        Share of the picture's side that the phone takes; above 1 the view is close.
    """

    turn: float
    lean: float
    distance: float
    fill: float


def _aimed(rng: np.random.Generator, phone: Phone, side_px: int, view: _View, *, on_bench: bool = False) -> Pose:
    """Aim the camera so that the phone takes as much of the picture as the view says."""
    is_close = view.fill > 1
    lean, distance = view.lean, view.distance
    cos, sin = np.cos(view.turn), np.sin(view.turn)
    spin = np.array([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1]])
    # Rows: picture right, picture down, into the picture; the camera leans back from straight above.
    look = np.array([[1, 0, 0], [0, -np.cos(lean), -np.sin(lean)], [0, np.sin(lean), -np.cos(lean)]])
    projection = np.hstack([look @ spin, np.array([[0], [0], [distance]])])
    half = np.array([phone.width / 2, phone.length / 2])
    corners = np.array([(x, y, z) for x in (-1, 1) for y in (-1, 1) for z in (0, 1)]) * [*half, phone.thickness]
    flat = np.hstack([corners, np.ones((8, 1))]) @ projection.T
    flat = flat[:, :2] / flat[:, 2:]
    low, high = flat.min(axis=0), flat.max(axis=0)
    focal = side_px * view.fill / (high - low).max()
    spare = side_px - focal * (high - low)
    offset = spare * (rng.uniform(0.25, 0.75, 2) if is_close else rng.uniform(0.35, 0.65, 2)) - focal * low
    projection = np.array([[focal, 0, offset[0]], [0, focal, offset[1]], [0, 0, 1]]) @ projection
    return Pose(projection, float(focal / distance), is_close, on_bench)


def rounded_outline(width: float, length: float, corner: float, height: float) -> np.ndarray:
    """Return points, shape (n, 3), millimetres, round a rectangle with round corners at a height over the table."""
    points = []
    for start, (x, y) in enumerate(((1, 1), (-1, 1), (-1, -1), (1, -1))):
        turn = np.linspace(0, np.pi / 2, 7) + start * np.pi / 2
        points.append(
            np.stack(
                [x * (width / 2 - corner) + corner * np.cos(turn), y * (length / 2 - corner) + corner * np.sin(turn)],
                axis=1,
            )
        )
    flat = np.vstack(points)
    return np.hstack([flat, np.full((len(flat), 1), height)])


def _rounded(shape: tuple[int, int], margin: tuple[float, float], corner: float) -> np.ndarray:
    """Return the cover of a rounded rectangle inside a picture; margins down and across, pixels."""
    row = np.abs(np.arange(shape[0], dtype=np.float32) + 0.5 - shape[0] / 2)[:, None] - np.float32(
        shape[0] / 2 - margin[0] - corner
    )
    column = np.abs(np.arange(shape[1], dtype=np.float32) + 0.5 - shape[1] / 2)[None, :] - np.float32(
        shape[1] / 2 - margin[1] - corner
    )
    beyond = np.sqrt(np.maximum(row, 0) ** 2 + np.maximum(column, 0) ** 2) + np.minimum(np.maximum(row, column), 0)
    cover: np.ndarray = np.clip(np.float32(corner + 0.5) - beyond, 0, 1)
    return cover


def draw_front(
    rng: np.random.Generator, phone: Phone, scale: float, *, may_be_on: bool = True
) -> tuple[np.ndarray, np.ndarray, bool]:
    """Draw the phone's front as seen straight on.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of chance.
    phone : Phone
        Its measures.
    scale : float
        Pixels in a millimetre.
    may_be_on : bool
        False for a screen that is switched off.

    Returns
    -------
    front : numpy.ndarray
        float32, shape (height, width, 3), RGB, 0..1, upright.
    glass : numpy.ndarray
        float32, shape (height, width): 1 on the glass, 0 on the frame round it.
    is_on : bool
        Whether the screen is lit.
    """
    shape = round(phone.length * scale), round(phone.width * scale)
    front = np.empty((*shape, 3), np.float32)
    front[:] = phone.frame
    rim = 1.3 * scale
    glass = _rounded(shape, (rim, rim), phone.corner * scale - rim)
    # The frame's edge catches the light along a thin line.
    edge = np.clip(1 - np.abs(_rounded(shape, (rim * 0.5, rim * 0.5), phone.corner * scale - rim / 2) - 0.5) * 2, 0, 1)
    blend(front, edge * 0.6, tuple(np.minimum(1.0, np.array(phone.frame) * 1.3 + 0.2)))
    blend(front, glass, phone.front)
    end, side = phone.bezel_end * scale, phone.bezel_side * scale
    rows, columns = slice(round(end), shape[0] - round(end)), slice(round(side), shape[1] - round(side))
    inside = front[rows, columns]
    picture, is_on = draw_screen(rng, inside.shape[:2], may_be_on=may_be_on)
    blend(inside, _rounded(inside.shape[:2], (0, 0), max(0.5, phone.screen_corner * scale)), picture)
    _camera(front, phone, scale)
    return front, glass, is_on


def _camera(front: np.ndarray, phone: Phone, scale: float) -> None:
    width = front.shape[1]
    dark, ring = (0.012, 0.012, 0.016), (0.06, 0.065, 0.09)
    middle, top = width / 2, phone.bezel_end * scale

    def spot(x: float, y: float, wide: float, tall: float, colour: tuple[float, ...]) -> None:
        low = max(0, round(y - tall / 2)), max(0, round(x - wide / 2))
        part = front[low[0] : low[0] + max(2, round(tall)), low[1] : low[1] + max(2, round(wide))]
        blend(part, _rounded(part.shape[:2], (0, 0), min(part.shape[:2]) / 2), colour)

    if phone.camera == "slit":
        light_front = phone.front[0] > 0.5
        spot(middle, top * 0.5, 11 * scale, 1.7 * scale, (0.10, 0.10, 0.11) if light_front else (0.10, 0.10, 0.10))
        spot(middle - 11 * scale, top * 0.5, 2.4 * scale, 2.4 * scale, (0.08, 0.08, 0.1) if light_front else ring)
        if phone.has_button:
            low = front.shape[0] - top * 0.5
            spot(middle, low, 11.5 * scale, 11.5 * scale, tuple(np.array(phone.front) * 0.9 + 0.06))
            spot(middle, low, 10.2 * scale, 10.2 * scale, tuple(np.array(phone.front) * 0.97))
        return
    x = middle - 22 * scale if phone.camera == "hole" else middle
    y = top + 4.2 * scale
    if phone.camera == "notch":
        spot(middle, top - 1 * scale, 32 * scale, 9 * scale, dark)
        y = top + 1.2 * scale
        x = middle + 10 * scale
    elif phone.camera == "pill":
        spot(middle, y, 19 * scale, 5.6 * scale, dark)
        x = middle + 5.5 * scale
    spot(x, y, 4.2 * scale, 4.2 * scale, dark)
    spot(x, y, 1.8 * scale, 1.8 * scale, ring)


def glass_to_picture(phone: Phone, pose: Pose, shape: tuple[int, int]) -> np.ndarray:
    """Return the homography, shape (3, 3), from the front's pixels to the picture's."""
    half = phone.width / 2, phone.length / 2
    corners = np.array([(-half[0], half[1]), (half[0], half[1]), (half[0], -half[1]), (-half[0], -half[1])])
    placed = pose.project(np.hstack([corners, np.full((4, 1), phone.thickness)])).astype(np.float32)
    own = np.array([[0, 0], [shape[1], 0], [shape[1], shape[0]], [0, shape[0]]], np.float32)
    return cv2.getPerspectiveTransform(own, placed)
