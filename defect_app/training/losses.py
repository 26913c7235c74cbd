"""What training minimises: cross entropy, focal loss, and the distance to a teacher's answers; all on logits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np

from defect_app.recipes.entries import LossEntries

Loss = Callable[[Any, Any], Any]


def classification_loss(entries: LossEntries, shares: np.ndarray) -> Loss:
    """Return the loss of a recipe.

    Parameters
    ----------
    entries : LossEntries
        Which loss.
    shares : ndarray, shape (n_classes,)
        Share of each class among the training pictures; used to weigh classes when the recipe says so.

    Returns
    -------
    callable
        From targets and logits, both of shape (batch, n_classes), to a loss of shape (batch,).
        Focal loss: Lin, Goyal, Girshick, He, Dollár, "Focal Loss for Dense Object Detection", ICCV 2017.
    """
    n_classes = len(shares)
    weights = 1.0 / np.maximum(shares * n_classes, 1e-6) if entries.balance_classes else np.ones(n_classes)
    class_weights = keras.ops.convert_to_tensor(weights.astype(np.float32))

    def loss(targets: Any, logits: Any) -> Any:
        # Networks that are trained in half precision answer in it; their losses are too small for it.
        logits = keras.ops.cast(logits, "float32")
        smoothed = targets * (1 - entries.label_smoothing) + entries.label_smoothing / n_classes
        log_probabilities = keras.ops.log_softmax(logits, axis=-1)
        if entries.kind == "focal":
            log_probabilities *= (1 - keras.ops.exp(log_probabilities)) ** entries.focal_gamma
        weight = keras.ops.sum(targets * class_weights, axis=-1)
        return -weight * keras.ops.sum(smoothed * log_probabilities, axis=-1)

    return loss


def distillation_loss(temperature: float) -> Loss:
    """Return the divergence of a student from its teacher.

    Parameters
    ----------
    temperature : float
        Both softmaxes are taken of logits divided by it.

    Returns
    -------
    callable
        From the teacher's and the student's logits, both of shape (batch, n_classes), to the Kullback-Leibler
        divergence times the squared temperature, shape (batch,).
        Hinton, Vinyals, Dean, "Distilling the Knowledge in a Neural Network", 2015.
    """

    def loss(teacher_logits: Any, logits: Any) -> Any:
        teacher = keras.ops.log_softmax(teacher_logits / temperature, axis=-1)
        student = keras.ops.log_softmax(logits / temperature, axis=-1)
        return temperature**2 * keras.ops.sum(keras.ops.exp(teacher) * (teacher - student), axis=-1)

    return loss
