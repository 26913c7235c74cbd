"""Shake and see: the same photo relit, turned, cropped and compressed, and what the model then says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from defect_app.decision import OperatingPoint, Verdict
from defect_app.engine import ActivationMap
from defect_app.explanation.heatmap import photo_map
from defect_app.explanation.methods import CLASS_ACTIVATION_MAP
from defect_app.explanation.target import Target
from defect_app.inspection import Inspected, Inspector
from defect_app.intake import Photo, content_hash
from defect_app.progress import Progress, no_progress


@dataclass(frozen=True, eq=False)
class Shaken:
    """One version of a photo with what the model makes of it.

    Attributes
    ----------
    name : str
        What was done, in words.
    inspected : Inspected
        Pixels, probabilities and verdict.
    heat : ActivationMap
        Over the version's photo.
    probability : float
        Of the target, in [0, 1].
    label, label_probability : str, float
        Title of the most probable class, and its probability in [0, 1].
    """

    name: str
    inspected: Inspected
    heat: ActivationMap
    probability: float
    label: str
    label_probability: float

    def differs_from(self, other: Shaken) -> bool:
        """Return whether the model answers otherwise: another verdict, or the same one for another class."""
        return (self.inspected.judgement.verdict, self.label) != (other.inspected.judgement.verdict, other.label)


def shake(
    model: Inspector,
    photo: np.ndarray,
    target: Target,
    method: str = CLASS_ACTIVATION_MAP,
    layer: str = "",
    point: OperatingPoint | None = None,
    progress: Progress = no_progress,
) -> tuple[Shaken, ...]:
    """Judge and explain a photo as it is, and each changed version of it.

    Parameters
    ----------
    model : Inspector
        The loaded model.
    photo : ndarray of uint8, shape (height, width, 3)
        Upright RGB.
    target, method, layer
        See `heatmap`.
    point : OperatingPoint, optional
        Default: the one the model was delivered with.
    progress : Progress
        Called after each version; may raise to stop.
    """
    found: list[Shaken] = []
    for name, change in CHANGES.items():
        pixels = np.ascontiguousarray(change(photo))
        height, width = pixels.shape[:2]
        changed = Photo(name, content_hash(pixels.tobytes()), pixels, width, height, "PNG")
        inspected = model.inspect(changed, point)
        heat = photo_map(model, changed, inspected.frame, target, method, layer)
        best = int(inspected.probabilities.argmax())
        found.append(
            Shaken(
                name,
                inspected,
                heat,
                target.probability(inspected.probabilities, model.spec),
                model.spec.classes[best].title,
                float(inspected.probabilities[best]),
            )
        )
        progress("Shaking and looking", len(found), len(CHANGES))
    return tuple(found)


def what_fools_it(shaken: tuple[Shaken, ...]) -> str:
    """Say in words which changes change the answer: the verdict, or the class."""
    first, *changed = shaken
    others = [s for s in changed if s.differs_from(first)]
    spread = max((abs(s.probability - first.probability) for s in changed), default=0.0)
    moved = f"The answer moves by at most {spread:.2f}."
    if not others:
        return f"Verdict and class hold through all {len(changed)} changes. {moved}"
    named = ", ".join(f"{s.name.lower()} ({_otherwise(s, first)})" for s in others)
    return f"{len(others)} of {len(changed)} changes change the answer: {named}. {moved}"


_WORDS = {Verdict.ACCEPT: "recognised"}
"""Where a verdict is called otherwise on screen."""


def _otherwise(one: Shaken, first: Shaken) -> str:
    verdict = one.inspected.judgement.verdict
    words = [] if verdict == first.inspected.judgement.verdict else [_WORDS.get(verdict, verdict.value.lower())]
    return ", ".join(words + ([] if one.label == first.label else [one.label]))


def _lit(factor: float) -> Callable[[np.ndarray], np.ndarray]:
    return lambda photo: np.clip(photo.astype(np.float32) * factor, 0, 255).astype(np.uint8)


def _turned(degrees: float) -> Callable[[np.ndarray], np.ndarray]:
    def turn(photo: np.ndarray) -> np.ndarray:
        height, width = photo.shape[:2]
        matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
        return np.asarray(cv2.warpAffine(photo, matrix, (width, height), borderMode=cv2.BORDER_REFLECT), np.uint8)

    return turn


def _cropped(photo: np.ndarray) -> np.ndarray:
    rows, columns = (round(0.05 * side) for side in photo.shape[:2])
    return photo[rows : photo.shape[0] - rows, columns : photo.shape[1] - columns]


def _compressed(photo: np.ndarray) -> np.ndarray:
    _, data = cv2.imencode(".jpg", cv2.cvtColor(photo, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, 20])
    return cv2.cvtColor(np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8), cv2.COLOR_BGR2RGB)


def _blurred(photo: np.ndarray) -> np.ndarray:
    return np.asarray(cv2.GaussianBlur(photo, (0, 0), 0.006 * min(photo.shape[:2])), np.uint8)


CHANGES: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "As it is": lambda photo: photo,
    "Brighter by 30 %": _lit(1.3),
    "Darker by 30 %": _lit(0.7),
    "Turned by 10°": _turned(10),
    "Mirrored": lambda photo: photo[:, ::-1],
    "Cropped by 5 % a side": _cropped,
    "JPEG, quality 20": _compressed,
    "Slightly blurred": _blurred,
}
"""What is done to a photo, the photo itself first."""
