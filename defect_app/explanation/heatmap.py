"""One interface to every method: a model, a photo and a target in, a heat map over the photo out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from defect_app.engine import ActivationMap, in_photo_frame, upsample_map
from defect_app.errors import ModelUnavailable
from defect_app.explanation.methods import CLASS_ACTIVATION_MAP, method_called
from defect_app.explanation.target import Target
from defect_app.inspection import Inspector, input_pixels

if TYPE_CHECKING:
    from defect_app.explanation.gradients import LogitModel

LEAST_EVIDENCE = 1e-9
"""The strongest place must have more than this, in logits, or the map is rounding error. Far below the engine's limit:
gradients are means over all places of a layer, so the same evidence gives smaller numbers, most of all early on."""


def heatmap(
    model: Inspector, photo: np.ndarray, target: Target, method: str = CLASS_ACTIVATION_MAP, layer: str = ""
) -> np.ndarray:
    """Return where in a photo a model sees evidence for a target.

    Parameters
    ----------
    model : Inspector
        The loaded model.
    photo : ndarray of uint8, shape (height, width, 3)
        Upright RGB, of any size.
    target : Target
        A class, or the score of defect.
    method : str
        One of `METHODS`.
    layer : str
        For methods that take one; default: the spec's explain layer.

    Returns
    -------
    ndarray of float32, shape (height, width)
        In [0, 1], 1 about the strongest place; all zero where nothing speaks for the target. Never NaN.

    Raises
    ------
    DefectLensError
        If the method or the layer is unknown, or the model has no map of this kind.
    """
    found = photo_map(model, photo, target, method, layer)
    return upsample_map(found.values, height=photo.shape[0], width=photo.shape[1])


def photo_map(
    model: Inspector, photo: np.ndarray, target: Target, method: str = CLASS_ACTIVATION_MAP, layer: str = ""
) -> ActivationMap:
    """Return the same as `heatmap`, as coarse as the method gives it, over the whole photo."""
    found = input_map(model, input_pixels(photo, model.spec), target, method, layer)
    height, width = photo.shape[:2]
    return in_photo_frame(
        found,
        model.spec.input,
        photo_height=height,
        photo_width=width,
        longest_side=max(64, *found.values.shape),
    )


def input_map(
    model: Inspector, pixels: np.ndarray, target: Target, method: str = CLASS_ACTIVATION_MAP, layer: str = ""
) -> ActivationMap:
    """Return the map over the model's input; `pixels` is uint8 of the input's size, the rest as in `heatmap`."""
    if not method_called(method).needs_keras:
        found = model.engine.activation_map(pixels, target.direction, target.name)
        if found is None:
            raise ModelUnavailable(
                f"{model.spec.id} has no class activation map: its head is of another kind.",
                "Choose a gradient method.",
            )
        return found
    from defect_app.explanation.gradients import load_logit_model

    return keras_map(load_logit_model(model.folder), pixels, target, method, layer or model.spec.explain_layer)


def keras_map(
    logit_model: LogitModel, pixels: np.ndarray, target: Target, method: str, layer: str = ""
) -> ActivationMap:
    """Return the map of a Keras model over its input; the class activation map is taken as HiResCAM, its equal.

    Parameters
    ----------
    logit_model : LogitModel
        The network before its softmax.
    pixels : ndarray, shape (height, width, 3)
        RGB 0..255 at the input size.
    target, method, layer
        See `heatmap`; without a layer the last one.

    Raises
    ------
    DefectLensError
        If the method or the layer is unknown.
    """
    from defect_app.explanation import gradients

    layer = layer or logit_model.last_layer
    if method_called(method).takes_layer and layer not in {entry.name for entry in logit_model.layers}:
        raise ModelUnavailable(f"The model has no layer {layer!r} with a map.", "Choose one of the list.")
    compute = {
        CLASS_ACTIVATION_MAP: gradients.hires_cam,
        "grad-cam": gradients.grad_cam,
        "grad-cam++": gradients.grad_cam_plus_plus,
        "layer-cam": gradients.layer_cam,
        "score-cam": gradients.score_cam,
        "smoothgrad": gradients.smooth_grad,
    }[method]
    evidence = np.maximum(np.nan_to_num(compute(logit_model, pixels, target.direction, layer), posinf=0.0), 0.0)
    strongest = float(evidence.max(initial=0.0))
    if strongest <= LEAST_EVIDENCE:
        return ActivationMap(np.zeros(evidence.shape, np.float32), target.name, has_evidence=False)
    return ActivationMap((evidence / strongest).astype(np.float32), target.name, has_evidence=True)
