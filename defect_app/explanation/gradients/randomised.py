"""A copy of a model whose top weights are shuffled: what it "sees" there is nothing that it learnt.

Method: Adebayo, Gilmer, Muelly, Goodfellow, Hardt, Kim, "Sanity Checks for Saliency Maps", NeurIPS 2018 (cascading
randomisation). Weights are shuffled rather than drawn anew, so that each layer keeps their distribution.
"""

from __future__ import annotations

import keras
import numpy as np

from defect_app.explanation.gradients.logit_model import LogitModel


def randomised_copy(model: LogitModel, share: float, seed: int = 0) -> LogitModel:
    """Return a copy with the weights of the top layers shuffled.

    Parameters
    ----------
    model : LogitModel
        Stays as it is.
    share : float
        Of the layers with weights, from the logits downwards, in [0, 1]; above 0 at least the last one.
    seed : int
        Of the shuffling.

    Raises
    ------
    ValueError
        If `share` is outside [0, 1].
    """
    if not 0 <= share <= 1:
        raise ValueError(f"expected a share from 0 to 1, got {share}")
    with model.lock:
        copy = keras.models.clone_model(model.network)
        copy.set_weights(model.network.get_weights())
    rng = np.random.default_rng(seed)
    weighted = [layer for layer in copy.layers if layer.get_weights()]
    count = max(1, round(share * len(weighted))) if share else 0
    for layer in reversed(weighted[len(weighted) - count :]):
        layer.set_weights([rng.permuted(w.ravel()).reshape(w.shape) for w in layer.get_weights()])
    return LogitModel(copy)
