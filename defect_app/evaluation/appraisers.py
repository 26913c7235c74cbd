"""Attribute agreement analysis: how well those who judge parts agree with themselves, each other and the reference."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from itertools import combinations

import numpy as np

from defect_app.evaluation.intervals import Proportion, proportion
from defect_app.evaluation.kappa import Kappa, cohen_kappa, cross_table, fleiss_kappa

NO_ANSWER = -1


class Call(IntEnum):
    """What an appraiser says of a part."""

    GOOD = 0
    DEFECTIVE = 1
    UNDECIDED = 2


class Rating(StrEnum):
    """What the limits call a figure."""

    ACCEPTABLE = "acceptable"
    MARGINAL = "marginal"
    UNACCEPTABLE = "unacceptable"


@dataclass(frozen=True)
class StudyLimits:
    """Rules of thumb, as shares in [0, 1]: what is acceptable, and what is at least marginal.

    The values are those of the manual on measurement systems analysis (AIAG MSA, 4th edition, chapter III, section C),
    which says itself that they are guidelines and that a plant should set its own.
    """

    effectiveness_acceptable: float = 0.90
    effectiveness_marginal: float = 0.80
    miss_acceptable: float = 0.02
    miss_marginal: float = 0.05
    false_alarm_acceptable: float = 0.05
    false_alarm_marginal: float = 0.10


@dataclass(frozen=True)
class Appraiser:
    """Who judged the parts of a study, a person or a model.

    Attributes
    ----------
    name : str
        As shown.
    answers : ndarray of int, shape (n_parts, n_trials)
        A `Call` for each part and trial; `NO_ANSWER` where there is none yet. A model, which always says the same, has
        one trial.
    """

    name: str
    answers: np.ndarray


@dataclass(frozen=True)
class AppraiserFigures:
    """How well one appraiser does. All intervals of shares are exact (Clopper and Pearson).

    Attributes
    ----------
    name : str
        Whose.
    within : Proportion or None
        Parts on which all own trials agree; None with a single trial.
    effectiveness : Proportion
        Parts on which every trial gives the reference's answer.
    miss : Proportion
        Answers "good" of all on defective parts. Each trial counts, as in the manual; trials on one part are alike, so
        that the interval is rather too narrow.
    false_alarm : Proportion
        Answers "defective" of all on good parts, counted likewise.
    undecided : Proportion
        Answers that decide nothing, of all.
    with_reference : Kappa
        Agreement with the reference beyond chance.
    """

    name: str
    within: Proportion | None
    effectiveness: Proportion
    miss: Proportion
    false_alarm: Proportion
    undecided: Proportion
    with_reference: Kappa

    def ratings(self, limits: StudyLimits) -> tuple[Rating, Rating, Rating]:
        """Return what the limits call effectiveness, miss rate and false-alarm rate."""
        return (
            _rating(-self.effectiveness.rate, -limits.effectiveness_acceptable, -limits.effectiveness_marginal),
            _rating(self.miss.rate, limits.miss_acceptable, limits.miss_marginal),
            _rating(self.false_alarm.rate, limits.false_alarm_acceptable, limits.false_alarm_marginal),
        )


@dataclass(frozen=True)
class PairAgreement:
    """Two appraisers: their names, and how far they agree beyond chance, trial by trial."""

    first: str
    second: str
    kappa: Kappa


@dataclass(frozen=True)
class AgreementAnalysis:
    """What a study of parts, appraisers and trials says.

    Attributes
    ----------
    n_parts : int
        Parts of the study.
    appraisers : tuple of AppraiserFigures
        In the given order.
    pairs : tuple of PairAgreement
        Every two of them.
    among_all : Kappa
        Fleiss' kappa over all answers, each trial counting as an appraiser of its own.
    all_agree : Proportion
        Parts on which every answer of everybody is the same.
    all_right : Proportion
        Parts on which every answer of everybody is the reference's.
    """

    n_parts: int
    appraisers: tuple[AppraiserFigures, ...]
    pairs: tuple[PairAgreement, ...]
    among_all: Kappa
    all_agree: Proportion
    all_right: Proportion


def agreement_analysis(
    reference: np.ndarray, appraisers: Sequence[Appraiser], confidence: float = 0.95
) -> AgreementAnalysis:
    """Analyse a study (AIAG Measurement Systems Analysis, 4th edition, chapter III, section C).

    Parameters
    ----------
    reference : ndarray of int, shape (n_parts,)
        What each part is: `Call.GOOD` or `Call.DEFECTIVE`.
    appraisers : sequence of Appraiser
        At least one; parts in the reference's order.
    confidence : float
        Of all intervals, in (0, 1).

    Raises
    ------
    ValueError
        If there is no appraiser, or one has other than ``n_parts`` rows, or the reference decides a part neither way.
    """
    truth = np.asarray(reference, np.intp)
    if not np.isin(truth, (Call.GOOD, Call.DEFECTIVE)).all():
        raise ValueError("expected a reference of good and defective parts alone")
    if not appraisers or any(a.answers.shape[:1] != truth.shape or a.answers.ndim != 2 for a in appraisers):
        raise ValueError(f"expected answers of shape ({len(truth)}, n_trials) of at least one appraiser")
    everything = np.concatenate([a.answers for a in appraisers], axis=1)
    complete = _throughout(everything >= 0)
    return AgreementAnalysis(
        n_parts=len(truth),
        appraisers=tuple(_figures(a, truth, confidence) for a in appraisers),
        pairs=tuple(_pair(first, second, confidence) for first, second in combinations(appraisers, 2)),
        among_all=fleiss_kappa(np.stack([(everything == call).sum(axis=1) for call in Call], axis=1), confidence),
        all_agree=_share(_alike(everything), complete, confidence),
        all_right=_share(_throughout(np.asarray(everything == truth[:, None])), complete, confidence),
    )


def _figures(appraiser: Appraiser, truth: np.ndarray, confidence: float) -> AppraiserFigures:
    answers = appraiser.answers
    given, complete = answers >= 0, _throughout(answers >= 0)
    expected = np.repeat(truth[:, None], answers.shape[1], axis=1)
    good, defective = np.asarray(expected == Call.GOOD), np.asarray(expected == Call.DEFECTIVE)
    return AppraiserFigures(
        name=appraiser.name,
        within=_share(_alike(answers), complete, confidence) if answers.shape[1] > 1 else None,
        effectiveness=_share(_throughout(np.asarray(answers == expected)), complete, confidence),
        miss=_share(np.asarray(answers == Call.GOOD), given & defective, confidence),
        false_alarm=_share(np.asarray(answers == Call.DEFECTIVE), given & good, confidence),
        undecided=_share(np.asarray(answers == Call.UNDECIDED), given, confidence),
        with_reference=cohen_kappa(cross_table(answers.ravel(), expected.ravel(), len(Call)), confidence),
    )


def _pair(first: Appraiser, second: Appraiser, confidence: float) -> PairAgreement:
    """Compare two appraisers trial by trial; whoever has fewer trials, as a model has, repeats the last one."""
    trials = max(first.answers.shape[1], second.answers.shape[1])
    a, b = (
        np.concatenate([x.answers, np.repeat(x.answers[:, -1:], trials - x.answers.shape[1], axis=1)], axis=1)
        for x in (first, second)
    )
    return PairAgreement(first.name, second.name, cohen_kappa(cross_table(a.ravel(), b.ravel(), len(Call)), confidence))


def _alike(answers: np.ndarray) -> np.ndarray:
    return _throughout(np.asarray(answers == answers[:, :1]))


def _throughout(true: np.ndarray) -> np.ndarray:
    """Return which rows are true in every column."""
    return np.asarray(true.all(axis=1))


def _share(counted: np.ndarray, among: np.ndarray, confidence: float) -> Proportion:
    return proportion(int((counted & among).sum()), int(among.sum()), confidence, "exact")


def _rating(value: float, acceptable: float, marginal: float) -> Rating:
    """Rate a figure that is the better the lower it is; one that is not known is not acceptable."""
    if value <= acceptable:
        return Rating.ACCEPTABLE
    return Rating.MARGINAL if value <= marginal else Rating.UNACCEPTABLE
