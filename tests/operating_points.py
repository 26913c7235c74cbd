"""Operating points to save and to judge by."""

from dataclasses import dataclass

from defect_app.decision import ChosenThresholds, InspectionThresholds, OperatingPoint, RecognitionThresholds

SHA = "a1" * 32


@dataclass(frozen=True)
class HowChosen:
    """On which pictures a point's thresholds were chosen, and by which rule."""

    split: str = "validation"
    n: int = 702
    rule: str = "by hand"


BY_HAND = HowChosen()
NOT_CHOSEN = HowChosen("", 0, "")
"""Set without pictures or a rule."""


def a_point(
    name: str = "night",
    review_at: float = 0.2,
    reject_at: float = 0.6,
    *,
    model_id: str = "tiny",
    model_sha256: str = SHA,
    evaluation_sha256: str = "",
    how: HowChosen = BY_HAND,
) -> OperatingPoint:
    chosen = ChosenThresholds(InspectionThresholds(review_at, reject_at), how.split, how.n, how.rule)
    return OperatingPoint(name, model_id, chosen, model_sha256, evaluation_sha256)


def a_recognition_point(
    name: str = "sure", accept_at: float = 0.5, *, model_id: str = "tiny", model_sha256: str = SHA
) -> OperatingPoint:
    return OperatingPoint(name, model_id, ChosenThresholds(RecognitionThresholds(accept_at)), model_sha256)
