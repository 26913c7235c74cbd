"""From pixels to predictions: one OpenVINO forward pass gives probabilities and the class activation map."""

# First: see there why.
import defect_app.engine.element_types  # noqa: F401  # isort: skip

from defect_app.engine.activation_map import ActivationMap, class_activation_map, in_photo_frame, upsample_map
from defect_app.engine.frame_network import FrameNetwork, WindowFilter
from defect_app.engine.heat_map_kind import HeatMapKind, heat_map_kind_of
from defect_app.engine.openvino_engine import Engine, Prediction

__all__ = [
    "ActivationMap",
    "Engine",
    "FrameNetwork",
    "HeatMapKind",
    "Prediction",
    "WindowFilter",
    "class_activation_map",
    "heat_map_kind_of",
    "in_photo_frame",
    "upsample_map",
]
