"""Layer-CAM: feature maps weighed by the positive gradient at each place, which holds for early layers too.

Method: Jiang, Zhang, Hou, Cheng, Wei, "LayerCAM: Exploring Hierarchical Class Activation Maps for Localization",
IEEE Transactions on Image Processing 30, 2021.
"""

from __future__ import annotations

import numpy as np
from tf_keras_vis.layercam import Layercam

from defect_app.explanation.gradients.logit_model import LogitModel, evidence, score_of


def layer_cam(model: LogitModel, pixels: np.ndarray, direction: np.ndarray, layer: str) -> np.ndarray:
    """Return the evidence at each place of a layer, 0 or above, shape (rows, columns); arguments as in `grad_cam`."""
    return evidence(Layercam, model, pixels, score_of(direction), layer)
