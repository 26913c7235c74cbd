"""From pixels to predictions: one OpenVINO forward pass gives probabilities and the class activation map."""

from defect_app.engine.activation_map import ActivationMap, class_activation_map, in_photo_frame, upsample_map
from defect_app.engine.openvino_engine import Engine, HeatMapKind, Prediction

__all__ = [
    "ActivationMap",
    "Engine",
    "HeatMapKind",
    "Prediction",
    "class_activation_map",
    "in_photo_frame",
    "upsample_map",
]
