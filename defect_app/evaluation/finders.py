"""Find thresholds by a rule on validation scores, and say in a sentence what was done."""

from __future__ import annotations

import numpy as np

from defect_app.decision import Costs, InspectionThresholds, count_reaching, reaches, threshold_text
from defect_app.evaluation.finding import Finding
from defect_app.evaluation.guarantees import allowed_escapes, best_promise, defective_parts_needed
from defect_app.evaluation.line import PARTS
from defect_app.evaluation.placement import (
    indistinguishable,
    leaning_thresholds,
    middle_of_gap,
    threshold_edges,
    upper_end_of_gap,
)
from defect_app.evaluation.thresholds import SortedScores

_TIE = 1e-12


def least_cost(scores: SortedScores, costs: Costs, defect_rate: float) -> Finding:
    """Find both lines at the least cost per 1,000 parts; of equally cheap ones those with the fewest escapes.

    The cost of a pair is a sum of one term a line, so one pass over the scores tries every pair. All lines between two
    neighbouring scores cost the same here. Other pictures will fill that gap, so each line lies at the end of it where
    the mistakes that it then makes are the cheaper ones.

    Parameters
    ----------
    scores : SortedScores
        Of validation pictures.
    costs : Costs
        Three named amounts.
    defect_rate : float
        Of the line, in [0, 1].
    """
    rule = f"least cost at {100 * defect_rate:g} % defective parts"
    if not (len(scores.good) and len(scores.defective)):
        return _nothing_to_find(rule, scores)
    edges = threshold_edges(scores)
    good = count_reaching(scores.good, edges) / len(scores.good)
    bad = count_reaching(scores.defective, edges) / len(scores.defective)
    line_good, line_bad = 1 - defect_rate, defect_rate
    review = line_bad * costs.missed_defect * (1 - bad) + costs.human_review * (line_bad * bad + line_good * good)
    reject = (costs.false_reject - costs.human_review) * line_good * good - costs.human_review * line_bad * bad
    cheapest_review = np.minimum.accumulate(review)
    total = cheapest_review + reject
    scale = _TIE * max(1.0, costs.missed_defect, costs.false_reject, costs.human_review)
    least = total.min() + scale
    # The lowest review line of all ties lets the fewest defective parts escape.
    below = review[: int(np.flatnonzero(total <= least)[0]) + 1]
    review_index = int(np.flatnonzero(below <= below.min() + scale)[0])
    ties = review_index + np.flatnonzero(review[review_index] + reject[review_index:] <= least)
    # Rejecting less sends more to a person, where that is cheaper than rejecting good parts.
    reject_index = int(ties[-1] if costs.human_review < costs.false_reject else ties[0])
    found = leaning_thresholds(edges, review_index, reject_index, costs)
    amount = PARTS * max(0.0, float(review[review_index] + reject[reject_index]))
    choice = f"Tried every pair of lines: {_lines(found)} costs least, {amount:,.2f} per 1,000 parts"
    choice += f" ({scores.words}, weighted to the line's defect rate)."
    return Finding(rule, choice + indistinguishable(edges, review_index, reject_index), found)


def recall_at_least(scores: SortedScores, recall: float, current: InspectionThresholds) -> Finding:
    """Find the highest reject line that still rejects this share of the defective parts; review stays or comes down.

    Parameters
    ----------
    scores : SortedScores
        Of validation pictures.
    recall : float
        In [0, 1].
    current : InspectionThresholds
        Where the lines are now.
    """
    rule = f"rejects at least {100 * recall:g} % of defective parts"
    if not len(scores.defective):
        return _nothing_to_find(rule, scores)
    edges = threshold_edges(scores)
    needed = int(np.ceil(recall * len(scores.defective) - 1e-9))
    enough = np.flatnonzero(count_reaching(scores.defective, edges) >= needed)
    found = _with_reject(middle_of_gap(edges, int(enough[-1])), current)
    caught = int(count_reaching(scores.defective, found.reject_at))
    choice = (
        f"Took the highest reject line that does it: {_lines(found)} rejects {caught:,} of {len(scores.defective):,}"
    )
    return Finding(rule, f"{choice} defective parts ({scores.words}).", found)


def escapes_at_most(
    scores: SortedScores, escapes_per_thousand: float, confidence: float, current: InspectionThresholds
) -> Finding:
    """Find the highest review line that promises at most so many escapes in 1,000 defective parts.

    The promise holds for parts drawn like the defective ones here; see `guarantees.allowed_escapes`.

    Parameters
    ----------
    scores : SortedScores
        Of validation pictures.
    escapes_per_thousand : float
        In (0, 1000).
    confidence : float
        In (0, 1).
    current : InspectionThresholds
        The reject line stays, or rises to the review line.

    Raises
    ------
    ValueError
        If the promise or the confidence is out of range.
    """
    rate, n = escapes_per_thousand / PARTS, len(scores.defective)
    rule = f"at most {escapes_per_thousand:g} escapes in 1,000 defective parts ({100 * confidence:g} %)"
    needed = defective_parts_needed(rate, confidence)
    allowed = allowed_escapes(n, rate, confidence)
    if allowed < 0:
        parts = "There are no defective parts" if not n else f"{n:,} defective parts are too few"
        best = "" if not n else f" They can promise at most {PARTS * best_promise(n, confidence):.3g} in 1,000."
        choice = f"{parts} to promise {rule}: it takes at least {needed:,}, with none of them escaping.{best}"
        return Finding(rule, choice, None, defective_parts_needed=needed)
    # The score itself is the highest line for which the promise holds; a shorter number below it promises no less.
    edges = threshold_edges(scores)
    review_at = upper_end_of_gap(edges, int(np.searchsorted(edges, scores.defective[allowed])))
    found = InspectionThresholds(review_at, max(review_at, current.reject_at))
    passed = n - int(count_reaching(scores.defective, review_at))
    choice = (
        f"Review from {threshold_text(review_at)}: {passed:,} of {n:,} defective parts escape here, and {allowed:,} may"
    )
    choice += f" for the promise of {rule}. It holds for parts drawn like these."
    return Finding(rule, choice, found, promised_escape_rate=rate)


def review_load_at_most(
    scores: SortedScores, most_load: float, defect_rate: float, current: InspectionThresholds
) -> Finding:
    """Find the lowest review line that sends at most this share of the line's parts to review.

    Parameters
    ----------
    scores : SortedScores
        Of validation pictures.
    most_load : float
        Share of all parts of the line, in [0, 1].
    defect_rate : float
        Of the line, in [0, 1].
    current : InspectionThresholds
        The reject line stays.
    """
    rule = f"at most {100 * most_load:g} % of parts to review at {100 * defect_rate:g} % defective"
    if not (len(scores.good) and len(scores.defective)):
        return _nothing_to_find(rule, scores)
    edges = threshold_edges(scores)
    edges = np.append(edges[~reaches(edges, current.reject_at)], current.reject_at)
    load = np.zeros(len(edges))
    for values, weight in ((scores.good, 1 - defect_rate), (scores.defective, defect_rate)):
        load += weight * (count_reaching(values, edges) - count_reaching(values, current.reject_at)) / len(values)
    index = int(np.flatnonzero(load <= most_load + _TIE)[0])
    review_at = current.reject_at if index == len(edges) - 1 else middle_of_gap(edges, index)
    found = InspectionThresholds(review_at, current.reject_at)
    choice = f"Took the lowest review line that does it: {_lines(found)} sends {100 * load[index]:.2f} % to review"
    return Finding(rule, f"{choice} ({scores.words}, weighted to the line's defect rate).", found)


def best_f1(scores: SortedScores, current: InspectionThresholds) -> Finding:
    """Find the reject line with the greatest F1 at the balance of these pictures; of equal ones the lowest."""
    rule = "best F1"
    if not (len(scores.good) and len(scores.defective)):
        return _nothing_to_find(rule, scores)
    edges = threshold_edges(scores)
    true, false = count_reaching(scores.defective, edges), count_reaching(scores.good, edges)
    f1 = 2 * true / (true + false + len(scores.defective))
    index = int(np.flatnonzero(f1 >= f1.max() - _TIE)[0])
    found = _with_reject(middle_of_gap(edges, index), current)
    choice = f"Tried every reject line: {_lines(found)} has the best F1, {f1[index]:.4f}"
    return Finding(rule, f"{choice}, at the balance of these pictures ({scores.words}).", found)


def equal_error(scores: SortedScores, current: InspectionThresholds) -> Finding:
    """Find the reject line where the shares of wrongly passed and wrongly rejected parts differ least."""
    rule = "equal error"
    if not (len(scores.good) and len(scores.defective)):
        return _nothing_to_find(rule, scores)
    edges = threshold_edges(scores)
    missed = 1 - count_reaching(scores.defective, edges) / len(scores.defective)
    false = count_reaching(scores.good, edges) / len(scores.good)
    difference = np.abs(missed - false)
    index = int(np.flatnonzero(difference <= difference.min() + _TIE)[0])
    found = _with_reject(middle_of_gap(edges, index), current)
    errors = f"{100 * missed[index]:.2f} % of defective not rejected, {100 * false[index]:.2f} % of good rejected"
    choice = f"Tried every reject line: with {_lines(found)} the errors are as equal as they get, {errors}"
    return Finding(rule, f"{choice} ({scores.words}).", found)


def _with_reject(reject_at: float, current: InspectionThresholds) -> InspectionThresholds:
    return InspectionThresholds(min(current.review_at, reject_at), reject_at)


def _lines(found: InspectionThresholds) -> str:
    if found.review_at == found.reject_at:
        return f"rejecting from {threshold_text(found.reject_at)} without a review band"
    return f"review from {threshold_text(found.review_at)} and rejecting from {threshold_text(found.reject_at)}"


def _nothing_to_find(rule: str, scores: SortedScores) -> Finding:
    lacking = "defective" if len(scores.good) else "good" if len(scores.defective) else "good or defective"
    return Finding(rule, f"Cannot look for this ({rule}): there are no {lacking} parts among the pictures.", None)
