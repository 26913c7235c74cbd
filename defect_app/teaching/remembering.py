"""Good photos alone: which patches are remembered, and what distance a good part seldom exceeds.

Method: PatchCore; see `engine.taught.patches`. Remembered are patches chosen by farthest-point sampling (the paper's
greedy coreset), in the directions in which patches differ most.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import t as student

from defect_app.datasets import assign_folds
from defect_app.engine.taught.memory import AnomalyScale, PatchMemory
from defect_app.engine.taught.patches import layer_scales
from defect_app.progress import Progress

REMEMBERED = 1500
DIMENSIONS = 64
_MOST_PATCHES = 20_000
"""So many, chosen at random, the memory is chosen from."""
_MOST_FOLDS = 5
_REVIEW_P, _REJECT_P = 0.3, 0.7
"""Probabilities that the two distances below are shown as."""
REVIEWED, REJECTED = 0.01, 0.001
"""Shares of good parts that are to be reviewed, and rejected, at most."""


@dataclass(frozen=True, eq=False)
class Remembered:
    """A memory and what it says of good photos that it has not seen.

    Attributes
    ----------
    memory : PatchMemory
        Of all photos.
    scale : AnomalyScale
        From distance to logit.
    review_at, reject_at : float
        Probabilities of an anomaly that `REVIEWED` and `REJECTED` of good parts reach.
    distances : ndarray, shape (n_photos,)
        Each photo's greatest squared distance to a memory of other photos.
    folds : ndarray of int, shape (n_photos,)
        Fold of each photo.
    """

    memory: PatchMemory
    scale: AnomalyScale
    review_at: float
    reject_at: float
    distances: np.ndarray
    folds: np.ndarray

    def probabilities(self, distances: np.ndarray) -> np.ndarray:
        """Return the probabilities of good and anomaly at photos' greatest distances, shape (n_photos, 2)."""
        logits = self.scale.slope * distances + self.scale.intercept
        p = 1 / (1 + np.exp(-np.clip(logits, -60, 60)))
        return np.stack([1 - p, p], axis=1)


def remember(
    patches: np.ndarray, groups: np.ndarray, content: list[str], channels: tuple[int, ...], progress: Progress
) -> Remembered:
    """Choose the memory, and measure it fold by fold on photos that it has not seen.

    Parameters
    ----------
    patches : ndarray of float16, shape (n_photos, n_patches, n_channels)
        Of good photos, at least three.
    groups : ndarray of int, shape (n_photos,)
        See `grouping.groups_of`.
    content : list of str
        Hashes of the photos: they decide the folds.
    channels : tuple of int
        Of each joined layer.
    progress : callable
        Called after each fold. Whatever it raises stops the work.
    """
    n_folds = min(_MOST_FOLDS, len(np.unique(groups)))
    if n_folds < 2:
        groups, n_folds = np.arange(len(groups)), min(_MOST_FOLDS, len(groups))
    folds = assign_folds(content, ["good"] * len(groups), groups.tolist(), n_folds)
    distances = np.zeros(len(groups))
    for fold in range(n_folds):
        memory = memory_of(patches[folds != fold], channels)
        for i in np.flatnonzero(folds == fold):
            distances[i] = memory.distances(patches[i]).max()
        progress("measuring", fold + 1, n_folds + 1)
    memory = memory_of(patches, channels)
    progress("measuring", n_folds + 1, n_folds + 1)
    review, reject = (seldom_exceeded(distances, share) for share in (REVIEWED, REJECTED))
    slope = (_log_odds(_REJECT_P) - _log_odds(_REVIEW_P)) / (reject - review)
    intercept = _log_odds(_REVIEW_P) - slope * review
    scale = AnomalyScale(float(slope), float(intercept), float(np.median(distances) / 2))
    return Remembered(memory, scale, _REVIEW_P, _REJECT_P, distances, folds)


def memory_of(patches: np.ndarray, channels: tuple[int, ...], seed: int = 0) -> PatchMemory:
    """Choose what is remembered of photos' patches, shape (n_photos, n_patches, n_channels)."""
    rng = np.random.default_rng(seed)
    n_photos, n_places = patches.shape[:2]
    total = n_photos * n_places
    chosen = rng.choice(total, _MOST_PATCHES, replace=False) if total > _MOST_PATCHES else np.arange(total)
    raw = patches[chosen // n_places, chosen % n_places].astype(np.float32)
    scales, offset = layer_scales(raw, channels), raw.mean(axis=0)
    comparable = (raw - offset) / scales
    _, vectors = np.linalg.eigh(comparable.T @ comparable)
    projection = vectors[:, ::-1][:, :DIMENSIONS].astype(np.float32)
    projected = comparable @ projection
    kept = farthest_points(projected, REMEMBERED, rng)
    return PatchMemory((projection / scales[:, None]).astype(np.float32), offset, projected[kept])


def farthest_points(points: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """Return the indices of points each of which was farthest from all chosen before, beginning at random."""
    if len(points) <= count:
        return np.arange(len(points))
    squares = (points**2).sum(axis=1)
    chosen = [int(rng.integers(len(points)))]
    nearest = np.full(len(points), np.inf, np.float32)
    for _ in range(count - 1):
        last = points[chosen[-1]]
        np.minimum(nearest, squares - 2 * (points @ last) + last @ last, out=nearest)
        chosen.append(int(nearest.argmax()))
    return np.array(chosen)


def seldom_exceeded(distances: np.ndarray, share: float) -> float:
    """Return a distance that this share of further good photos exceeds.

    The upper limit of prediction for one further photo where logarithms of distances are normally distributed: with
    few photos it lies farther out than their own quantile, because little is known of them.

    Parameters
    ----------
    distances : ndarray, shape (n,)
        Positive, of photos that were held out; at least two.
    share : float
        In (0, 1).
    """
    logs = np.log(np.maximum(distances, 1e-12))
    n = len(logs)
    spread = max(float(logs.std(ddof=1)), 0.02)
    return float(np.exp(logs.mean() + student.ppf(1 - share, n - 1) * spread * np.sqrt(1 + 1 / n)))


def _log_odds(p: float) -> float:
    return float(np.log(p / (1 - p)))
