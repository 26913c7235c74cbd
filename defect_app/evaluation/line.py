"""What two thresholds mean for a line: per 1,000 parts at its own defect rate, in parts and in money."""

from __future__ import annotations

import math
from dataclasses import dataclass

from defect_app.decision import Costs, Verdict
from defect_app.evaluation.intervals import Proportion, weighted_sum_interval
from defect_app.evaluation.thresholds import VerdictCounts

PARTS = 1000


@dataclass(frozen=True)
class PerThousand:
    """A figure per 1,000 parts of the line, with its interval.

    Attributes
    ----------
    value, low, high : float
        Parts or money per 1,000 parts; value is NaN where a rate that it needs is unknown.
    """

    value: float
    low: float
    high: float

    @property
    def words(self) -> str:
        """Value and interval: "3.1 (0.4 to 8.9)"."""
        if math.isnan(self.value):
            return "cannot be told"
        return f"{self.value:,.1f} ({self.low:,.1f} to {self.high:,.1f})"


@dataclass(frozen=True)
class LineFigures:
    """What 1,000 parts of a line meet at two thresholds.

    Attributes
    ----------
    defect_rate : float
        Share of defective parts on the line, in [0, 1].
    escapes, false_rejects, reviews, rejects : PerThousand
        Parts per 1,000.
    cost : PerThousand or None
        Money per 1,000 parts; None without costs.
    """

    defect_rate: float
    escapes: PerThousand
    false_rejects: PerThousand
    reviews: PerThousand
    rejects: PerThousand
    cost: PerThousand | None


def line_figures(counts: VerdictCounts, defect_rate: float, costs: Costs | None = None) -> LineFigures:
    """Carry measured rates over to a line whose balance is not that of the evaluated pictures.

    Rates within good and within defective parts are taken to hold on the line; only the balance differs.

    Parameters
    ----------
    counts : VerdictCounts
        Measured.
    defect_rate : float
        Share of defective parts on the line, in [0, 1].
    costs : Costs, optional
        Three named amounts.

    Raises
    ------
    ValueError
        If the defect rate is not in [0, 1].
    """
    if not 0 <= defect_rate <= 1:
        raise ValueError(f"defect_rate must be a share from 0 to 1, got {defect_rate}")
    good, bad = PARTS * (1 - defect_rate), PARTS * defect_rate
    passed_bad, reviewed_bad, rejected_bad = (counts.share(1, column) for column in range(3))
    _, reviewed_good, rejected_good = (counts.share(0, column) for column in range(3))
    cost = None
    if costs is not None:
        cost = _per_thousand(
            (bad * costs.price(Verdict.PASS, defective=True), passed_bad),
            (good * costs.price(Verdict.REJECT, defective=False), rejected_good),
            (good * costs.price(Verdict.REVIEW, defective=False), reviewed_good),
            (bad * costs.price(Verdict.REVIEW, defective=True), reviewed_bad),
        )
    return LineFigures(
        defect_rate=defect_rate,
        escapes=_per_thousand((bad, passed_bad)),
        false_rejects=_per_thousand((good, rejected_good)),
        reviews=_per_thousand((good, reviewed_good), (bad, reviewed_bad)),
        rejects=_per_thousand((good, rejected_good), (bad, rejected_bad)),
        cost=cost,
    )


def _per_thousand(*terms: tuple[float, Proportion]) -> PerThousand:
    weights, parts = [w for w, _ in terms], [p for _, p in terms]
    value = sum(w * p.rate for w, p in terms if w > 0)
    low, high = weighted_sum_interval(weights, parts)
    return PerThousand(float(value), low, high)
