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
from defect_app.inspection import Inspector, input_pixels, seen_pixels
from defect_app.inspection.framing import Frame
from defect_app.inspection.framing.heat import in_whole_photo
from defect_app.intake import Photo
from defect_app.progress import Progress, no_progress

LEAST_EVIDENCE = 1e-9
"""The strongest place must have more than this, in logits, or the map is rounding error. Far below the engine's limit:
gradients are means over all places of a layer, so the same evidence gives smaller numbers, most of all early on."""

FINEST = 2048
"""Most places along a photo's longer side to which a map of a small part of it is laid out."""


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
    height, width = photo.shape[:2]
    found = over_photo(
        input_map(model, input_pixels(photo, model.spec), target, method, layer), model.spec.input, height, width
    )
    return upsample_map(found.values, height=height, width=width)


def photo_map(
    model: Inspector,
    photo: Photo,
    frame: Frame | None,
    target: Target,
    method: str = CLASS_ACTIVATION_MAP,
    layer: str = "",
    progress: Progress = no_progress,
) -> ActivationMap:
    """Return the map of what was judged, as coarse as the method gives it, over the whole photo.

    Parameters
    ----------
    photo : Photo
        With its pixels.
    frame : Frame or None
        That was judged, in pixels of the upright original; None is the whole photo. Beyond it the map is zero.
    model, target, method, layer, progress
        See `input_map`.
    """
    found = input_map(model, seen_pixels(photo, frame, model.spec), target, method, layer, progress)
    return over_photo(found, model.spec.input, photo.height, photo.width, frame)


def over_photo(
    found: ActivationMap, size: InputSpec, height: int, width: int, frame: Frame | None = None
) -> ActivationMap:
    """Return a map over a model's input as one over the photo, whose height and width are given.

    Parameters
    ----------
    found : ActivationMap
        Over the input.
    size : InputSpec
        How the photo was made to fit.
    height, width : int
        Of the upright photo.
    frame : Frame, optional
        The part of it that the input shows.
    """
    seen, finest = Frame(0, 0, width, height) if frame is None else frame, max(64, *found.values.shape)
    fitted = in_photo_frame(found, size, photo_height=seen.height, photo_width=seen.width, longest_side=finest)
    # So fine that the part of it in the frame is as fine as the map.
    whole = round(finest * max(width, height) / max(seen.width, seen.height))
    return in_whole_photo(fitted, seen, width=width, height=height, longest_side=min(max(128, whole), FINEST))


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
