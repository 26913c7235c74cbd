"""Drawing blocks that several renderers share: soft steps, grain at a scale, ragged outlines, places in words."""

import cv2
import numpy as np


def soft_step(values: np.ndarray, start: float, end: float) -> np.ndarray:
    """Return 0 up to ``start``, 1 from ``end`` on and a smooth ramp between; falling if ``end < start``.

    Parameters
    ----------
    values : numpy.ndarray
        Any shape, float.
    start, end : float
        Where the ramp begins and ends; not equal.

    Returns
    -------
    numpy.ndarray
        Same shape, in [0, 1].
    """
    ramp = np.clip((values - start) / (end - start), 0, 1)
    step: np.ndarray = ramp * ramp * (3 - 2 * ramp)
    return step


def grain(
    rng: np.random.Generator, shape: tuple[int, int], scale: float | tuple[float, float], wraps: bool = False
) -> np.ndarray:
    """Return smooth noise of unit standard deviation.

    Parameters
    ----------
    rng : numpy.random.Generator
        Where the noise is drawn from.
    shape : tuple of int
        (height, width), pixels.
    scale : float or tuple of float
        Gaussian sigma across and down, pixels; one number for both.
    wraps : bool
        Whether the noise must run on from the last row to the first (an angle going round); the height is then a
        power of two.

    Returns
    -------
    numpy.ndarray
        float32, the given shape, mean near 0.
    """
    across, down = scale if isinstance(scale, tuple) else (scale, scale)
    height, width = shape
    # Smooth noise is drawn coarse and enlarged: the same look at a fraction of the time.
    step_x, step_y = _coarseness(across), _coarseness(down)
    rows, columns = -(-height // step_y), -(-width // step_x)
    margin = 2
    coarse = rng.standard_normal((rows, columns + 2 * margin), dtype=np.float32)
    reach = min(rows, int(3 * down / step_y) + margin) if wraps else margin
    padded = np.vstack([coarse[rows - reach :], coarse, coarse[:reach]])
    smooth = cv2.GaussianBlur(padded, (0, 0), max(across / step_x, 0.3), sigmaY=max(down / step_y, 0.3))
    if step_x > 1 or step_y > 1:
        full = (smooth.shape[1] * step_x, smooth.shape[0] * step_y)
        smooth = cv2.resize(smooth, full, interpolation=cv2.INTER_CUBIC)
    top, left = reach * step_y, margin * step_x
    noise = smooth[top : top + height, left : left + width]
    mean, deviation = cv2.meanStdDev(noise)
    return (noise - np.float32(mean[0, 0])) * np.float32(1 / (deviation[0, 0] + 1e-6))


def _coarseness(sigma: float) -> int:
    """Return the power of two, so that it divides the length of a turn, that still resolves the scale."""
    return int(2 ** max(0, np.floor(np.log2(max(sigma, 1.0) / 1.5))))


def ragged_outline(rng: np.random.Generator, direction: np.ndarray, raggedness: float) -> np.ndarray:
    """Return the relative radius of an irregular closed outline in each direction.

    Parameters
    ----------
    rng : numpy.random.Generator
        Where the outline is drawn from.
    direction : numpy.ndarray
        Angles seen from the outline's centre, radians.
    raggedness : float
        0 for a circle, about 0.3 for a torn hole.

    Returns
    -------
    numpy.ndarray
        Same shape, around 1, never below 0.3.
    """
    outline = np.ones_like(direction)
    for waves in range(2, 8):
        strength = raggedness * rng.uniform(0.6, 2.4) / waves
        outline += strength * np.cos(waves * direction + rng.uniform(0, 2 * np.pi))
    ragged: np.ndarray = np.maximum(outline, 0.3)
    return ragged


def line_ink(shape: tuple[int, int], points: np.ndarray, widths: np.ndarray) -> np.ndarray:
    """Return the coverage of a thin line whose width changes along its way.

    Parameters
    ----------
    shape : tuple of int
        (height, width), pixels.
    points : numpy.ndarray
        Shape (n, 2): x and y of the line's points, pixels; they may lie outside the picture.
    widths : numpy.ndarray
        Shape (n - 1,): the width of each piece, pixels; what is thinner than a pixel is drawn fainter.

    Returns
    -------
    numpy.ndarray
        float32, the given shape, in [0, 1].
    """
    # OpenCV's own smooth lines come out more than a pixel too wide, and only whole widths exist.
    ink = np.zeros(shape, np.float32)
    height, width_px = shape
    for start, end, width in zip(points[:-1], points[1:], widths, strict=True):
        reach = float(width) / 2 + 2
        left, top = np.maximum(np.floor(np.minimum(start, end) - reach), 0).astype(int)
        right, bottom = np.minimum(np.ceil(np.maximum(start, end) + reach), (width_px, height)).astype(int)
        if left >= right or top >= bottom:
            continue
        across = np.arange(left, right, dtype=np.float32)[None, :] - np.float32(start[0])
        down = np.arange(top, bottom, dtype=np.float32)[:, None] - np.float32(start[1])
        run_x, run_y = float(end[0] - start[0]), float(end[1] - start[1])
        nearest = np.clip((across * run_x + down * run_y) / max(run_x**2 + run_y**2, 1e-6), 0, 1)
        distance = np.hypot(across - nearest * run_x, down - nearest * run_y)
        solid = max(float(width), 1.0)
        piece = np.clip(solid / 2 + 0.5 - distance, 0, 1) * np.float32(float(width) / solid)
        window = ink[top:bottom, left:right]
        np.maximum(window, piece, out=window)
    return ink


def place_in_words(x: float, y: float, width: int, height: int) -> str:
    """Say in words where a point lies in the picture: "upper left", "centre", "right"."""
    rows = ("upper", "", "lower")
    columns = ("left", "", "right")
    row = rows[min(2, max(0, int(3 * y / height)))]
    column = columns[min(2, max(0, int(3 * x / width)))]
    return f"{row} {column}".strip() or "centre"
