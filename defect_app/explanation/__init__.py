"""Heat maps of what a model sees, and checks of whether to believe them."""

from defect_app.explanation.heatmap import heatmap, input_map, over_photo, photo_map, score_of
from defect_app.explanation.methods import CLASS_ACTIVATION_MAP, METHODS, Method, Question, method_called, source_of
from defect_app.explanation.target import Target, class_target, default_target, defect_target

__all__ = [
    "CLASS_ACTIVATION_MAP",
    "METHODS",
    "Method",
    "Question",
    "Target",
    "class_target",
    "default_target",
    "defect_target",
    "heatmap",
    "input_map",
    "method_called",
    "over_photo",
    "photo_map",
    "score_of",
    "source_of",
]
