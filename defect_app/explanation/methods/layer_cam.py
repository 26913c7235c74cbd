"""Layer-CAM: feature maps weighed by the positive gradient at each place, which holds for early layers too.

Method: Jiang, Zhang, Hou, Cheng, Wei, "LayerCAM: Exploring Hierarchical Class Activation Maps for Localization",
IEEE Transactions on Image Processing 30, 2021.
"""

from __future__ import annotations

import numpy as np

from defect_app.explanation.methods.method import Method, at_a_layer


def layer_cam(features: np.ndarray, gradient: np.ndarray) -> np.ndarray:
    """Return the evidence at each place of a layer, shape (rows, columns); arguments as in `grad_cam`."""
    return np.asarray((features * np.maximum(gradient, 0)).sum(axis=-1))


METHOD = Method(
    "layer-cam",
    "Layer-CAM",
    "Weighs each place on its own: the one to take for early layers and fine detail.",
    "Jiang et al., IEEE TIP 2021",
    at_a_layer(layer_cam),
)
