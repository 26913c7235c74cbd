"""The API's map of the verdict itself: of the same forward pass and over the whole photo, quick enough for a camera."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from defect_app.explanation.exporting import as_png
from defect_app.inspection import Inspected, Inspector
from defect_app.inspection.batch import JudgedFile
from defect_app.inspection.file_judge import FileInHand
from defect_app.inspection.overlay import inspected_overlay
from defect_app.intake import at_most

VERDICT: Final = "verdict"
"""Asked for in the place of a method."""


@dataclass(frozen=True)
class VerdictMapExtractor:
    """Takes the map that a verdict came with; a photo that the model does not know has none.

    Attributes
    ----------
    model : Inspector
        The model.
    form : {"png", "numbers"}
        How it is sent.
    longest_side : int
        Of the pictures that are sent, in pixels.
    """

    model: Inspector
    form: Literal["png", "numbers"]
    longest_side: int

    def __call__(self, inspected: Inspected, file: FileInHand, /) -> dict[str, object] | None:
        """Return the map as JSON has it."""
        heat = inspected.activation_map
        if heat is None:
            return None
        facts: dict[str, object] = {
            "method": VERDICT,
            "layer": self.model.spec.explain_layer,
            "class": heat.target,
            "score": heat.strongest,
            "p": inspected.judgement.p_defect or float(inspected.probabilities.max()),
            "strongest": heat.strongest,
            "rows": heat.values.shape[0],
            "columns": heat.values.shape[1],
        }
        if self.form == "numbers":
            return facts | {"numbers": np.round(heat.values.astype(float), 3).tolist()}
        picture = inspected_overlay(at_most(inspected.photo.pixels, self.longest_side), inspected)
        return facts | {"png": base64.b64encode(as_png(picture)).decode("ascii")}

    def record_as_json(self, file: JudgedFile[dict[str, object] | None]) -> str:
        """Return a record with its map, as one line of JSON."""
        return json.dumps(file.record.as_dict() | {"map": file.extract}, ensure_ascii=False)
