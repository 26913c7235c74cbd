"""What could have been decided instead of a saved point: what each would have done to the same photos."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from defect_app.catalog import ModelSpec
from defect_app.decision import DEFAULT_NAME, Costs, InspectionThresholds, RecognitionThresholds, Thresholds
from defect_app.decision import default_point as delivered_point
from defect_app.evaluation.comparison import SIGNIFICANT
from defect_app.evaluation.coverage import accept_counts
from defect_app.evaluation.finders import least_cost
from defect_app.evaluation.intervals import Proportion
from defect_app.evaluation.paired_costs import costs_of_pictures, sign_flip_p_value
from defect_app.evaluation.results import EvaluationResults
from defect_app.evaluation.selection import SelectedPictures, Selection
from defect_app.evaluation.thresholds import VerdictCounts, sorted_scores, verdict_counts
from defect_app.points import SavedPoint, applicable

CHOOSING_SPLITS = ("validation", "cv")


@dataclass(frozen=True)
class Alternative:
    """Thresholds that were not taken, with what they are in a few words: "the point before it, Day shift"."""

    title: str
    thresholds: Thresholds


@dataclass(frozen=True)
class WeighedAlternative:
    """An alternative beside the point that was saved, on the same photos.

    Attributes
    ----------
    alternative : Alternative
        What it is.
    counts : tuple of str
        What it does, a text for each heading of `headings_of`.
    reason : str
        What it would have changed: "2 more escapes; 40.0 dearer per 1,000 parts (may be chance, p = 0.5)".
    is_cheaper : bool
        Whether it costs less on these photos than what was saved.
    """

    alternative: Alternative
    counts: tuple[str, ...]
    reason: str
    is_cheaper: bool = False


def alternatives(
    spec: ModelSpec,
    results: EvaluationResults,
    saved: SavedPoint,
    others: Sequence[SavedPoint],
    before: SavedPoint | None,
) -> tuple[Alternative, ...]:
    """Return what else could have been taken; thresholds that are those of the point itself are left out.

    Parameters
    ----------
    spec : ModelSpec
        The model's own point.
    results : EvaluationResults
        For the lines of least cost, on the photos that lines are chosen on.
    saved : SavedPoint
        The decision.
    others : sequence of SavedPoint
        Other points of the model; those of other versions of it are left out.
    before : SavedPoint or None
        What was in force before; None where that was the model's own.
    """
    listed = [Alternative(f"In force before: {before.origin}", before.point.thresholds)] if before else []
    is_default_before = "" if before else ", in force before"
    listed.append(Alternative(f"The model's {DEFAULT_NAME} point{is_default_before}", delivered_point(spec).thresholds))
    found = _least_cost(results, saved)
    listed += [found] if found else []
    fitting = [other for other in others if applicable(other, spec.identity)]
    listed += [Alternative(f"Saved: {other.origin}", other.point.thresholds) for other in fitting]
    seen, kept = {saved.point.thresholds}, []
    for one in listed:
        if one.thresholds not in seen:
            seen.add(one.thresholds)
            kept.append(one)
    return tuple(kept)


def weighed(selected: SelectedPictures, saved: SavedPoint, alternative: Alternative) -> WeighedAlternative:
    """Set an alternative beside the decision, on photos that the evaluation holds."""
    taken, other = saved.point.thresholds, alternative.thresholds
    counts = figures_in_words(selected, other)
    if isinstance(taken, RecognitionThresholds) or isinstance(other, RecognitionThresholds):
        assert isinstance(taken, RecognitionThresholds), "the points of a model are of one kind"
        assert isinstance(other, RecognitionThresholds), "the points of a model are of one kind"
        here, there = accept_counts(selected, taken), accept_counts(selected, other)
        wrong_here, wrong_there = (c.right.n - c.right.count for c in (here, there))
        changes = [
            _changed(there.accepted.count - here.accepted.count, "labels given"),
            _changed(wrong_there - wrong_here, "of them wrong"),
        ]
        return WeighedAlternative(alternative, counts, _joined(changes))
    here_v, there_v = (verdict_counts(sorted_scores(selected), lines) for lines in (taken, other))
    changes = [
        _changed(there.count - here.count, words)
        for here, there, words in (
            (here_v.escapes, there_v.escapes, "escapes"),
            (here_v.false_rejects, there_v.false_rejects, "false rejects"),
            (here_v.review_load, there_v.review_load, "to review"),
        )
    ]
    if saved.costs is None or saved.defect_rate is None or not (here_v.escapes.n and here_v.false_rejects.n):
        return WeighedAlternative(alternative, counts, _joined(changes))
    more, words = _dearer(selected, taken, other, saved.defect_rate, saved.costs)
    return WeighedAlternative(alternative, counts, f"{_joined(changes)}; {words}", more < 0)


def headings_of(thresholds: Thresholds) -> tuple[str, ...]:
    """Return what `figures_in_words` gives for thresholds of this kind."""
    if isinstance(thresholds, InspectionThresholds):
        return ("Escapes", "False rejects", "To review")
    return ("Labels given", "Of these, right")


def figures_in_words(selected: SelectedPictures, thresholds: Thresholds) -> tuple[str, ...]:
    """Return counts with their intervals."""
    if isinstance(thresholds, RecognitionThresholds):
        accepted = accept_counts(selected, thresholds)
        return (_share(accepted.accepted), _share(accepted.right))
    counts: VerdictCounts = verdict_counts(sorted_scores(selected), thresholds)
    return (_share(counts.escapes), _share(counts.false_rejects), _share(counts.review_load))


def _least_cost(results: EvaluationResults, saved: SavedPoint) -> Alternative | None:
    if saved.costs is None or saved.defect_rate is None:
        return None
    for split in CHOOSING_SPLITS:
        part = results.part(Selection(split))
        if part.selected.n and isinstance(saved.point.thresholds, InspectionThresholds):
            found = least_cost(part.scores, saved.costs, saved.defect_rate)
            if found.thresholds is not None:
                return Alternative(f"Least cost at these amounts, found on {part.selected.words}", found.thresholds)
    return None


def _dearer(
    selected: SelectedPictures,
    taken: InspectionThresholds,
    other: InspectionThresholds,
    defect_rate: float,
    costs: Costs,
) -> tuple[float, str]:
    differences = costs_of_pictures(selected, other, defect_rate, costs)
    differences = differences - costs_of_pictures(selected, taken, defect_rate, costs)
    more = float(round(differences.sum(), 9))
    if not more:
        return 0.0, "at the same cost"
    p = sign_flip_p_value(differences)
    sense = "may be chance" if p >= SIGNIFICANT else "more than chance"
    return more, f"{abs(more):,.1f} {'dearer' if more > 0 else 'cheaper'} per 1,000 parts ({sense}, p = {p:.2g})"


def _changed(more: int, words: str) -> str:
    return f"{abs(more):,} {'more' if more > 0 else 'fewer'} {words}" if more else ""


def _joined(changes: Sequence[str]) -> str:
    return ", ".join(change for change in changes if change) or "the same verdicts on these photos"


def _share(share: Proportion) -> str:
    return f"{share.count:,} of {share.n:,}: {share.words}" if share.n else "no such photos"
