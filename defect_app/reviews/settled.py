"""What a part is by all that persons say of it: settled where they agree, disputed where they do not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from defect_app.evaluation.appraisers import NO_ANSWER, Call, PairAgreement
from defect_app.evaluation.kappa import Kappa, cohen_kappa, cross_table, fleiss_kappa
from defect_app.reviews.review import Answer, Review


@dataclass(frozen=True)
class ReviewedPart:
    """An inspection with what each person says of it now.

    Attributes
    ----------
    inspection : int
        The row number of the inspection.
    reviews : tuple of Review
        The last answer of each person, in the order in which they were given; at least one.
    """

    inspection: int
    reviews: tuple[Review, ...]

    @property
    def disputed(self) -> bool:
        """Whether one person calls the part good and another defective."""
        return len({r.answer for r in self.reviews if r.answer.decides}) > 1

    @property
    def settled(self) -> Answer | None:
        """What the part is; None where persons disagree. Whoever decides outweighs whoever does not know."""
        if self.disputed:
            return None
        return next((r.answer for r in self.reviews if r.answer.decides), self.reviews[-1].answer)


@dataclass(frozen=True)
class ReviewerAgreement:
    """How far those who reviewed the same parts agree beyond chance.

    Attributes
    ----------
    pairs : tuple of PairAgreement
        Every two who have a part in common, by Cohen's kappa.
    among_all : Kappa
        Fleiss' kappa over the parts that at least two persons reviewed.
    """

    pairs: tuple[PairAgreement, ...]
    among_all: Kappa


def reviewed_parts(reviews: Iterable[Review]) -> tuple[ReviewedPart, ...]:
    """Gather answers by part, the part that was answered last first.

    Parameters
    ----------
    reviews : iterable of Review
        In force, of inspections, in the order in which they were given.
    """
    last: dict[int, dict[str, Review]] = defaultdict(dict)
    for review in reviews:
        assert review.inspection is not None, "seeded scenes are no parts"
        last[review.inspection].pop(review.who, None)
        last[review.inspection][review.who] = review
    parts = [ReviewedPart(key, tuple(by_person.values())) for key, by_person in last.items()]
    return tuple(sorted(parts, key=lambda part: part.reviews[-1].id, reverse=True))


def reviewer_agreement(parts: Sequence[ReviewedPart], confidence: float = 0.95) -> ReviewerAgreement:
    """Compare everybody with everybody on the parts that both reviewed."""
    names = sorted({r.who for part in parts for r in part.reviews})
    calls = np.full((len(parts), len(names)), NO_ANSWER, np.intp)
    for row, part in enumerate(parts):
        for review in part.reviews:
            calls[row, names.index(review.who)] = review.answer.call
    pairs = []
    for (i, first), (j, second) in combinations(enumerate(names), 2):
        table = cross_table(calls[:, i], calls[:, j], len(Call))
        if table.any():
            pairs.append(PairAgreement(first, second, cohen_kappa(table, confidence)))
    counts = np.stack([(calls == call).sum(axis=1) for call in Call], axis=1)
    return ReviewerAgreement(tuple(pairs), fleiss_kappa(counts, confidence))
