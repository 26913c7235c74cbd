"""Rows of the table of inspections to dataclasses and back."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row

from defect_app.decision import THRESHOLD_NAMES, thresholds_from
from defect_app.errors import InvalidOperatingPoint, RecordsUnavailable
from defect_app.inspection.framing import Frame
from defect_app.inspection.record import InspectionRecord
from defect_app.inspections.identity import key_of, new_id, once_in_batch
from defect_app.inspections.stored_inspection import Evidence, KeptPhoto, NewInspection, StoredInspection
from defect_app.storage.texts import storable

MOST_BATCH, MOST_PART, MOST_WHO = 80, 200, 80
"""Characters that are kept of each."""


def values_of(new: NewInspection) -> dict[str, Any]:
    """Return the columns of an inspection that is to be stored, under an id of its own."""
    record = new.record
    # To the millisecond, as the id has it.
    judged_at = new.judged_at.astimezone(UTC)
    judged_at = judged_at.replace(microsecond=judged_at.microsecond // 1000 * 1000)
    inspection_id = new_id(judged_at)
    batch, part, who = storable(new.batch)[:MOST_BATCH], storable(new.part)[:MOST_PART], storable(new.who)[:MOST_WHO]
    file, label = storable(record.file), None if record.label is None else storable(record.label)
    return {
        "key": key_of(inspection_id),
        "id": inspection_id,
        "judged_at": judged_at,
        "source": str(new.source),
        "batch": batch,
        "part": part or None,
        "who": who or None,
        "file": file,
        "sha256": record.sha256,
        "verdict": record.verdict,
        "label": label,
        "p": json.dumps(dict(record.p)),
        "p_defect": record.p_defect,
        "familiar": record.familiar,
        "reason": storable(record.reason),
        "operating_point": None if record.operating_point is None else storable(record.operating_point),
        "duplicate_of": None if record.duplicate_of is None else storable(record.duplicate_of),
        "frame": json.dumps(record.frame) if record.frame else None,
        "model": record.model,
        "model_sha256": record.model_sha256,
        "evidence": _evidence_as_json(new.evidence),
        "photo": str(new.photo),
        "once": once_in_batch(batch, record, new.place),
        "words": " ".join(filter(None, (file, part, who, batch, label))).lower(),
    }


def with_new_id(values: dict[str, Any]) -> dict[str, Any]:
    """Return the columns under another id."""
    inspection_id = new_id(values["judged_at"])
    return values | {"key": key_of(inspection_id), "id": inspection_id}


def stored_from_values(new: NewInspection, values: dict[str, Any]) -> StoredInspection:
    """Return the inspection that was stored with these columns."""
    record = replace(
        new.record,
        id=values["id"],
        judged_at=_moment_text(values["judged_at"]),
        source=values["source"],
        batch=values["batch"],
        part=values["part"],
        who=values["who"],
    )
    return StoredInspection(record, new.evidence, new.photo)


def stored_from(row: Row[Any]) -> StoredInspection:
    """Return the inspection of a row.

    Raises
    ------
    RecordsUnavailable
        If the row is none that was stored here: somebody wrote into the database.
    """
    try:
        return _stored_from(row)
    except (InvalidOperatingPoint, AttributeError, KeyError, TypeError, ValueError) as error:
        raise RecordsUnavailable(
            f"The records hold an inspection that cannot be read, {row.id}: {str(error).rstrip('.')}.",
            "Restore the database from a copy.",
        ) from error


def _stored_from(row: Row[Any]) -> StoredInspection:
    record = InspectionRecord(
        file=row.file,
        sha256=row.sha256,
        verdict=row.verdict,
        label=row.label,
        p={str(name): float(p) for name, p in json.loads(row.p).items()},
        p_defect=row.p_defect,
        familiar=row.familiar,
        reason=row.reason,
        operating_point=row.operating_point,
        duplicate_of=row.duplicate_of,
        frame=Frame(*json.loads(row.frame)) if row.frame else None,
        model=row.model,
        model_sha256=row.model_sha256,
        id=row.id,
        judged_at=_moment_text(row.judged_at),
        source=row.source,
        batch=row.batch,
        part=row.part,
        who=row.who,
    )
    return StoredInspection(record, _evidence_from_json(row.evidence), KeptPhoto(row.photo))


def _moment_text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")


def _evidence_as_json(evidence: Evidence) -> str:
    # Named one by one: `asdict` copies all that is inside, which takes as long as the rest of the row.
    thresholds = None if evidence.thresholds is None else vars(evidence.thresholds)
    described = vars(evidence) | {"thresholds": thresholds, "is_part": evidence.is_part or None}
    return json.dumps({name: value for name, value in described.items() if value not in (None, "", ())})


def _evidence_from_json(text: str) -> Evidence:
    described = json.loads(text)
    thresholds = described.get("thresholds")
    return Evidence(
        distance=described.get("distance"),
        limit=described.get("limit"),
        quality_problems=tuple(described.get("quality_problems", ())),
        doubt=described.get("doubt", ""),
        near=tuple(tuple(probabilities) for probabilities in described.get("near", ())),
        is_part=described.get("is_part", False),
        thresholds=thresholds_from(**(dict.fromkeys(THRESHOLD_NAMES) | thresholds)) if thresholds else None,
    )
