"""The methods that explain a prediction, a file each, and what each is good for; none needs TensorFlow."""

from __future__ import annotations

from defect_app.engine import HeatMapKind
from defect_app.errors import DefectLensError
from defect_app.explanation.methods import (
    class_activation_map,
    finer_cam,
    grad_cam,
    grad_cam_plus_plus,
    hires_cam,
    integrated_gradients,
    layer_cam,
    score_cam,
    smooth_grad,
)
from defect_app.explanation.methods.class_activation_map import CLASS_ACTIVATION_MAP
from defect_app.explanation.methods.method import Method, Question

METHODS: dict[str, Method] = {
    module.METHOD.name: module.METHOD
    for module in (
        class_activation_map,
        grad_cam,
        grad_cam_plus_plus,
        hires_cam,
        layer_cam,
        finer_cam,
        score_cam,
        smooth_grad,
        integrated_gradients,
    )
}
"""By name, in the order of menus."""

_AT_ONCE = {
    HeatMapKind.GRADIENT: "here as Grad-CAM, behind dense layers: Selvaraju et al., ICCV 2017",
    HeatMapKind.GRADIENT_AT_EACH_PLACE: "here as HiResCAM, each place by itself: Draelos and Carin, 2020",
}


def source_of(method: Method, kind: HeatMapKind) -> str:
    """Return who published a method in the form that it takes for a model that gives this kind of heat map."""
    return method.source if method.compute is not None else _AT_ONCE.get(kind, method.source)


def method_called(name: str) -> Method:
    """Return the method called `name`.

    Raises
    ------
    DefectLensError
        If there is none.
    """
    if name not in METHODS:
        raise DefectLensError(f"There is no method {name!r}.", f"Methods: {', '.join(METHODS)}.")
    return METHODS[name]


__all__ = ["CLASS_ACTIVATION_MAP", "METHODS", "Method", "Question", "method_called", "source_of"]
