"""What a heat map explains: the logit of a class, or the score of defect."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from defect_app.catalog import ModelSpec
from defect_app.decision import p_defect_of
from defect_app.engine.openvino_engine import DEFECT_TARGET


@dataclass(frozen=True, eq=False)
class Target:
    """A mixture of logits to explain.

    Attributes
    ----------
    name : str
        A class name, or "defect" for the score of defect.
    title : str
        On screen: "Defective casting", "the score of defect".
    direction : ndarray of float32, shape (n_classes,)
        How much each class's logit counts; negative where it counts against.
    is_defect_score : bool
        Whether this is the score of defect, not a class.
    """

    name: str
    title: str
    direction: np.ndarray
    is_defect_score: bool = False

    def probability(self, probabilities: np.ndarray, spec: ModelSpec) -> float:
        """Return what the model answers for this target, in [0, 1], from all its probabilities, shape (n_classes,)."""
        if self.is_defect_score:
            return float(p_defect_of(probabilities[None], spec)[0])
        return float(probabilities[int(self.direction.argmax())])


def defect_target(spec: ModelSpec) -> Target:
    """Return the score of defect: the mean logit of the defect classes minus that of the good ones.

    The softmax sees only differences of logits, so what speaks for defect is what speaks for those and against these.

    Raises
    ------
    ValueError
        If the model is no inspection model.
    """
    defects, good = spec.indices_with_role("defect"), spec.indices_with_role("ok")
    if not defects or not good:
        raise ValueError(f"{spec.id} has no classes with the roles 'defect' and 'ok'")
    direction = np.zeros(len(spec.classes), np.float32)
    direction[list(defects)] = 1 / len(defects)
    direction[list(good)] = -1 / len(good)
    return Target(DEFECT_TARGET, "the score of defect", direction, is_defect_score=True)


def class_target(spec: ModelSpec, name: str) -> Target:
    """Return the logit of the class called `name`.

    Raises
    ------
    ValueError
        If the model has no such class.
    """
    if name not in spec.class_names:
        raise ValueError(f"{spec.id} has no class {name!r}")
    direction = np.zeros(len(spec.classes), np.float32)
    direction[spec.class_names.index(name)] = 1
    return Target(name, spec.title_of(name), direction)


def default_target(spec: ModelSpec, probabilities: np.ndarray) -> Target:
    """Return what is explained unasked: the score of defect, or the most probable class of a recognition model."""
    if spec.task == "inspection":
        return defect_target(spec)
    return class_target(spec, spec.class_names[int(np.argmax(probabilities))])
