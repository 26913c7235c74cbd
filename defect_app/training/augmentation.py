"""Chance changes of training pictures: one affine turn, one change of light and colour, each part switchable."""

from __future__ import annotations

import cv2
import numpy as np

from defect_app.recipes.entries import AugmentationEntries

_BORDERS = {"reflect": cv2.BORDER_REFLECT_101, "edge": cv2.BORDER_REPLICATE, "constant": cv2.BORDER_CONSTANT}
HUE_CIRCLE = 180
"""Hue in OpenCV's 8-bit pictures: half degrees."""


def augment(pixels: np.ndarray, entries: AugmentationEntries, rng: np.random.Generator) -> np.ndarray:
    """Change one picture by chance.

    Parameters
    ----------
    pixels : ndarray of uint8, shape (height, width, 3) or (height, width, 4)
        RGB; a fourth channel is a mask, which moves with the picture and keeps its values.
    entries : AugmentationEntries
        What may be changed, and how far.
    rng : numpy.random.Generator
        The source of chance.

    Returns
    -------
    ndarray of uint8, of the same shape
    """
    if rng.random() >= entries.share:
        return pixels
    moved = _moved(pixels, entries, rng)
    relit = _relit(np.ascontiguousarray(moved[..., :3]), entries, rng)
    relit = _levelled(_recoloured(relit, entries, rng), entries, rng)
    return np.dstack([relit, moved[..., 3]]) if moved.shape[2] == 4 else relit


def _moved(pixels: np.ndarray, entries: AugmentationEntries, rng: np.random.Generator) -> np.ndarray:
    height, width = pixels.shape[:2]
    angle = np.deg2rad(rng.uniform(-1, 1) * entries.rotation_degrees)
    scale = 1 + rng.uniform(-1, 1) * entries.zoom
    sheared = entries.shear + np.tan(np.deg2rad(entries.shear_degrees))
    shear = rng.uniform(-1, 1) * sheared
    mirror = np.diag(
        [
            -1.0 if entries.flip_horizontal and rng.random() < 0.5 else 1.0,
            -1.0 if entries.flip_vertical and rng.random() < 0.5 else 1.0,
        ]
    )
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    linear = scale * turn @ np.array([[1.0, shear], [0.0, 1.0]]) @ mirror
    centre = np.array([(width - 1) / 2, (height - 1) / 2])
    offset = centre - linear @ centre + rng.uniform(-1, 1, 2) * entries.shift * (width, height)
    matrix = np.column_stack([linear, offset])
    if entries.crop:
        matrix = _cropping((height, width), entries.crop, rng) @ np.vstack([matrix, [0.0, 0.0, 1.0]])
    if np.allclose(matrix, np.eye(2, 3)):
        return pixels
    return cv2.warpAffine(pixels, matrix, (width, height), flags=cv2.INTER_LINEAR, borderMode=_BORDERS[entries.fill])


def _cropping(size: tuple[int, int], most: float, rng: np.random.Generator) -> np.ndarray:
    """Return the map, shape (2, 3), that enlarges a part of the picture to the whole; its proportions stay."""
    share = 1 - rng.uniform(0, 1) * most
    left, top = rng.uniform(0, 1, 2) * (1 - share) * (size[1] - 1, size[0] - 1)
    return np.array([[1 / share, 0.0, -left / share], [0.0, 1 / share, -top / share]])


def _recoloured(pixels: np.ndarray, entries: AugmentationEntries, rng: np.random.Generator) -> np.ndarray:
    """Turn the hues and stretch the saturation, in that order."""
    if entries.hue:
        turn = rng.uniform(-1, 1) * entries.hue * HUE_CIRCLE
        hsv = cv2.cvtColor(pixels, cv2.COLOR_RGB2HSV)
        turned = (np.arange(256) + round(turn)) % HUE_CIRCLE
        hsv[..., 0] = cv2.LUT(hsv[..., 0], turned.astype(np.uint8))
        pixels = cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB)
    if entries.saturation_range:
        factor = _factor(entries.saturation_range, rng)
        grey = cv2.cvtColor(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
        pixels = cv2.addWeighted(pixels, factor, grey, 1 - factor, 0)
    return pixels


def _levelled(pixels: np.ndarray, entries: AugmentationEntries, rng: np.random.Generator) -> np.ndarray:
    """Multiply the grey levels, and their distance from the picture's mean."""
    factor = _factor(entries.brightness_range, rng)
    gain = _factor(entries.contrast_range, rng)
    if factor == gain == 1.0:
        return pixels
    mean = float(pixels.mean()) * factor
    levels = (np.arange(256) * factor - mean) * gain + mean
    return cv2.LUT(pixels, np.clip(np.rint(levels), 0, 255).astype(np.uint8))


def _factor(bounds: tuple[float, ...], rng: np.random.Generator) -> float:
    """Draw a factor between two bounds; 1 where there are none."""
    return float(rng.uniform(bounds[0], bounds[1])) if bounds else 1.0


def _relit(pixels: np.ndarray, entries: AugmentationEntries, rng: np.random.Generator) -> np.ndarray:
    gain = 1 + rng.uniform(-1, 1) * entries.contrast
    lift = 255 * rng.uniform(-1, 1) * entries.brightness
    sigma = rng.uniform(0, 1) * entries.blur_px
    noise = rng.uniform(0, 1) * entries.noise
    sharpened = rng.uniform(0, 1) * entries.sharpen if entries.sharpen else 0.0
    if entries.contrast or entries.brightness:
        levels = (np.arange(256) - 127.5) * gain + 127.5 + lift
        pixels = cv2.LUT(pixels, np.clip(np.rint(levels), 0, 255).astype(np.uint8))
    if sigma > 0.2:
        pixels = cv2.GaussianBlur(pixels, (0, 0), sigma)
    if sharpened:
        pixels = cv2.addWeighted(pixels, 1 + sharpened, cv2.GaussianBlur(pixels, (0, 0), 1.0), -sharpened, 0)
    if noise > 0.5:
        # One grain for the three colours: cheaper by two thirds, and nearest to a grey camera's noise.
        grain = rng.standard_normal(pixels.shape[:2], np.float32)[..., None] * np.float32(noise)
        pixels = np.clip(pixels + grain, 0, 255).astype(np.uint8)
    return pixels
