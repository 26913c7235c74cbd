"""One interface to every method: a model, a photo and a target in, a heat map over the photo out."""

from __future__ import annotations

import numpy as np

from defect_app.catalog import InputSpec
from defect_app.engine import ActivationMap, in_photo_frame, upsample_map
from defect_app.engine.gradient_engine import GradientEngine
from defect_app.errors import ModelUnavailable
from defect_app.explanation.gradient_engines import gradient_engine
from defect_app.explanation.methods import CLASS_ACTIVATION_MAP, Question, method_called
from defect_app.explanation.methods.hires_cam import METHOD as HIRES_CAM
from defect_app.explanation.target import Target
from defect_app.inspection import Inspector, input_pixels
from defect_app.progress import Progress, no_progress

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
    model: Inspector,
    photo: np.ndarray,
    target: Target,
    method: str = CLASS_ACTIVATION_MAP,
    layer: str = "",
    progress: Progress = no_progress,
) -> ActivationMap:
    """Return the same as `heatmap`, as coarse as the method gives it, over the whole photo."""
    found = input_map(model, input_pixels(photo, model.spec), target, method, layer, progress)
    return over_photo(found, model.spec.input, photo.shape[0], photo.shape[1])


def over_photo(found: ActivationMap, size: InputSpec, height: int, width: int) -> ActivationMap:
    """Return a map over a model's input as one over the photo, whose height and width are given."""
    return in_photo_frame(
        found, size, photo_height=height, photo_width=width, longest_side=max(64, *found.values.shape)
    )


def score_of(model: Inspector, pixels: np.ndarray, target: Target) -> float:
    """Return what the maps explain: the logits of a photo at the input size, weighed as the target says.

    Raises
    ------
    DefectLensError
        If the model has no logits.
    """
    engine = gradient_engine(model)
    (logits,) = engine.logits([pixels])
    engine.rest()
    return float(logits @ target.direction)


def input_map(
    model: Inspector,
    pixels: np.ndarray,
    target: Target,
    method: str = CLASS_ACTIVATION_MAP,
    layer: str = "",
    progress: Progress = no_progress,
) -> ActivationMap:
    """Return the map over the model's input.

    Parameters
    ----------
    pixels : ndarray of uint8, shape (height, width, 3)
        The photo at the input size.
    progress : Progress
        Called after each step of a method that takes many; may raise to stop it.
    model, target, method, layer
        See `heatmap`.
    """
    if method_called(method).compute is None:
        found = model.engine.activation_map(pixels, target.direction, target.name)
        if found is None:
            raise ModelUnavailable(
                f"{model.spec.id} has no class activation map: its head is of another kind.",
                "Choose a gradient method.",
            )
        return found
    layer = layer or model.spec.explain_layer
    return as_map(evidence(gradient_engine(model), pixels, target, method, layer, progress), target)


def evidence(
    engine: GradientEngine,
    pixels: np.ndarray,
    target: Target,
    method: str,
    layer: str,
    progress: Progress = no_progress,
) -> np.ndarray:
    """Return what speaks for a target at each place, and below 0 what speaks against it.

    The class activation map is taken as HiResCAM, its equal.

    Parameters
    ----------
    engine : GradientEngine
        The model, or a copy of it with shuffled weights.
    layer : str
        One of the engine's layers.
    pixels, target, method, progress
        See `input_map`.

    Returns
    -------
    ndarray, shape (rows, columns)
        As fine as the layer, or as the photo; in the method's own unit.

    Raises
    ------
    DefectLensError
        If the method or the layer is unknown, or the model's gradient is not known.
    """
    compute = method_called(method).compute or HIRES_CAM.compute
    assert compute is not None
    try:
        return compute(Question(engine, pixels, target.direction, layer, progress))
    finally:
        engine.rest()


def as_map(found: np.ndarray, target: Target) -> ActivationMap:
    """Return evidence, shape (rows, columns), scaled to its strongest place, without what speaks against the target."""
    positive = np.maximum(np.nan_to_num(found, posinf=0.0), 0.0)
    strongest = float(positive.max(initial=0.0))
    if strongest <= LEAST_EVIDENCE:
        return ActivationMap(np.zeros(positive.shape, np.float32), target.name, has_evidence=False)
    return ActivationMap((positive / strongest).astype(np.float32), target.name, has_evidence=True, strongest=strongest)
