"""The judgement on one photo: its verdict, with the reason in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count

import numpy as np

from defect_app.catalog import (
    ClassSpec,
    InspectionThresholds,
    ModelSpec,
    RecognitionThresholds,
    threshold_text,
)
from defect_app.decision.operating_point import OperatingPoint
from defect_app.decision.verdict import Verdict, reaches, verdict_at
from defect_app.familiarity import FamiliarityResult

UNSURE_LABEL = "unsure"


@dataclass(frozen=True)
class Judgement:
    """The verdict on one photo.

    Attributes
    ----------
    verdict : Verdict
        PASS, REVIEW or REJECT; ACCEPT or UNSURE for a recognition model.
    label : str
        The most probable class's name; "unsure" where a recognition model does not reach `accept_at`, where the model
        gave no numbers, and of an unfamiliar photo, of which its classes say nothing.
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
    return np.asarray(np.clip(chosen.sum(axis=-1), 0.0, 1.0))


def judge(
    probabilities: np.ndarray,
    spec: ModelSpec,
    point: OperatingPoint,
    familiarity: FamiliarityResult | None = None,
    *,
    doubt: str = "",
    near: Sequence[np.ndarray] = (),
    is_part: bool = False,
) -> Judgement:
    """Turn a model's answer on one photo into a verdict.

    An unfamiliar photo goes to review whatever its score, since the score of something that the model never
    learned means nothing; so does one whose file may not hold what the camera saw. A poor photo is kept from passing,
    but may still be rejected.

    Parameters
    ----------
    probabilities : ndarray, shape (n_classes,)
        In the order of the spec's classes.
    spec : ModelSpec
        The model's spec.
    point : OperatingPoint
        The thresholds to apply, of the model's kind.
    familiarity : FamiliarityResult, optional
        How familiar and how good the photo is; None means that it is not known.
    doubt : str
        Why the pixels may not be what the camera saw, see `Photo.doubt`; empty where nothing speaks for that.
    near : sequence of ndarray, shape (n_classes,) each
        Answers on other frames of the photo that are as good as the judged one. Where they lead to another verdict, a
        person decides: the most usual frame may be one that leaves the defect out.
    is_part : bool
        Whether a part of the photo was judged and not the whole.
    """
    thresholds = point.thresholds
    if not np.isfinite(probabilities).all():
        return Judgement(
            verdict_at(np.nan, thresholds), UNSURE_LABEL, None, "The model gave no usable answer on this photo.", point
        )
    top = int(np.argmax(probabilities))
    left_to_a_person = _doubted(doubt) if doubt else "" if point.is_known else point.caveat
    unlike = _unlike(familiarity) if familiarity is not None and not familiarity.familiar else ""
    if isinstance(thresholds, RecognitionThresholds):
        if left_to_a_person or unlike:
            return Judgement(Verdict.UNSURE, UNSURE_LABEL, None, left_to_a_person or unlike, point)
        return _named(float(probabilities[top]), top, spec, thresholds, point)

    name, score = UNSURE_LABEL if unlike else spec.classes[top].name, float(p_defect_of(probabilities, spec))
    verdict = verdict_at(score, thresholds)
    if left_to_a_person:
        return Judgement(Verdict.REVIEW, name, score, left_to_a_person, point)
    problems = " and ".join(familiarity.quality_problems) if familiarity is not None else ""
    if unlike:
        return Judgement(Verdict.REVIEW, name, score, unlike, point)
    if problems and verdict is not Verdict.REJECT:
        return Judgement(Verdict.REVIEW, name, score, f"Photo too poor to pass: {problems}.", point)
    scores = [score, *(float(p_defect_of(answer, spec)) for answer in near)]
    return _agreed(verdict, spec.classes[top], scores, point, is_part)


def _agreed(
    verdict: Verdict, top: ClassSpec, scores: Sequence[float], point: OperatingPoint, is_part: bool
) -> Judgement:
    """Judge by the first of the scores, where the others lead to the same verdict."""
    thresholds = point.thresholds
    assert isinstance(thresholds, InspectionThresholds)
    if any(verdict_at(other, thresholds) is not verdict for other in scores):
        said = f"It depends on the frame: defect scores {min(scores):.3f} to {max(scores):.3f} within a few pixels."
        return Judgement(Verdict.REVIEW, top.name, scores[0], said, point)
    why = _why(verdict, scores[0], thresholds) + _against(verdict, top)
    why += " Judged on a part of the photo, see its frame." if is_part else ""
    return Judgement(verdict, top.name, scores[0], why, point)


def _named(
    confidence: float, top: int, spec: ModelSpec, thresholds: RecognitionThresholds, point: OperatingPoint
) -> Judgement:
    verdict, title = verdict_at(confidence, thresholds), spec.classes[top].title
    if verdict is Verdict.ACCEPT:
        said = f"{title[:1].upper()}{title[1:]} with a probability of {confidence:.2f}."
        return Judgement(verdict, spec.classes[top].name, None, said, point)
    shown = _score_text(confidence, 2, thresholds.accept_at)
    said = f"Unsure: the best guess, {title}, has only {shown}, below {threshold_text(thresholds.accept_at)}."
    return Judgement(verdict, UNSURE_LABEL, None, said, point)


def _doubted(doubt: str) -> str:
    return f"The file cannot be trusted: {doubt}. Take or copy the photo again."


def _unlike(familiarity: FamiliarityResult) -> str:
    problems = " and ".join(familiarity.quality_problems)
    # What a person can mend comes first.
    poor = f"The photo is poor: {problems}. " if problems else ""
    return f"{poor}Does not look like the photos this model knows."


def _why(verdict: Verdict, score: float, thresholds: InspectionThresholds) -> str:
    review, reject = threshold_text(thresholds.review_at), threshold_text(thresholds.reject_at)
    shown = _score_text(score, 3, thresholds.review_at, thresholds.reject_at)
    if verdict is Verdict.REJECT:
        return f"Defect score {shown} reaches the reject threshold {reject}."
    if verdict is Verdict.REVIEW:
        return f"Defect score {shown} lies between review {review} and reject {reject}."
    return f"Defect score {shown} is below the review threshold {review}."


def _against(verdict: Verdict, top: ClassSpec) -> str:
    """Return why the verdict is not what the most likely class would have it; empty where they agree."""
    if verdict is Verdict.PASS and top.role == "defect":
        return (
            f" {top.title} is the most likely class, but not likely enough at these thresholds to hold the part back."
        )
    if verdict is Verdict.REJECT and top.role == "ok":
        return f" {top.title} is the most likely class, but these thresholds reject a part at this score already."
    return ""


def _score_text(score: float, digits: int, *thresholds: float) -> str:
    """Return a score with at least so many decimals, and as many as it takes to read on its side of each threshold."""
    sides = reaches(score, thresholds)
    for decimals in count(digits):
        shown = f"{score:.{decimals}f}"
        if (reaches(float(shown), thresholds) == sides).all():
            return shown
    raise AssertionError("enough decimals give the score itself")
