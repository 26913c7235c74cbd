"""Which pictures show the same round part, however it was turned, mirrored, moved, scaled or sheared.

A part with a dark ring about its hub is brought to a common frame by that ring: the second moments of the ring's
outline say where it lies and which ellipse it has become, and mapping this ellipse back to a circle leaves nothing but
an angle open (affine normalisation by moments; Rothe, Suesse and Voss, "The method of normalization to determine
invariants", IEEE TPAMI 18, 1996). Sampled along circles, an angle is a shift, and the best of all shifts is found by
a circular correlation. What is compared are fine marks alone, those of some two to eight pixels: the shapes and the
light, which all parts of a kind share, are taken out before.
"""

from __future__ import annotations

import cv2
import numpy as np
import scipy.fft

from defect_app.datasets.twins import connected_groups

LEAST_CORRELATION = 0.95
"""From which correlation two pictures show one part. On 7,348 castings pairs of one part lie at 0.98 and above, pairs
of good with defective parts below 0.91."""
SIDE = 300
"""Pictures are compared at this width, in pixels."""
N_RADII, N_ANGLES = 40, 128
_RADII = np.linspace(0.42, 1.62, N_RADII)
"""In radii of the dark ring: from the hub to the rim."""
_N_FREQUENCIES = 48
_N_COARSE = 12
_ROUNDING = 1e-3
_PAIRS = 2_000
_DARK = (80, 60, 45)
_LEAST_AREA, _LEAST_ROUNDNESS = 1500, 0.97
_FARTHEST = 80.0
_BLOCK = 64
_NEW_VIEW = 0.985


def part_signature(pixels: np.ndarray) -> np.ndarray:
    """Return the fine marks of a round part along circles about its hub.

    Parameters
    ----------
    pixels : ndarray of uint8, shape (height, width, 3)
        RGB.

    Returns
    -------
    ndarray of float32, shape (40, 128)
        Radii by angles, of length one; compared by `same_part_groups`.
    """
    grey = cv2.resize(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    centre, to_ellipse = _dark_ring(cv2.GaussianBlur(grey, (0, 0), 1.5))
    angles = np.arange(2 * N_ANGLES) * (np.pi / N_ANGLES)
    circle = np.stack([np.cos(angles), np.sin(angles)], axis=-1) @ to_ellipse.T
    at = (centre + _RADII[:, None, None] * circle).astype(np.float32)
    smooth = cv2.GaussianBlur(grey, (0, 0), 1.0).astype(np.float32)
    sampled = cv2.remap(smooth, at[..., 0], at[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    marks = _fine_marks(sampled)
    marks = cv2.resize(marks, (N_ANGLES, N_RADII), interpolation=cv2.INTER_AREA) * np.sqrt(_RADII)[:, None]
    signature: np.ndarray = (marks / max(float(np.linalg.norm(marks)), 1e-6)).astype(np.float32)
    return signature


def same_part_groups(signatures: np.ndarray, least_correlation: float = LEAST_CORRELATION) -> np.ndarray:
    """Give the same number to pictures of one part.

    Each picture is compared with those that stand for the parts found so far, in every turn and mirrored: a part is
    represented by several pictures where its copies differ from each other.

    Parameters
    ----------
    signatures : ndarray of float32, shape (n, 40, 128)
        See `part_signature`.
    least_correlation : float
        In (0, 1].

    Returns
    -------
    ndarray of int64, shape (n,)
        Group of each picture.
    """
    spectra = np.fft.rfft(signatures, axis=2)[:, :, :_N_FREQUENCIES].astype(np.complex64).transpose(2, 0, 1)
    heights = np.linalg.norm(spectra[_N_COARSE:], axis=2).T
    views = np.zeros(0, np.int64)
    first: list[int] = []
    second: list[int] = []
    for start in range(0, len(signatures), _BLOCK):
        block = np.arange(start, min(start + _BLOCK, len(signatures)))
        nearest = np.zeros(len(block))
        for others in (views, block):
            if not len(others):
                continue
            found = _correlations(spectra, heights, block, others, min(least_correlation, _NEW_VIEW))
            if others is block:
                # Each pair once: a picture with those before it.
                found[np.triu_indices(len(block))] = 0
            rows, columns = np.nonzero(found >= least_correlation)
            first += block[rows].tolist()
            second += others[columns].tolist()
            nearest = np.maximum(nearest, found.max(axis=1))
        views = np.concatenate([views, block[nearest < _NEW_VIEW]])
    return connected_groups(len(signatures), np.array(first, np.int64), np.array(second, np.int64))


def _correlations(
    spectra: np.ndarray, heights: np.ndarray, ones: np.ndarray, others: np.ndarray, least: float
) -> np.ndarray:
    """Return the best correlation over all turns of some pictures with others, plain or mirrored.

    Spectra are of shape (frequencies, n, radii), the heights of their finer waves (n, finer frequencies), the pictures
    given by number, the result (ones, others): 0 where no turn can reach `least`, as for nearly all pairs. A sum of
    waves is at most the sum of their heights, and the height of a finer wave at most the product of the two pictures'
    own (Cauchy and Schwarz).
    """
    share = np.full(len(spectra), 2 / N_ANGLES, np.float32)
    share[0] = 1 / N_ANGLES
    finer = (heights[ones] * share[_N_COARSE:]) @ heights[others].T
    few, many = spectra[:_N_COARSE, ones], spectra[:_N_COARSE, others].transpose(0, 2, 1)
    best = np.zeros(finer.shape, np.float32)
    for mirrored in (False, True):
        coarse = np.abs(np.matmul(few if mirrored else few.conj(), many))
        most = finer + np.tensordot(share[:_N_COARSE], coarse, 1)
        rows, columns = np.nonzero(most >= least - _ROUNDING)
        for start in range(0, len(rows), _PAIRS):
            row, column = rows[start : start + _PAIRS], columns[start : start + _PAIRS]
            first = spectra[:, ones[row]]
            product = np.einsum("fpr,fpr->fp", first if mirrored else first.conj(), spectra[:, others[column]])
            shifted = scipy.fft.irfft(product, n=N_ANGLES, axis=0)
            best[row, column] = np.maximum(best[row, column], shifted.max(axis=0))
    return best


def _fine_marks(sampled: np.ndarray) -> np.ndarray:
    """Return what stands out from its neighbourhood, in units of how much stands out thereabouts."""
    margin = 32
    around = np.concatenate([sampled[:, -margin:], sampled, sampled[:, :margin]], axis=1)
    marks = cv2.GaussianBlur(around, (0, 0), 1.2) - cv2.GaussianBlur(around, (0, 0), 6)
    marks -= marks[:, margin:-margin].mean(axis=1, keepdims=True)
    usual = np.sqrt(cv2.GaussianBlur(marks**2, (0, 0), 10))
    found: np.ndarray = (marks / (usual + 4))[:, margin:-margin]
    return found


def _dark_ring(smooth: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Find the dark ring: its centre (x, y) in pixels, and the matrix that maps the unit circle to its outline."""
    best: tuple[float, np.ndarray, np.ndarray] | None = None
    for darkest in _DARK:
        dark = (smooth < darkest).astype(np.uint8)
        outlines, _ = cv2.findContours(dark, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
        for outline in sorted(outlines, key=cv2.contourArea, reverse=True)[:3]:
            moments = cv2.moments(cv2.convexHull(outline))
            area = moments["m00"]
            if area < _LEAST_AREA:
                continue
            centre = np.array([moments["m10"], moments["m01"]]) / area
            spread = np.array([[moments["mu20"], moments["mu11"]], [moments["mu11"], moments["mu02"]]]) / area
            variances, axes = np.linalg.eigh(spread)
            # An ellipse has the area that its moments say; less is a ring that ran together with a shadow.
            roundness = area / (4 * np.pi * float(np.sqrt(variances.prod())))
            if np.hypot(*(centre - (SIDE - 1) / 2)) > _FARTHEST or (best and best[0] >= roundness):
                continue
            best = roundness, centre, axes @ np.diag(2 * np.sqrt(variances)) @ axes.T
        if best and best[0] >= _LEAST_ROUNDNESS:
            break
    if best is None:
        return np.full(2, (SIDE - 1) / 2), np.eye(2) * (SIDE / 4.4)
    return best[1], best[2]
