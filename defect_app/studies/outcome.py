"""What a study found: figures of each variant with intervals, and paired tests corrected for their number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from defect_app.evaluation.comparison import SIGNIFICANT, Comparison, compare, holm
from defect_app.evaluation.intervals import Proportion, proportion
from defect_app.studies.results import EpochFigures, RunFacts, StudyResult, VariantFacts


@dataclass(frozen=True)
class VariantFigures:
    """What one variant came to.

    Attributes
    ----------
    facts : VariantFacts
        What it is and costs.
    accuracy : Proportion
        Over all folds and, with several seeds, of the first one: pictures are counted once.
    defects_found, good_kept : Proportion
        Of the defective parts those that are called defective, of the good ones those that are called good; n is 0
        where no class has a role.
    macro_f1 : float
        Mean over the classes, in [0, 1].
    confidence : float
        Mean probability of the answer given, in [0, 1].
    accuracy_by_seed : tuple of float
        One a seed.
    cpu_seconds_per_epoch : float
        Median over the trainings; NaN without any.
    """

    facts: VariantFacts
    accuracy: Proportion
    defects_found: Proportion
    good_kept: Proportion
    macro_f1: float
    confidence: float
    accuracy_by_seed: tuple[float, ...]
    cpu_seconds_per_epoch: float


@dataclass(frozen=True)
class PairedTest:
    """A variant against the first one, on the same pictures.

    Attributes
    ----------
    variant, figure : str
        Which variant, and of which pictures: ``all photos`` or ``defective parts``.
    comparison : Comparison
        McNemar's exact test; the first variant of the study comes first in it.
    p_corrected : float
        By Holm's method for all tests of the study.
    """

    variant: str
    figure: str
    comparison: Comparison
    p_corrected: float

    @property
    def words(self) -> str:
        """Whether chance explains the difference, after the correction."""
        if self.p_corrected >= SIGNIFICANT:
            return "may be chance"
        return "better" if self.comparison.only_second > self.comparison.only_first else "worse"


@dataclass(frozen=True)
class Outcome:
    """A study's figures, a variant each in the study's order, and its tests; none where the pictures differ."""

    figures: tuple[VariantFigures, ...]
    tests: tuple[PairedTest, ...]
    inspection: bool

    @property
    def sentence(self) -> str:
        """What the study says, in one or two plain sentences."""
        name = "recall of defective parts" if self.inspection else "accuracy"
        key = "defects_found" if self.inspection else "accuracy"
        shares: list[tuple[str, Proportion]] = [(f.facts.name, getattr(f, key)) for f in self.figures]
        if not self.tests:
            told = "; ".join(f"{variant}: {share.count:,} of {share.n:,} ({share.words})" for variant, share in shares)
            return f"{told}. They were measured on different photos, so that no test compares them."
        best, share = max(shares, key=lambda named: named[1].rate)
        found = f"Highest {name}: {best}, {share.count:,} of {share.n:,} ({share.words})."
        sure = [test for test in self.tests if test.p_corrected < SIGNIFICANT]
        if not sure:
            return f"{found} No variant differs from {shares[0][0]} by more than chance explains."
        told = ", ".join(f"{test.variant} ({test.words} on {test.figure})" for test in sure)
        return f"{found} Beyond chance against {shares[0][0]}: {told}."


def outcome_of(result: StudyResult) -> Outcome:
    """Work out what a study found."""
    origin = result.origin
    roles = dict(zip(origin.classes, origin.roles, strict=True))
    rows = result.rows.assign(
        defective=result.rows["actual"].map(roles) == "defect",
        good=result.rows["actual"].map(roles) == "ok",
        called_defective=result.rows["predicted"].map(roles) == "defect",
    )
    parts = {facts.name: rows[rows["variant"] == facts.name] for facts in origin.variants}
    inspection = bool(rows["defective"].any())
    figures = tuple(_figures(facts, parts[facts.name], origin.runs) for facts in origin.variants)
    return Outcome(figures, _tests([_of_first_seed(part) for part in parts.values()], inspection), inspection)


def mean_course(runs: Sequence[RunFacts], variant: str) -> tuple[EpochFigures, ...]:
    """Return a variant's epochs, averaged over those of its trainings that reached them."""
    epochs = [epoch for run in runs if run.variant == variant for epoch in run.epochs]
    course = []
    for number in sorted({epoch.epoch for epoch in epochs}):
        alike = [epoch for epoch in epochs if epoch.epoch == number]
        means = [
            float(np.mean([getattr(epoch, name) for epoch in alike]))
            for name in ("loss", "validation_loss", "validation_accuracy")
        ]
        course.append(EpochFigures(number, *means))
    return tuple(course)


def _figures(facts: VariantFacts, part: pd.DataFrame, runs: Sequence[RunFacts]) -> VariantFigures:
    once = _of_first_seed(part)
    right = once["predicted"] == once["actual"]
    defective, good, called = (once[name].to_numpy(bool) for name in ("defective", "good", "called_defective"))
    seconds = [run.cpu_seconds_per_epoch for run in runs if run.variant == facts.name]
    by_seed = (part["predicted"] == part["actual"]).groupby(part["seed"]).mean()
    return VariantFigures(
        facts=facts,
        accuracy=proportion(int(right.sum()), len(once)),
        defects_found=proportion(int((called & defective).sum()), int(defective.sum())),
        good_kept=proportion(int((~called & good).sum()), int(good.sum())),
        macro_f1=_macro_f1(once["actual"].to_numpy(), once["predicted"].to_numpy()),
        confidence=float(once["confidence"].mean()),
        accuracy_by_seed=tuple(float(share) for share in by_seed),
        cpu_seconds_per_epoch=float(np.median(seconds)) if seconds else float("nan"),
    )


def _macro_f1(actual: np.ndarray, predicted: np.ndarray) -> float:
    if not len(actual):
        return float("nan")
    scores = []
    for name in np.unique(actual):
        both = ((actual == name) & (predicted == name)).sum()
        scores.append(2 * both / ((actual == name).sum() + (predicted == name).sum()))
    return float(np.mean(scores))


def _of_first_seed(part: pd.DataFrame) -> pd.DataFrame:
    first: pd.DataFrame = part[part["seed"] == part["seed"].min()].drop_duplicates("sha256").sort_values("sha256")
    return first


def _tests(parts: Sequence[pd.DataFrame], inspection: bool) -> tuple[PairedTest, ...]:
    first = parts[0]
    if any(list(part["sha256"]) != list(first["sha256"]) for part in parts):
        return ()
    found: list[tuple[str, str, Comparison]] = []
    for part in parts[1:]:
        name = str(part["variant"].iloc[0])
        answers = (first["actual"], first["predicted"], part["predicted"])
        found.append((name, "all photos", compare(*(column.to_numpy() for column in answers))))
        if inspection:
            defective = first["defective"].to_numpy(bool)
            called = (p["called_defective"].to_numpy(bool)[defective] for p in (first, part))
            found.append((name, "defective parts", compare(np.ones(int(defective.sum()), bool), *called)))
    corrected = holm([comparison.p_value for _, _, comparison in found])
    return tuple(PairedTest(*given, p) for given, p in zip(found, corrected, strict=True))
