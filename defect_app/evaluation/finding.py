"""What a rule for thresholds found: in a sentence, and counted where it was chosen and where it is reported."""

from __future__ import annotations

from dataclasses import dataclass

from defect_app.decision import InspectionThresholds
from defect_app.evaluation.thresholds import SortedScores, VerdictCounts, verdict_counts


@dataclass(frozen=True)
class Finding:
    """What a rule found.

    Attributes
    ----------
    rule : str
        The rule in words, for the operating point's `rule`.
    sentence : str
        What it did, or why it could not.
    thresholds : InspectionThresholds or None
        None when the rule cannot be met.
    promised_escape_rate : float or None
        Of a guarantee: the rate that is promised. In [0, 1].
    defective_parts_needed : int or None
        Of a guarantee that cannot be given: how many defective parts it would take.
    """

    rule: str
    sentence: str
    thresholds: InspectionThresholds | None
    promised_escape_rate: float | None = None
    defective_parts_needed: int | None = None


@dataclass(frozen=True)
class FindingReport:
    """A finding with its counts where it was chosen and where it is reported; None without thresholds."""

    finding: Finding
    chosen_on: VerdictCounts | None
    reported_on: VerdictCounts | None


def report(finding: Finding, validation: SortedScores, test: SortedScores, confidence: float = 0.95) -> FindingReport:
    """Count a finding's verdicts on the split it was chosen on and on the one it is reported on."""
    if finding.thresholds is None:
        return FindingReport(finding, None, None)
    counts = [verdict_counts(scores, finding.thresholds, confidence) for scores in (validation, test)]
    return FindingReport(finding, counts[0], counts[1])
