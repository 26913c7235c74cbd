"""Fits a model's familiarity: reference features of training pictures, and a limit that other things exceed."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from defect_app import scenes
from defect_app.familiarity import FamiliarityModel, measure_quality
from defect_app.familiarity.model import MOST_REFERENCES
from defect_app.intake import Rejection, read_photo
from defect_app.progress import Progress
from defect_app.scenes.files import SceneFile, scene_file
from defect_app.scenes.seeds import out_of_distribution_seeds

if TYPE_CHECKING:
    from defect_app.inspection import Inspector

SCENES_OF_EACH_OTHER_PRODUCT = 25


def fit_familiarity(
    inspector: Inspector, training: np.ndarray, held_out: Sequence[bytes], *, seed: int, progress: Progress
) -> FamiliarityModel:
    """Fit the familiarity of a model on what it was trained on.

    Parameters
    ----------
    inspector : Inspector
        The model, without familiarity.
    training : ndarray of uint8, shape (n, height, width, 3)
        Training pictures at the input size; 600 of them, chosen by `seed`, become references.
    held_out : sequence of bytes
        Files of pictures that were not trained on, read as photos are; they set the limit, together with scenes of
        other products where the model's own product is known.
    seed : int
        Chooses the references.
    progress : callable
        Called while features are computed.
    """
    from defect_app.inspection import input_pixels

    spec = inspector.spec

    def features(pictures: Sequence[np.ndarray]) -> np.ndarray:
        found = []
        for done, pixels in enumerate(pictures, start=1):
            found.append(inspector.engine.predict(np.ascontiguousarray(pixels)).features)
            progress("fitting familiarity", done, len(pictures))
        return np.stack(found)

    def as_served(files: Sequence[bytes]) -> list[np.ndarray]:
        photos = [read_photo(data, "reference", least_side=inspector.least_side) for data in files]
        # What the app would refuse sets no limit.
        return [input_pixels(photo.pixels, spec) for photo in photos if not isinstance(photo, Rejection)]

    chosen = np.random.default_rng(seed).permutation(len(training))[:MOST_REFERENCES]
    references = [training[i] for i in chosen]
    # Without a product every scene might be of it.
    others = as_served([s.data for s in scenes_of_other_products(spec.product)]) if spec.product else []
    return FamiliarityModel.fit(
        features(references),
        features(as_served(held_out)),
        [measure_quality(pixels) for pixels in references],
        out_of_distribution=features(others) if others else None,
        seed=seed,
    )


def scenes_of_other_products(product: str) -> tuple[SceneFile, ...]:
    """Render some scenes of every other product: what a model of this one shall call unfamiliar."""
    return tuple(scene for other in scenes.PRODUCTS if other != product for scene in _some_scenes(other))


@lru_cache(maxsize=len(scenes.PRODUCTS))
def _some_scenes(product: str) -> tuple[SceneFile, ...]:
    seeds = out_of_distribution_seeds(SCENES_OF_EACH_OTHER_PRODUCT)
    return tuple(scene_file(product, seed, scenes.render(product, seed)) for seed in seeds)
