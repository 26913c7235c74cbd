"""Which of the methods tf-keras-vis has, and their maps in the form of the app's own."""

from __future__ import annotations

import numpy as np

from defect_app.engine import ActivationMap
from defect_app.errors import DefectLensError
from defect_app.explanation.gradients.grad_cam import grad_cam
from defect_app.explanation.gradients.grad_cam_plus_plus import grad_cam_plus_plus
from defect_app.explanation.gradients.hires_cam import hires_cam
from defect_app.explanation.gradients.layer_cam import layer_cam
from defect_app.explanation.gradients.logit_model import LogitModel, load_logit_model
from defect_app.explanation.gradients.score_cam import score_cam
from defect_app.explanation.gradients.smooth_grad import smooth_grad
from defect_app.explanation.heatmap import as_map
from defect_app.explanation.target import Target
from defect_app.inspection import Inspector

REFERENCES = {
    "grad-cam": grad_cam,
    "grad-cam++": grad_cam_plus_plus,
    "hires-cam": hires_cam,
    "layer-cam": layer_cam,
    "score-cam": score_cam,
    "smoothgrad": smooth_grad,
}
"""By the names of `METHODS`. FinerCAM and integrated gradients are not in tf-keras-vis."""


def reference_map(model: Inspector, pixels: np.ndarray, target: Target, method: str, layer: str = "") -> ActivationMap:
    """Return tf-keras-vis' map over the model's input; arguments as in `explanation.input_map`.

    Raises
    ------
    DefectLensError
        If tf-keras-vis lacks the method, or the folder has no Keras file.
    """
    found = reference_evidence(
        load_logit_model(model.folder), pixels, target, method, layer or model.spec.explain_layer
    )
    return as_map(found, target)


def reference_evidence(network: LogitModel, pixels: np.ndarray, target: Target, method: str, layer: str) -> np.ndarray:
    """Return tf-keras-vis' evidence at each place, not scaled, 0 or above, shape (rows, columns)."""
    if method not in REFERENCES:
        raise DefectLensError(f"tf-keras-vis has no method {method!r}.", f"It has: {', '.join(REFERENCES)}.")
    return np.asarray(REFERENCES[method](network, pixels, target.direction, layer))
