"""The inspector's exam: a person and a model on the same parts of known truth, held to it and to each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from defect_app.evaluation.intervals import Proportion, proportion
from defect_app.evaluation.kappa import Kappa, cohen_kappa, cross_table

NEAR = 0.05
"""A click counts as on the defect up to this share of the photo's longer side beside it."""


@dataclass(frozen=True)
class ExamAnswer:
    """One part of an exam.

    Attributes
    ----------
    part : str
        What it is called on the sheet.
    what : str
        What there is to see, in words.
    is_defective : bool
        The truth.
    person, model : bool
        Whether either says that it is defective; a model does where it rejects, or asks for a person.
    verdict : str
        The model's.
    score : float
        The model's score for a defect, in [0, 1].
    hit : bool or None
        Whether the person marked the defect's place; None where nothing was marked or there is none.
    """

    part: str
    what: str
    is_defective: bool
    person: bool
    model: bool
    verdict: str
    score: float
    hit: bool | None = None


@dataclass(frozen=True)
class ExamResult:
    """What the answers say.

    Attributes
    ----------
    person_right, model_right : Proportion
        Of all parts.
    person_escapes, model_escapes : Proportion
        Defective parts called good, of the defective ones.
    person_false_alarms, model_false_alarms : Proportion
        Good parts called defective, of the good ones.
    person_and_truth, model_and_truth, person_and_model : Kappa
        Cohen's, of two classes.
    person_and_model_agreement : Proportion
        Parts on which both say the same.
    places : Proportion
        Marks on the defect, of the marks on defective parts.
    """

    person_right: Proportion
    model_right: Proportion
    person_escapes: Proportion
    model_escapes: Proportion
    person_false_alarms: Proportion
    model_false_alarms: Proportion
    person_and_truth: Kappa
    model_and_truth: Kappa
    person_and_model: Kappa
    person_and_model_agreement: Proportion
    places: Proportion


def exam_result(answers: Sequence[ExamAnswer]) -> ExamResult:
    """Return what the answers of an exam say; none give figures of n 0."""
    truth, person, model = (
        np.array([getattr(answer, name) for answer in answers], np.intp) for name in ("is_defective", "person", "model")
    )
    marked = [answer.hit for answer in answers if answer.hit is not None]

    def share(said: np.ndarray, of: np.ndarray) -> Proportion:
        return proportion(int((said & of).sum()), int(of.sum()))

    def kappa(first: np.ndarray, second: np.ndarray) -> Kappa:
        return cohen_kappa(cross_table(first, second, 2))

    everything, bad, good = np.ones(len(truth), bool), truth == 1, truth == 0
    return ExamResult(
        person_right=share(person == truth, everything),
        model_right=share(model == truth, everything),
        person_escapes=share(person == 0, bad),
        model_escapes=share(model == 0, bad),
        person_false_alarms=share(person == 1, good),
        model_false_alarms=share(model == 1, good),
        person_and_truth=kappa(person, truth),
        model_and_truth=kappa(model, truth),
        person_and_model=kappa(person, model),
        person_and_model_agreement=share(person == model, everything),
        places=proportion(sum(marked), len(marked)),
    )


def hits_defect(mask: np.ndarray, x: float, y: float) -> bool:
    """Return whether a mark lies on a defect or within `NEAR` of it.

    Parameters
    ----------
    mask : ndarray of bool, shape (height, width)
        The defect's pixels.
    x, y : float
        Of the mark, as shares of width and height, in [0, 1].
    """
    rows, columns = np.nonzero(mask)
    if not len(rows):
        return False
    height, width = mask.shape
    away = np.hypot(columns + 0.5 - x * width, rows + 0.5 - y * height).min()
    return bool(away <= NEAR * max(height, width))
