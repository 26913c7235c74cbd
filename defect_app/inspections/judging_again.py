"""Stored inspections judged again, from their stored scores: no photo is needed, and nothing is changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from defect_app.catalog import ModelSpec
from defect_app.decision import Judgement, OperatingPoint, judge
from defect_app.familiarity import FamiliarityResult
from defect_app.inspections.stored_inspection import StoredInspection


def judged_again(stored: StoredInspection, spec: ModelSpec, point: OperatingPoint) -> Judgement | None:
    """Return the judgement that a stored inspection would get at another operating point of the same model.

    Parameters
    ----------
    stored : StoredInspection
        As it was stored.
    spec : ModelSpec
        The model that judged it.
    point : OperatingPoint
        Of that model.

    Returns
    -------
    Judgement or None
        None for a file that was not judged, or by another version of the model: its scores are not these.
    """
    record, evidence = stored.record, stored.evidence
    if not record.p or record.model_sha256 != spec.identity or set(record.p) != set(spec.class_names):
        return None
    probabilities = np.array([record.p[name] for name in spec.class_names], np.float32)
    near = tuple(np.array(one, np.float32) for one in evidence.near)
    known = None
    if record.familiar is not None and evidence.distance is not None and evidence.limit is not None:
        known = FamiliarityResult(record.familiar, evidence.distance, evidence.limit, evidence.quality_problems)
    return judge(probabilities, spec, point, known, doubt=evidence.doubt, near=near, is_part=evidence.is_part)


@dataclass(frozen=True)
class VerdictChanges:
    """What another operating point would change.

    Attributes
    ----------
    judged : int
        How many were judged again.
    left_out : int
        How many could not be: files that were no photos, and those of another version of the model.
    changes : mapping of (str, str) to int
        How many would go from the first verdict to the second.
    changed : tuple of StoredInspection
        The first of them.
    """

    judged: int
    left_out: int
    changes: Counter[tuple[str, str]]
    changed: tuple[StoredInspection, ...]


def verdict_changes(
    inspections: Iterable[StoredInspection], spec: ModelSpec, point: OperatingPoint, *, most_listed: int = 50
) -> VerdictChanges:
    """Return what an operating point would change about stored inspections of its model."""
    judged = left_out = 0
    changes: Counter[tuple[str, str]] = Counter()
    changed: list[StoredInspection] = []
    for stored in inspections:
        again = judged_again(stored, spec, point)
        if again is None:
            left_out += 1
            continue
        judged += 1
        if again.verdict != stored.record.verdict:
            changes[stored.record.verdict, again.verdict.value] += 1
            if len(changed) < most_listed:
                changed.append(stored)
    return VerdictChanges(judged, left_out, changes, tuple(changed))
