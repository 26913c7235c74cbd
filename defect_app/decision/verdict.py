"""The verdict on one prediction: the only place where a score is compared with a threshold."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from defect_app.catalog import ModelSpec
from defect_app.decision.operating_point import OperatingPoint
from defect_app.familiarity import Acquaintance

UNSURE_LABEL = "unsure"


class Verdict(StrEnum):
    """What becomes of a photo: the first three for inspection models, the last two for recognition models."""

    PASS = "PASS"
    REVIEW = "REVIEW"
    REJECT = "REJECT"
    ACCEPT = "ACCEPT"
    UNSURE = "UNSURE"


@dataclass(frozen=True)
class Judgement:
    """The verdict on one photo.

    Attributes
    ----------
    verdict : Verdict
        PASS, REVIEW or REJECT; ACCEPT or UNSURE for a recognition model.
    label : str
        The most probable class's name; "unsure" where a recognition model does not reach `accept_at`, and where the
        model gave no numbers.
    p_defect : float or None
        Sum of the probabilities of the defect classes, in [0, 1]; None for a recognition model, and without numbers.
    reason : str
        Why, in plain words.
    point : OperatingPoint
        The thresholds that were applied.
    """

    verdict: Verdict
    label: str
    p_defect: float | None
    reason: str
    point: OperatingPoint


def p_defect_of(probabilities: np.ndarray, spec: ModelSpec) -> np.ndarray:
    """Sum the probabilities of the classes whose role is defect.

    Parameters
    ----------
    probabilities : ndarray, shape (..., n_classes)
        In the order of the spec's classes, in [0, 1].
    spec : ModelSpec
        An inspection model's spec.

    Returns
    -------
    ndarray, shape (...)
        In [0, 1], float64: summing must not push a score over a threshold by rounding.
    """
    chosen = np.asarray(probabilities, np.float64)[..., list(spec.indices_with_role("defect"))]
    return np.clip(chosen.sum(axis=-1), 0.0, 1.0)


def verdict_at(p_defect: float, point: OperatingPoint) -> Verdict:
    """Compare a score with the thresholds of an inspection point; a score equal to a threshold reaches it."""
    if point.review_at is None or point.reject_at is None:
        raise ValueError(f"the operating point {point.name!r} belongs to a recognition model")
    if p_defect >= point.reject_at:
        return Verdict.REJECT
    return Verdict.REVIEW if p_defect >= point.review_at else Verdict.PASS


def judge(
    probabilities: np.ndarray, spec: ModelSpec, point: OperatingPoint, acquaintance: Acquaintance | None = None
) -> Judgement:
    """Turn a model's answer on one photo into a verdict.

    An unfamiliar photo goes to review whatever its score, since the score of something that the model never
    learned means nothing; a poor photo is kept from passing, but may still be rejected.

    Parameters
    ----------
    probabilities : ndarray, shape (n_classes,)
        In the order of the spec's classes.
    spec : ModelSpec
        The model's spec.
    point : OperatingPoint
        The thresholds to apply.
    acquaintance : Acquaintance, optional
        How familiar and how good the photo is; None means that it is not known.
    """
    if not np.isfinite(probabilities).all():
        # Every comparison with NaN is false, and "not above the threshold" would read as a good part.
        unsure = point.accept_at is not None
        said = "The model gave no usable answer on this photo."
        return Judgement(Verdict.UNSURE if unsure else Verdict.REVIEW, UNSURE_LABEL, None, said, point)
    top = int(np.argmax(probabilities))
    name, title = spec.classes[top].name, spec.classes[top].title
    confidence = float(probabilities[top])
    if point.accept_at is not None:
        if confidence >= point.accept_at:
            said = f"{title[:1].upper()}{title[1:]} with a probability of {confidence:.2f}."
            return Judgement(Verdict.ACCEPT, name, None, said, point)
        said = f"the best guess, {title}, has only {confidence:.2f}, below {point.accept_at:.2f}."
        return Judgement(Verdict.UNSURE, UNSURE_LABEL, None, f"Unsure: {said}", point)

    score = float(p_defect_of(probabilities, spec))
    verdict = verdict_at(score, point)
    if acquaintance is not None and not acquaintance.familiar:
        return Judgement(Verdict.REVIEW, name, score, "Does not look like the photos this model knows.", point)
    if acquaintance is not None and acquaintance.quality_problems and verdict is not Verdict.REJECT:
        said = " and ".join(acquaintance.quality_problems)
        return Judgement(Verdict.REVIEW, name, score, f"Photo too poor to pass: {said}.", point)
    return Judgement(verdict, name, score, _why(verdict, score, point), point)


def _why(verdict: Verdict, score: float, point: OperatingPoint) -> str:
    if verdict is Verdict.REJECT:
        return f"Defect score {score:.3f} reaches the reject threshold {point.reject_at:.3g}."
    if verdict is Verdict.REVIEW:
        return f"Defect score {score:.3f} lies between review {point.review_at:.3g} and reject {point.reject_at:.3g}."
    return f"Defect score {score:.3f} is below the review threshold {point.review_at:.3g}."
