"""Which of several models to take, and why: the least cost at a line's amounts, and what of it may be chance."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from defect_app.decision import Costs, InspectionThresholds, Thresholds
from defect_app.evaluation.answers import right_at
from defect_app.evaluation.comparison import SIGNIFICANT, compare, holm
from defect_app.evaluation.intervals import Proportion, proportion
from defect_app.evaluation.line import PerThousand, line_figures
from defect_app.evaluation.paired_costs import costs_of_pictures, sign_flip_p_value
from defect_app.evaluation.selection import SelectedPictures
from defect_app.evaluation.thresholds import VerdictCounts, sorted_scores, verdict_counts

FEW_DEFECTIVE = 60
"""With fewer defective pictures than about these, none escaped still leaves room for 1 in 20 (rule of three)."""


@dataclass(frozen=True)
class Candidate:
    """A model that could be taken.

    Attributes
    ----------
    title : str
        Its title.
    selected : SelectedPictures
        The pictures that all candidates share, in one order.
    thresholds : InspectionThresholds or RecognitionThresholds
        Those that it is used with.
    megabytes : float
        Size of what serves.
    """

    title: str
    selected: SelectedPictures
    thresholds: Thresholds
    megabytes: float


@dataclass(frozen=True)
class RankedModel:
    """A candidate in the order of preference.

    Attributes
    ----------
    candidate : Candidate
        The model.
    right : Proportion
        Pictures that it answers rightly.
    counts : VerdictCounts or None
        Of an inspection model.
    cost : PerThousand or None
        Of 1,000 parts of the line; None for a recognition model.
    more : float
        What it costs more than the first, per 1,000 parts, or the share of pictures by which it is right less often.
    p_value : float
        That the difference to the first is chance, corrected by Holm's method for their number; the first has 1.
    """

    candidate: Candidate
    right: Proportion
    counts: VerdictCounts | None
    cost: PerThousand | None
    more: float
    p_value: float

    @property
    def may_be_chance(self) -> bool:
        """Whether the pictures do not tell it from the first."""
        return self.p_value >= SIGNIFICANT


@dataclass(frozen=True)
class Recommendation:
    """Models in the order of preference, with the reasons in words.

    Attributes
    ----------
    ranked : tuple of RankedModel
        The recommended one first.
    by_cost : bool
        Whether they are ordered by cost; else by the share of right answers.
    photos : str
        What they were compared on: "715 test photos".
    """

    ranked: tuple[RankedModel, ...]
    by_cost: bool
    photos: str

    @property
    def sentence(self) -> str:
        """Which one is recommended, and by which figure."""
        best = self.ranked[0]
        if best.cost is not None:
            figure = f"costs least at your amounts: {best.cost.words} per 1,000 parts"
        else:
            figure = f"is right most often: {best.right.count:,} of {best.right.n:,} ({best.right.words})"
        return f"{best.candidate.title} {figure}, on {self.photos}."

    @property
    def reasons(self) -> tuple[str, ...]:
        """What the figure comes from, what the others lose, and what these photos cannot tell, in whole sentences."""
        return (*self._what_it_comes_from(), *self._the_next(), *self._the_smallest(), *self._what_stays_open())

    def _what_it_comes_from(self) -> tuple[str, ...]:
        counts = self.ranked[0].counts
        if counts is None:
            return ()
        escapes, rejects, reviews = counts.escapes, counts.false_rejects, counts.review_load
        return (
            f"It lets {escapes.count:,} of {escapes.n:,} defective parts pass, rejects {rejects.count:,} of "
            f"{rejects.n:,} good ones, and sends {reviews.count:,} of {reviews.n:,} parts to review.",
        )

    def _the_next(self) -> tuple[str, ...]:
        if len(self.ranked) < 2:
            return ()
        second = self.ranked[1]
        name = second.candidate.title
        less = f"costs {second.more:,.1f} more" if self.by_cost else f"is right on {100 * second.more:.2f} % fewer"
        if not second.more and second.may_be_chance:
            said = f"The next, {name}, {'costs the same' if self.by_cost else 'is right as often'}"
        elif second.may_be_chance:
            said = f"The next, {name}, {less}: a difference that is not more than chance gives"
        else:
            said = f"The next, {name}, {less}, and chance hardly explains it"
        return (f"{said} (p = {second.p_value:.2g}).",)

    def _the_smallest(self) -> tuple[str, ...]:
        undecided = [one for one in self.ranked if one.may_be_chance]
        if len(undecided) < 2:
            return ()
        smallest = min(undecided, key=lambda one: one.candidate.megabytes)
        which = f"{len(undecided)} models" if len(undecided) > 2 else "both"
        return (
            f"These photos do not tell {which} apart, so size and speed may decide: the smallest is "
            f"{smallest.candidate.title} with {smallest.candidate.megabytes:.1f} MB.",
        )

    def _what_stays_open(self) -> tuple[str, ...]:
        best = self.ranked[0]
        if best.counts is None or best.counts.escapes.n >= FEW_DEFECTIVE:
            return ()
        n = best.counts.escapes.n
        return (
            f"There are only {n:,} defective photos: more of them would say more than another model, since up to "
            f"{100 * best.counts.escapes.high:.1f} % of defective parts may pass by this one.",
        )


def recommendation(
    candidates: Sequence[Candidate], defect_rate: float = 0.0, costs: Costs | None = None
) -> Recommendation | None:
    """Order models by what they cost, or recognition models by how often they are right.

    Parameters
    ----------
    candidates : sequence of Candidate
        One or more of one kind, on the same pictures in one order.
    defect_rate : float
        Share of defective parts on the line, in [0, 1].
    costs : Costs, optional
        Three named amounts; needed for inspection models.

    Returns
    -------
    Recommendation or None
        None where the pictures do not tell what parts of the line cost, such as without a defective one.
    """
    photos = candidates[0].selected.words
    if isinstance(candidates[0].thresholds, InspectionThresholds):
        assert costs is not None, "models that inspect are ordered by cost"
        ranked = _by_cost(candidates, defect_rate, costs)
        return Recommendation(ranked, True, photos) if ranked else None
    return Recommendation(_by_right_answers(candidates), False, photos)


def _by_cost(candidates: Sequence[Candidate], defect_rate: float, costs: Costs) -> tuple[RankedModel, ...]:
    found: list[tuple[RankedModel, np.ndarray]] = []
    for one in candidates:
        assert isinstance(one.thresholds, InspectionThresholds), "all candidates are of one kind"
        counts = verdict_counts(sorted_scores(one.selected), one.thresholds)
        cost = line_figures(counts, defect_rate, costs).cost
        if cost is None or math.isnan(cost.value):
            return ()
        right = proportion(int(np.equal(*right_at(one.selected, one.thresholds)).sum()), one.selected.n)
        pictures = costs_of_pictures(one.selected, one.thresholds, defect_rate, costs)
        found.append((RankedModel(one, right, counts, cost, 0.0, 1.0), pictures))
    # Of models that cost the same the smaller one comes first.
    found.sort(key=lambda pair: (round(pair[1].sum(), 9), pair[0].candidate.megabytes))
    first = found[0][1]
    p_values = holm([sign_flip_p_value(pictures - first) for _, pictures in found[1:]])
    others = [
        replace(model, more=float(round((pictures - first).sum(), 9)), p_value=p)
        for (model, pictures), p in zip(found[1:], p_values, strict=True)
    ]
    return (found[0][0], *others)


def _by_right_answers(candidates: Sequence[Candidate]) -> tuple[RankedModel, ...]:
    answered = [(one, *right_at(one.selected, one.thresholds)) for one in candidates]
    shares = [proportion(int((actual == answer).sum()), len(actual)) for _, actual, answer in answered]
    order = sorted(range(len(answered)), key=lambda i: (-shares[i].count, candidates[i].megabytes))
    best, (_, actual, of_best) = order[0], answered[order[0]]
    p_values = holm([compare(actual, of_best, answered[i][2]).p_value for i in order[1:]])
    return tuple(
        RankedModel(candidates[i], shares[i], None, None, shares[best].rate - shares[i].rate, p)
        for i, p in zip(order, (1.0, *p_values), strict=True)
    )
