"""The methods that explain a prediction, and what each is good for; nothing here loads TensorFlow."""

from __future__ import annotations

from dataclasses import dataclass

from defect_app.engine import HeatMapKind
from defect_app.errors import DefectLensError


@dataclass(frozen=True)
class Method:
    """A way to explain a prediction.

    Attributes
    ----------
    name, title : str
        In files, and on screen.
    sentence : str
        What its map means, in plain words.
    source : str
        Who published it.
    needs_keras : bool
        Whether it works on the Keras model (TensorFlow) rather than on the engine.
    takes_layer : bool
        Whether a layer may be chosen.
    """

    name: str
    title: str
    sentence: str
    source: str
    needs_keras: bool = True
    takes_layer: bool = True


CLASS_ACTIVATION_MAP = "cam"
METHODS: dict[str, Method] = {
    m.name: m
    for m in (
        Method(
            CLASS_ACTIVATION_MAP,
            "Class activation map",
            "What each place adds to the answer: the last features, weighed by the classifier. At once; the map of "
            "the Inspect page.",
            "Zhou et al., CVPR 2016",
            needs_keras=False,
            takes_layer=False,
        ),
        Method(
            "grad-cam",
            "Grad-CAM",
            "Features of a layer, weighed by how much the score rises with them. On the last layer the same as the "
            "class activation map, unless the classifier tells places apart.",
            "Selvaraju et al., ICCV 2017",
        ),
        Method(
            "grad-cam++",
            "Grad-CAM++",
            "As Grad-CAM, but several small places count as much as one large one.",
            "Chattopadhyay et al., WACV 2018",
        ),
        Method(
            "layer-cam",
            "Layer-CAM",
            "Weighs each place on its own: the one to take for early layers and fine detail.",
            "Jiang et al., IEEE TIP 2021",
        ),
        Method(
            "score-cam",
            "Score-CAM",
            "Shows the model the photo through its 16 most varied feature maps, one at a time, and sees how the score "
            "answers. Slow, but without gradients.",
            "Wang et al., CVPR workshops 2020",
        ),
        Method(
            "smoothgrad",
            "SmoothGrad",
            "How much each pixel would change the score, for or against it, averaged over 16 noisy copies. "
            "Drawn up to its 99th percentile.",
            "Smilkov et al., 2017",
            takes_layer=False,
        ),
    )
}
"""By name, in the order of menus."""


_AT_ONCE = {
    HeatMapKind.GRADIENT: "here as Grad-CAM, behind dense layers: Selvaraju et al., ICCV 2017",
    HeatMapKind.GRADIENT_AT_EACH_PLACE: "here as HiResCAM, each place by itself: Draelos and Carin, 2020",
}


def source_of(method: Method, kind: HeatMapKind) -> str:
    """Return who published a method in the form that it takes for a model that gives this kind of heat map."""
    return method.source if method.needs_keras else _AT_ONCE.get(kind, method.source)


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
