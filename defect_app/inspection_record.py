"""The record of an inspection: one flat entry a file, the same in the app's downloads, the command line and the API."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable

from typing_extensions import TypedDict

from defect_app.catalog import ModelSpec
from defect_app.inspection import Inspected
from defect_app.intake import Rejection, spreadsheet_safe

REJECTED_FILE = "REJECTED_FILE"


class InspectionRecord(TypedDict):
    """One file of a batch; probabilities are in [0, 1], and what does not apply is None.

    `operating_point` names the thresholds that the verdict was made with, and says them in words.
    """

    file: str
    sha256: str
    verdict: str
    label: str | None
    p: dict[str, float]
    p_defect: float | None
    familiar: bool | None
    reason: str
    operating_point: str | None


def record_of(result: Inspected | Rejection, spec: ModelSpec, *, note: str = "") -> InspectionRecord:
    """Return the record of one judged or refused file.

    Parameters
    ----------
    result : Inspected or Rejection
        What became of the file.
    spec : ModelSpec
        The model that judged it.
    note : str
        Added to the reason, for example that the same photo came before.
    """
    if isinstance(result, Rejection):
        reason = f"{result.reason}. {result.remedy}".strip()
        return InspectionRecord(
            file=result.name, sha256=result.sha256, verdict=REJECTED_FILE, label=None, p={}, p_defect=None,
            familiar=None, reason=reason, operating_point=None,
        )  # fmt: skip
    judgement = result.judgement
    point = judgement.point
    return InspectionRecord(
        file=result.photo.name,
        sha256=result.photo.sha256,
        verdict=judgement.verdict.value,
        label=judgement.label,
        p={name: float(p) for name, p in zip(spec.class_names, result.probabilities, strict=True)},
        p_defect=judgement.p_defect,
        familiar=result.acquaintance.familiar if result.acquaintance else None,
        reason=" ".join(part for part in (judgement.reason, note) if part),
        operating_point=f"{point.name}: {point.sentence}",
    )


def records_as_json(records: Iterable[InspectionRecord]) -> str:
    """Return the records as a JSON array, one record a line."""
    return "[\n" + ",\n".join(json.dumps(r, ensure_ascii=False) for r in records) + "\n]\n"


def records_as_csv(records: Iterable[InspectionRecord], class_names: Iterable[str]) -> str:
    """Return the records as CSV: the fixed columns, then ``p_<class>`` for each class.

    Text that a spreadsheet would run as a formula is defused (see `intake.spreadsheet_safe`).
    """
    names = list(class_names)
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    fixed = ("file", "sha256", "verdict", "label", "p_defect", "familiar", "reason", "operating_point")
    writer.writerow([*fixed, *(f"p_{name}" for name in names)])
    for record in records:
        cells = [record[name] for name in fixed]  # type: ignore[literal-required]
        cells += [record["p"].get(name, "") for name in names]
        writer.writerow([spreadsheet_safe(c) if isinstance(c, str) else "" if c is None else c for c in cells])
    return buffer.getvalue()
