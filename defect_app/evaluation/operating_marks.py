"""Where two thresholds lie on the curves: what figures mark as operating points."""

from __future__ import annotations

from dataclasses import dataclass

from defect_app.decision import InspectionThresholds, count_reaching, threshold_text
from defect_app.evaluation.thresholds import SortedScores


@dataclass(frozen=True)
class OperatingMark:
    """A threshold as a point of every curve.

    Attributes
    ----------
    name : str
        "reject from 0.56".
    false_reject_rate, recall, precision : float
        In [0, 1]; NaN where it is undefined.
    """

    name: str
    false_reject_rate: float
    recall: float
    precision: float

    @property
    def miss_rate(self) -> float:
        """Defective parts that do not reach the threshold, in [0, 1]."""
        return 1 - self.recall


def operating_marks(scores: SortedScores, thresholds: InspectionThresholds) -> tuple[OperatingMark, ...]:
    """Return the reject threshold as a mark, and the review threshold where it differs.

    At the mark of the review threshold, parts in review count as rejected.
    """
    marks = []
    named = {"reject": thresholds.reject_at, "review": thresholds.review_at}
    for word, at in named.items():
        if word == "review" and at == thresholds.reject_at:
            continue
        false, true = int(count_reaching(scores.good, at)), int(count_reaching(scores.defective, at))
        share = [
            float("nan") if not total else count / total
            for count, total in ((false, len(scores.good)), (true, len(scores.defective)), (true, false + true))
        ]
        marks.append(OperatingMark(f"{word} from {threshold_text(at)}", *share))
    return tuple(marks)
