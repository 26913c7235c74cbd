"""Sanity check: shuffle what a model learnt, from the top down, and see whether the map notices.

Method: Adebayo et al., "Sanity Checks for Saliency Maps", NeurIPS 2018. A map that stays the same shows the photo's
edges, not what the model knows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import spearmanr

from defect_app.engine import ActivationMap
from defect_app.explanation.heatmap import keras_map
from defect_app.explanation.methods import METHODS
from defect_app.explanation.target import Target
from defect_app.inspection import Inspector

SHARES = {"Classifier shuffled": 0.0, "Top tenth shuffled": 0.1, "Top half shuffled": 0.5, "All shuffled": 1.0}
"""Share of the layers whose weights are shuffled, from the top; 0 means the last one alone."""
SAME = 0.7
"""Rank correlation from which two maps count as the same."""


@dataclass(frozen=True, eq=False)
class SanityStep:
    """A map after some of the weights were shuffled.

    Attributes
    ----------
    name : str
        What was shuffled, in words.
    heat : ActivationMap
        Over the input.
    similarity : float
        Rank correlation with the true map, in [-1, 1]; 0 where either is without evidence.
    """

    name: str
    heat: ActivationMap
    similarity: float


def sanity_check(
    model: Inspector, pixels: np.ndarray, target: Target, method: str, layer: str = "", seed: int = 0
) -> tuple[SanityStep, ...]:
    """Explain a photo with the model as it is, and with more and more of its weights shuffled.

    Parameters
    ----------
    model : Inspector
        With a Keras file.
    pixels : ndarray of uint8, shape (height, width, 3)
        The photo at the input size.
    target, method, layer
        See `heatmap`; the class activation map is taken as HiResCAM, its equal.
    seed : int
        Of the shuffling.

    Raises
    ------
    ModelUnavailable
        If the model has no Keras file.
    """
    from defect_app.explanation.gradients import load_logit_model, randomised_copy

    learnt = load_logit_model(model.folder)
    # The engine's own map comes from the last features, whatever layer is chosen for the others.
    layer = layer if METHODS[method].takes_layer and layer else model.spec.explain_layer
    true_map = keras_map(learnt, pixels, target, method, layer)
    steps = [SanityStep("As it learnt", true_map, 1.0)]
    for name, share in SHARES.items():
        shuffled = randomised_copy(learnt, share or 1e-9, seed)
        found = keras_map(shuffled, pixels, target, method, layer)
        steps.append(SanityStep(name, found, similarity(true_map, found)))
    return tuple(steps)


def similarity(one: ActivationMap, other: ActivationMap) -> float:
    """Return the rank correlation (Spearman) of two maps of one shape, in [-1, 1]; 0 where either is constant."""
    if np.ptp(one.values) == 0 or np.ptp(other.values) == 0:
        return 0.0
    return float(spearmanr(one.values.ravel(), other.values.ravel()).statistic)


def sanity_in_words(steps: tuple[SanityStep, ...]) -> str:
    """Say whether the map depends on what the model learnt."""
    classifier, everything = steps[1], steps[-1]
    if everything.similarity >= SAME:
        return (
            f"Even with all weights shuffled the map stays much the same (rank correlation {everything.similarity:.2f})"
            ": it shows the photo, not what the model learnt. Do not believe it."
        )
    if classifier.similarity >= SAME:
        return (
            f"The map changes when the network is shuffled ({everything.similarity:.2f}), but hardly when the "
            f"classifier alone is ({classifier.similarity:.2f}): it shows what stands out to the network, whatever "
            "the class."
        )
    return (
        f"The map falls apart as the weights are shuffled (rank correlation {classifier.similarity:.2f} with the "
        f"classifier shuffled, {everything.similarity:.2f} with all): it depends on what the model learnt."
    )
