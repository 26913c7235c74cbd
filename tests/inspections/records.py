"""Inspections to store, as a door would hand them over."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from defect_app.decision import InspectionThresholds
from defect_app.inspection.framing import Frame
from defect_app.inspection.record import InspectionRecord
from defect_app.inspections import Evidence, NewInspection, Source

NOON = datetime(2026, 11, 20, 12, 0, 0, 123_000, tzinfo=UTC)


def a_record(number: int = 1, **changed: Any) -> InspectionRecord:
    p_defect = changed.pop("p_defect", 0.25)
    entries: dict[str, Any] = {
        "file": f"part-{number:04d}.jpg",
        "sha256": f"{number:064x}",
        "verdict": "PASS",
        "label": "good",
        "p": {"good": 1 - (p_defect or 0.0), "bad": p_defect or 0.0},
        "p_defect": p_defect,
        "familiar": True,
        "reason": "Defect score 0.250 is below the review threshold 0.3.",
        "operating_point": "default: Review from 0.3, reject from 0.7.",
        "duplicate_of": None,
        "frame": Frame(0, 0, 640, 480),
        "model": "tiny",
        "model_sha256": "a1" * 32,
    }
    return InspectionRecord(**(entries | changed))


def a_new_inspection(number: int = 1, **changed: Any) -> NewInspection:
    handed_over = {
        name: changed.pop(name) for name in ("batch", "part", "who", "place", "source", "photo") if name in changed
    }
    evidence = changed.pop("evidence", Evidence(0.1, 0.22, (), "", InspectionThresholds(0.3, 0.7)))
    judged_at = changed.pop("judged_at", NOON + timedelta(seconds=number))
    entries: dict[str, Any] = {"source": Source.CLI, "batch": "monday"} | handed_over
    return NewInspection(record=a_record(number, **changed), evidence=evidence, judged_at=judged_at, **entries)
