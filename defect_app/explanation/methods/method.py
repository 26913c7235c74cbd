"""What a method of explanation is: a name, a meaning in plain words, a source, and how its map is computed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from defect_app.engine.gradient_engine import GradientEngine
from defect_app.progress import Progress, no_progress


@dataclass(frozen=True, eq=False)
class Question:
    """What a method is asked to explain.

    Attributes
    ----------
    engine : GradientEngine
        The model.
    pixels : ndarray of uint8, shape (height, width, 3)
        The photo at the input size, RGB.
    direction : ndarray, shape (n_classes,)
        How much each class's logit counts for the score, see `Target`.
    layer : str
        One of the engine's layers; not asked for where the method takes none.
    progress : Progress
        Called after each step of a method that takes many; may raise to stop it.
    """

    engine: GradientEngine
    pixels: np.ndarray
    direction: np.ndarray
    layer: str = ""
    progress: Progress = no_progress


Compute = Callable[[Question], np.ndarray]
"""Returns the evidence at each place, shape (rows, columns): above 0 where it speaks for the score, below where it
speaks against; as fine as the layer, or as the photo."""


@dataclass(frozen=True)
class Method:
    """A way to explain a prediction.

    Attributes
    ----------
    name, title : str
        In files, and on screen.
    sentence : str
        What its map means, in plain words.
    source : str
        Who published it.
    compute : callable or None
        See `Compute`; None where the map comes with the verdict.
    takes_layer : bool
        Whether a layer may be chosen.
    takes_long : bool
        Whether it asks the model many times, and reports its progress.
    unit : str
        Of the evidence at a place, in words.
    """

    name: str
    title: str
    sentence: str
    source: str
    compute: Compute | None
    takes_layer: bool = True
    takes_long: bool = False
    unit: str = "logits"


def at_a_layer(weigh: Callable[[np.ndarray, np.ndarray], np.ndarray]) -> Compute:
    """Make a method of a function that takes a layer's features and the score's gradient by them.

    Parameters
    ----------
    weigh : callable
        Takes two arrays of shape (rows, columns, n_channels); returns one of shape (rows, columns).
    """

    def compute(question: Question) -> np.ndarray:
        found = question.engine.at_layer(question.pixels, question.direction, question.layer)
        return weigh(found.features, found.gradient)

    return compute
