"""The spider's web that glass cracks into."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np


@dataclass(frozen=True)
class Web:
    """A spider's web of cracks in the glass's plane, millimetres.

    Attributes
    ----------
    pieces : numpy.ndarray
        float, shape (n, 2, 2): start and end of each piece of crack.
    nearness : numpy.ndarray
        float, shape (n,): 1 at the blow .. 0 where the cracks end.
    shards : tuple of numpy.ndarray
        Closed outlines, shape (k, 2), between the cracks.
    """

    pieces: np.ndarray
    nearness: np.ndarray
    shards: tuple[np.ndarray, ...]


def spin_web(rng: np.random.Generator, blow: np.ndarray, reach: float) -> Web:
    """Let glass crack from a blow: rays with branches, rings from ray to ray, denser towards the blow.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of chance.
    blow : numpy.ndarray
        Where it fell, shape (2,), millimetres.
    reach : float
        How far the longest rays may run, millimetres.

    Returns
    -------
    Web
        The cracks and the shards between them; both may run beyond the glass.
    """
    rays = int(rng.integers(10, 26))
    steps = 26
    radius = reach * np.linspace(0, 1, steps) ** 1.25
    turns = (np.arange(rays) + rng.uniform(-0.36, 0.36, rays)) * 2 * np.pi / rays
    bend = np.cumsum(rng.normal(0, 0.035, (rays, steps)), axis=1)
    angle = turns[:, None] + bend
    paths = blow + radius[None, :, None] * np.stack([np.cos(angle), np.sin(angle)], axis=2)
    lengths = np.clip(rng.beta(1.6, 1.3, rays) * steps, 6, steps - 1).astype(int)

    pieces, nearness = [], []
    for path, length in zip(paths, lengths, strict=True):
        pieces.append(np.stack([path[:length], path[1 : length + 1]], axis=1))
        nearness.append(1 - np.arange(length) / steps)
        for _ in range(int(rng.integers(0, 4))):
            fork = int(rng.integers(3, max(4, length)))
            heading = np.arctan2(*(path[fork] - path[fork - 1])[::-1]) + rng.choice((-1, 1)) * rng.uniform(0.25, 0.9)
            count = int(rng.integers(4, 12))
            wander = heading + np.cumsum(rng.normal(0, 0.09, count))
            stride = reach / steps * rng.uniform(0.6, 1.3)
            branch = path[fork] + np.cumsum(np.stack([np.cos(wander), np.sin(wander)], axis=1) * stride, axis=0)
            branch = np.vstack([path[fork], branch])
            pieces.append(np.stack([branch[:-1], branch[1:]], axis=1))
            nearness.append((1 - fork / steps) * np.linspace(0.8, 0.2, count))

    shards = []
    rings = np.unique(
        np.clip((np.linspace(0.09, 0.95, int(rng.integers(6, 10))) ** 1.1 * steps).astype(int), 2, steps - 1)
    )
    for ray in range(rays):
        after = (ray + 1) % rays
        bound = min(lengths[ray], lengths[after])
        corners = [(paths[ray, 1], paths[after, 1])]
        for ring in rings[rings <= bound]:
            one = paths[ray, ring]
            other = paths[after, min(steps - 1, max(1, ring + int(rng.integers(-1, 2))))]
            corners.append((one, other))
            if rng.random() < 0.9 * np.exp(-1.3 * ring / steps):
                inner = (one + other) / 2 + rng.normal(0, 0.06, 2) * np.hypot(*(one - other))
                inner += (blow - inner) * 0.05
                chain = np.array([one, inner, other])
                pieces.append(np.stack([chain[:-1], chain[1:]], axis=1))
                nearness.append(np.full(2, 1 - ring / steps))
        for (a, b), (c, d) in pairwise(corners):
            shards.append(np.array([a, b, d, c]))
    return Web(np.vstack(pieces), np.concatenate(nearness), tuple(shards))
