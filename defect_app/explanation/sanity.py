"""Sanity check: shuffle the weights of a model, from the top down, and see whether the map notices.

Method: Adebayo et al., "Sanity Checks for Saliency Maps", NeurIPS 2018. A map that stays the same shows the photo's
edges, not what the model knows; so does one that is turned over.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import spearmanr

from defect_app.engine import ActivationMap
from defect_app.explanation.gradient_engines import gradient_engine
from defect_app.explanation.heatmap import as_map, evidence
from defect_app.explanation.methods import METHODS
from defect_app.explanation.target import Target
from defect_app.inspection import Inspector
from defect_app.progress import Progress, no_progress

SHUFFLED = {"Classifier shuffled": 0.0, "Top tenth shuffled": 0.1, "Top half shuffled": 0.5, "All shuffled": 1.0}
"""Share of the layers whose weights are shuffled, from the top; 0 means the last one alone."""
SAME = 0.7
"""Rank correlation, in either direction, from which two maps count as the same."""


@dataclass(frozen=True, eq=False)
class SanityStep:
    """A map after some of the weights were shuffled.

    Attributes
    ----------
    name : str
        What was shuffled, in words.
    heat : ActivationMap
        Over the input.
    similarity : float or None
        Rank correlation with the true map, in [-1, 1]; -1 for the same map turned over. What speaks against the target
        counts as well, though the map does not show it. None where either is the same everywhere.
    """

    name: str
    heat: ActivationMap
    similarity: float | None

    @property
    def is_same(self) -> bool:
        """Whether the map is still the true one, or the true one turned over."""
        return self.similarity is not None and abs(self.similarity) >= SAME


def sanity_check(
    model: Inspector,
    pixels: np.ndarray,
    target: Target,
    method: str,
    layer: str = "",
    seed: int = 0,
    progress: Progress = no_progress,
) -> tuple[SanityStep, ...]:
    """Explain a photo with the model as it is, and with more and more of its weights shuffled.

    Parameters
    ----------
    model : Inspector
        The loaded model.
    pixels : ndarray of uint8, shape (height, width, 3)
        The photo at the input size.
    target, method, layer
        See `heatmap`; the class activation map is taken as HiResCAM, its equal.
    seed : int
        Of the shuffling.
    progress : Progress
        Called after each map; may raise to stop.

    Raises
    ------
    DefectLensError
        If the model's gradients cannot be computed.
    """
    trained = gradient_engine(model)
    # The engine's own map comes from the last features, whatever layer is chosen for the others.
    layer = layer if METHODS[method].takes_layer and layer else model.spec.explain_layer
    true_evidence = evidence(trained, pixels, target, method, layer)
    steps = [SanityStep("As it learnt", as_map(true_evidence, target), 1.0)]
    for name, share in SHUFFLED.items():
        found = evidence(trained.shuffled(share or 1e-9, seed), pixels, target, method, layer)
        steps.append(SanityStep(name, as_map(found, target), similarity(true_evidence, found)))
        progress("Shuffling the weights", len(steps) - 1, len(SHUFFLED))
    return tuple(steps)


def similarity(one: np.ndarray, other: np.ndarray) -> float | None:
    """Return the rank correlation (Spearman) of two maps of one shape, in [-1, 1]; None where either is constant."""
    if np.ptp(one) == 0 or np.ptp(other) == 0:
        return None
    return float(spearmanr(one.ravel(), other.ravel()).statistic)


def sanity_in_words(steps: tuple[SanityStep, ...]) -> str:
    """Say whether the map depends on the trained weights; without a map nothing follows."""
    true_map, classifier, everything = steps[0], steps[1], steps[-1]
    if not true_map.heat.has_evidence:
        return "No place in this photo speaks for the target: there is no map, so there is nothing to check."
    if classifier.similarity is None or everything.similarity is None:
        return "With the weights shuffled there is no map left to compare with: nothing follows for this photo."
    turned = ", turned over" if everything.similarity < 0 else ""
    if everything.is_same:
        return (
            f"Even with all weights shuffled the map stays much the same{turned} (rank correlation "
            f"{everything.similarity:.2f}): it shows the photo, not what the model learnt. Do not believe it."
        )
    if classifier.is_same:
        return (
            f"The map changes when the network is shuffled ({everything.similarity:.2f}), but hardly when the "
            f"classifier alone is ({classifier.similarity:.2f}): it shows what stands out to the network, whatever "
            "the class."
        )
    return (
        f"The map falls apart as the weights are shuffled (rank correlation {classifier.similarity:.2f} with the "
        f"classifier shuffled, {everything.similarity:.2f} with all): it depends on what the model learnt."
    )
