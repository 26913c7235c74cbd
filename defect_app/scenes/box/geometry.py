"""Where a cuboid on a floor, its faces and its shadow fall in a camera's picture."""

from dataclasses import dataclass

import numpy as np

# Corners as (x, y, z) signs, in the order top left, top right, bottom right, bottom left as seen from outside the face.
FACE_CORNERS: dict[str, tuple[tuple[int, int, int], ...]] = {
    "top": ((-1, 1, 1), (1, 1, 1), (1, -1, 1), (-1, -1, 1)),
    "front": ((-1, -1, 1), (1, -1, 1), (1, -1, 0), (-1, -1, 0)),
    "right": ((1, -1, 1), (1, 1, 1), (1, 1, 0), (1, -1, 0)),
    "back": ((1, 1, 1), (-1, 1, 1), (-1, 1, 0), (1, 1, 0)),
    "left": ((-1, 1, 1), (-1, -1, 1), (-1, -1, 0), (-1, 1, 0)),
}


@dataclass(frozen=True)
class Face:
    """One visible face.

    Attributes
    ----------
    name : str
        A key of ``FACE_CORNERS``.
    corners_px : numpy.ndarray
        float32, shape (4, 2): top left, top right, bottom right, bottom left in the picture.
    right, down, normal : numpy.ndarray
        Unit vectors in the world, shape (3,).
    size : tuple of float
        Width and height in the world's unit (the box's longest edge is about 1).
    """

    name: str
    corners_px: np.ndarray
    right: np.ndarray
    down: np.ndarray
    normal: np.ndarray
    size: tuple[float, float]


@dataclass(frozen=True)
class View:
    """A box before a camera.

    Attributes
    ----------
    faces : tuple of Face
        The visible faces, the farthest first.
    floor : numpy.ndarray
        float64, shape (3, 3): from floor coordinates (x, y, 1) to homogeneous picture coordinates.
    projection : numpy.ndarray
        float64, shape (3, 4): from the world to homogeneous picture coordinates; the last row gives the depth.
    footprint : numpy.ndarray
        float64, shape (4, 2): the box's corners on the floor, world unit.
    height : float
        The box's height, world unit.
    """

    faces: tuple[Face, ...]
    floor: np.ndarray
    projection: np.ndarray
    footprint: np.ndarray
    height: float

    def project(self, points: np.ndarray) -> np.ndarray:
        """Return where world points, shape (n, 3), fall in the picture, shape (n, 2), pixels."""
        flat = np.hstack([points, np.ones((len(points), 1))]) @ self.projection.T
        projected: np.ndarray = flat[:, :2] / np.maximum(flat[:, 2:], 1e-6)
        return projected


def look_at_box(rng: np.random.Generator, side_px: int) -> View:
    """Stand a box of random size and turn on the floor and aim a camera at it.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of chance.
    side_px : int
        Side of the square picture, pixels.

    Returns
    -------
    View
        The box fills 55 to 93 per cent of the picture and lies inside it.
    """
    size = rng.uniform((0.6, 0.45, 0.28), (1.0, 0.8, 0.85))
    if rng.random() < 0.5:
        size[:2] = size[1::-1]
    # Turned so that mostly two sides are well seen, at times nearly one only.
    yaw = rng.choice((-1, 1)) * rng.uniform(0.12, 0.8)
    turn = np.array([[np.cos(yaw), -np.sin(yaw), 0], [np.sin(yaw), np.cos(yaw), 0], [0, 0, 1]])

    elevation = np.radians(rng.uniform(14, 50))
    distance = rng.uniform(2.2, 4.5)
    eye = distance * np.array([0, -np.cos(elevation), np.sin(elevation)]) + (0, 0, size[2] / 2)
    forward = np.array([0, np.cos(elevation), -np.sin(elevation)])
    roll = np.radians(rng.normal(0, 2.0))
    right = np.array([np.cos(roll), 0, 0]) + np.sin(roll) * np.cross(forward, (1, 0, 0))
    down = np.cross(forward, right)
    rotation = np.stack([right, down, forward])
    projection = np.hstack([rotation, -rotation @ eye[:, None]])

    half = np.array([size[0] / 2, size[1] / 2, size[2]])
    corners = np.array([(x, y, z) for x in (-1, 1) for y in (-1, 1) for z in (0, 1)]) * half @ turn.T
    flat = np.hstack([corners, np.ones((8, 1))]) @ projection.T
    flat = flat[:, :2] / flat[:, 2:]
    low, high = flat.min(axis=0), flat.max(axis=0)
    focal = side_px * rng.uniform(0.55, 0.93) / (high - low).max()
    # The spare room is shared out at random, so the box is rarely dead centre.
    spare = side_px - focal * (high - low)
    offset = spare * rng.uniform(0.3, 0.7, 2) - focal * low
    intrinsics = np.array([[focal, 0, offset[0]], [0, focal, offset[1]], [0, 0, 1]])
    projection = intrinsics @ projection

    view = View((), projection[:, [0, 1, 3]], projection, (corners[[0, 2, 6, 4]])[:, :2], float(size[2]))
    faces = [_face(view, name, half, turn, eye) for name in FACE_CORNERS]
    seen = sorted((pair for pair in faces if pair[0] > 0.03), key=lambda pair: pair[0])
    return View(tuple(face for _, face in seen), view.floor, projection, view.footprint, view.height)


def _face(view: View, name: str, half: np.ndarray, turn: np.ndarray, eye: np.ndarray) -> tuple[float, Face]:
    """Return how squarely the camera sees a face (cosine; below 0 for hidden ones), and the face."""
    corners = np.array(FACE_CORNERS[name]) * half @ turn.T
    across, along = corners[1] - corners[0], corners[3] - corners[0]
    width, height = float(np.linalg.norm(across)), float(np.linalg.norm(along))
    right, down = across / width, along / height
    normal = np.cross(down, right)
    towards = eye - corners.mean(axis=0)
    facing = float(normal @ towards / np.linalg.norm(towards))
    return facing, Face(name, view.project(corners).astype(np.float32), right, down, normal, (width, height))
