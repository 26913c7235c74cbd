"""One map that someone asks for by names, and what is told of it: the same on the command line and over HTTP."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from defect_app.engine import ActivationMap
from defect_app.errors import DefectLensError
from defect_app.explanation.display import for_display
from defect_app.explanation.gradient_engines import gradient_engine
from defect_app.explanation.heatmap import input_map, over_photo, score_of
from defect_app.explanation.methods import Method, method_called
from defect_app.explanation.target import Target, class_target, default_target
from defect_app.inspection import Inspected, Inspector, seen_pixels
from defect_app.inspection.overlay import heat_overlay, with_frame
from defect_app.progress import Progress, no_progress

LISTED_CLASSES = 20


@dataclass(frozen=True)
class AskedMap:
    """A method, a layer and a class, checked against a model.

    Attributes
    ----------
    method : Method
        How the map is made.
    layer : str
        Of the network; empty for a method that takes none.
    class_name : str
        Whose logit is explained; empty for the score of defect, or the answer of a recognition model.
    """

    method: Method
    layer: str
    class_name: str

    @classmethod
    def of(cls, model: Inspector, method: str, layer: str = "", class_name: str = "") -> AskedMap:
        """Return what is asked for by these names; without a layer that of the spec.

        Raises
        ------
        DefectLensError
            If the model lacks one of them, or the method takes no layer.
        """
        chosen = method_called(method)
        if layer and not chosen.takes_layer:
            raise DefectLensError(f"{chosen.title} takes no layer.", "Leave the layer out.")
        if layer:
            gradient_engine(model).layer_called(layer)
        names = model.spec.class_names
        if class_name and class_name not in names:
            shown = ", ".join(names[:LISTED_CLASSES]) + (", …" if len(names) > LISTED_CLASSES else "")
            raise DefectLensError(f"{model.spec.id} has no class {class_name!r}.", f"Its classes: {shown}.")
        return cls(chosen, (layer or model.spec.explain_layer) if chosen.takes_layer else "", class_name)

    def of_photo(self, model: Inspector, inspected: Inspected, progress: Progress = no_progress) -> MapOfPhoto:
        """Explain a judged photo whose pixels are there: the part of it that was judged.

        Raises
        ------
        DefectLensError
            If the model has no map of this kind.
        """
        spec, pixels = model.spec, seen_pixels(inspected.photo, inspected.frame, model.spec)
        target = (
            class_target(spec, self.class_name) if self.class_name else default_target(spec, inspected.probabilities)
        )
        heat = input_map(model, pixels, target, self.method.name, self.layer, progress)
        probability = target.probability(inspected.probabilities, spec)
        return MapOfPhoto(self, target, heat, score_of(model, pixels, target), probability, inspected)


@dataclass(frozen=True, eq=False)
class MapOfPhoto:
    """A map with what it explains.

    Attributes
    ----------
    asked : AskedMap
        What was asked for.
    target : Target
        What the map shows evidence for.
    heat : ActivationMap
        Over the model's input, as fine as the layer: the photo, or the frame of it that was judged.
    score, probability : float
        The score that is explained, in logits, and the model's probability for the target, in [0, 1].
    inspected : Inspected
        The photo, and the frame that was judged.
    """

    asked: AskedMap
    target: Target
    heat: ActivationMap
    score: float
    probability: float
    inspected: Inspected

    @property
    def facts(self) -> dict[str, object]:
        """What is told of the map, as JSON has it."""
        return {
            "method": self.asked.method.name,
            "layer": self.asked.layer or None,
            "class": self.target.name,
            "score": self.score,
            "p": self.probability,
            "strongest": self.heat.strongest,
            "rows": self.heat.values.shape[0],
            "columns": self.heat.values.shape[1],
        }

    def drawn_over(self, model: Inspector, pixels: np.ndarray) -> np.ndarray:
        """Return the photo with the map over it, and the frame where a part was judged.

        Parameters
        ----------
        model : Inspector
            That was asked.
        pixels : ndarray of uint8, shape (height, width, 3)
            The photo, RGB, of any size.
        """
        photo, frame = self.inspected.photo, self.inspected.frame
        displayed = for_display(self.heat, self.asked.method.name)
        shown = over_photo(displayed, model.spec.input, photo.height, photo.width, frame)
        return with_frame(heat_overlay(pixels, shown), frame, picture=(photo.width, photo.height))
