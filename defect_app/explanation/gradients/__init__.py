"""Heat maps by gradients and masking, with tf-keras-vis: importing this package imports TensorFlow (seconds)."""

from defect_app.explanation.gradients.grad_cam import grad_cam
from defect_app.explanation.gradients.grad_cam_plus_plus import grad_cam_plus_plus
from defect_app.explanation.gradients.hires_cam import hires_cam
from defect_app.explanation.gradients.layer_cam import layer_cam
from defect_app.explanation.gradients.logit_model import FeatureLayer, LogitModel, load_logit_model
from defect_app.explanation.gradients.randomised import randomised_copy
from defect_app.explanation.gradients.score_cam import score_cam
from defect_app.explanation.gradients.smooth_grad import smooth_grad

__all__ = [
    "FeatureLayer",
    "LogitModel",
    "grad_cam",
    "grad_cam_plus_plus",
    "hires_cam",
    "layer_cam",
    "load_logit_model",
    "randomised_copy",
    "score_cam",
    "smooth_grad",
]
