"""FinerCAM: what tells a class from those most like it, by Grad-CAM of differences of logits.

Method: Zhang, Gu, Chowdhury, Mai, Carlyn, Berger-Wolf, Su, Chao, "Finer-CAM: Spotting the Difference Reveals Finer
Details for Visual Explanation", CVPR 2025.
"""

from __future__ import annotations

import numpy as np

from defect_app.explanation.methods.grad_cam import grad_cam
from defect_app.explanation.methods.method import Method, Question

COMPARED = 3
"""With so many classes the target is compared: those whose logits come next."""
STRENGTH = 0.6
"""How much of the other class's logit is taken away."""


def finer_cam(question: Question) -> np.ndarray:
    """Return the mean evidence against each of the classes most like the target, 0 or above, shape (rows, columns)."""
    # The layer's own graph gives the logits too: no second one is compiled for them.
    logits = question.engine.at_layer(question.pixels, question.direction, question.layer).logits
    found = [
        question.engine.at_layer(question.pixels, difference, question.layer)
        for difference in differences(question.direction, logits)
    ]
    return np.asarray(np.mean([np.maximum(grad_cam(part.features, part.gradient), 0) for part in found], axis=0))


def differences(direction: np.ndarray, logits: np.ndarray) -> list[np.ndarray]:
    """Return the scores to explain: what counts for the target, less a share of one other class, each (n_classes,).

    Parameters
    ----------
    direction : ndarray, shape (n_classes,)
        Of the target; what counts against it is replaced by one class at a time.
    logits : ndarray, shape (n_classes,)
        Of the photo: the strongest other classes are the most like.
    """
    wanted = np.maximum(direction, 0).astype(np.float32)
    others = [number for number in np.argsort(-logits, kind="stable") if wanted[number] == 0][:COMPARED]
    unit = np.eye(len(direction), dtype=np.float32)
    return [wanted - STRENGTH * wanted.sum() * unit[other] for other in others] or [wanted]


METHOD = Method(
    "finer-cam",
    "FinerCAM",
    "As Grad-CAM, for what tells the target from the classes that come next: what speaks for them as well is taken "
    "away.",
    "Zhang et al., CVPR 2025",
    finer_cam,
)
