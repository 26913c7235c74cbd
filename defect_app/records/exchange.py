"""Operating points as JSON, and back: read strictly, since a file may have been edited or be another's."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from defect_app.decision import OperatingPoint
from defect_app.errors import InvalidOperatingPoint
from defect_app.records.saved_point import SavedPoint, checked_name

if TYPE_CHECKING:
    from defect_app.evaluation.line import Costs

FORM = "defect-lens-operating-points"
FORM_VERSION = 1
MOST_CHARACTERS = 2_000_000
MOST_POINTS = 1000
_TEXTS = ("model_sha256", "evaluation_sha256", "split", "rule", "note")
_THRESHOLDS = ("review_at", "reject_at", "accept_at")
_COSTS = ("missed_defect", "false_reject", "human_review")
_INFORMATION = ("version", "who", "created", "active")
"""Written for readers; an import gives its own."""
_SHA256 = re.compile(r"[0-9a-f]{64}|")


@dataclass(frozen=True)
class PointDraft:
    """A point that was read and may be saved."""

    point: OperatingPoint
    note: str
    costs: Costs | None
    defect_rate: float | None


def points_as_json(points: Iterable[SavedPoint]) -> str:
    """Return saved points as JSON text."""
    return json.dumps(
        {"form": FORM, "form_version": FORM_VERSION, "points": [described_point(p) for p in points]},
        indent=2,
        ensure_ascii=False,
    )


def points_from_json(text: str) -> tuple[PointDraft, ...]:
    """Read what `points_as_json` wrote.

    Raises
    ------
    InvalidOperatingPoint
        If it is not that; the message names the point and the entry.
    """
    remedy = "Nothing was imported. Choose a file that was made by exporting operating points."
    if len(text) > MOST_CHARACTERS:
        raise InvalidOperatingPoint(f"The file is longer than {MOST_CHARACTERS:,} characters.", remedy)
    try:
        table = json.loads(text, parse_constant=_refuse_constant, object_pairs_hook=_no_repeats)
    except (ValueError, RecursionError) as error:
        raise InvalidOperatingPoint(f"The file is not valid JSON: {str(error)[:200]}.", remedy) from error
    if not isinstance(table, dict) or table.get("form") != FORM:
        raise InvalidOperatingPoint("The file holds no operating points of Defect Lens.", remedy)
    if table.get("form_version") != FORM_VERSION:
        raise InvalidOperatingPoint(
            f"The file has the form version {str(table.get('form_version'))[:20]}, expected {FORM_VERSION}.", remedy
        )
    entries = table.get("points")
    if not isinstance(entries, list) or not 1 <= len(entries) <= MOST_POINTS:
        raise InvalidOperatingPoint(f"The file must hold from 1 to {MOST_POINTS:,} points.", remedy)
    drafts = []
    for number, entry in enumerate(entries, start=1):
        try:
            drafts.append(_draft(entry))
        except (InvalidOperatingPoint, ValueError) as error:
            raise InvalidOperatingPoint(f"Point {number} of the file: {error}", remedy) from error
    names = [(d.point.model_id, d.point.name) for d in drafts]
    if len(set(names)) < len(names):
        raise InvalidOperatingPoint("Two points of the file have the same model and name.", remedy)
    return tuple(drafts)


def described_point(saved: SavedPoint) -> dict[str, Any]:
    """Return a saved point as the entries of its JSON object."""
    point = saved.point
    described: dict[str, Any] = {"model_id": point.model_id, "name": point.name}
    described |= {n: getattr(point, n) for n in _THRESHOLDS if getattr(point, n) is not None}
    described |= {n: getattr(point, n) for n in _TEXTS if n != "note"}
    described |= {"n": point.n, "note": saved.note, "defect_rate": saved.defect_rate}
    described["costs"] = None if saved.costs is None else {n: getattr(saved.costs, n) for n in _COSTS}
    described |= {"version": saved.version, "who": saved.who, "created": saved.created.isoformat()}
    return described | {"active": saved.active}


def _draft(entry: Any) -> PointDraft:
    if not isinstance(entry, dict):
        raise ValueError(f"expected an object, got {type(entry).__name__}.")
    known = {"model_id", "name", "n", "defect_rate", "costs", *_TEXTS, *_THRESHOLDS, *_INFORMATION}
    unknown = sorted(set(entry) - known)
    if unknown:
        raise ValueError(f"the entry {unknown[0][:40]!r} is not known.")
    texts = {n: _typed(entry, n, str, "") for n in _TEXTS}
    for name in ("model_sha256", "evaluation_sha256"):
        if not _SHA256.fullmatch(texts[name]):
            raise ValueError(f"{name} must be 64 hexadecimal digits or empty.")
    model_id = _typed(entry, "model_id", str, None)
    if not model_id.strip():
        raise ValueError("model_id is empty.")
    n = _typed(entry, "n", int, 0)
    if not 0 <= n < 2**31:
        raise ValueError(f"n must be a whole number of 0 or more, got {n}.")
    point = OperatingPoint(
        name=checked_name(_typed(entry, "name", str, None)),
        model_id=model_id,
        **{t: _number(entry, t) for t in _THRESHOLDS},  # type: ignore[arg-type]
        n=n,
        **{t: texts[t] for t in _TEXTS if t != "note"},
    )
    return PointDraft(point, texts["note"], _costs(entry.get("costs")), _number(entry, "defect_rate"))


def _costs(entry: Any) -> Costs | None:
    if entry is None:
        return None
    from defect_app.evaluation.line import Costs

    if not isinstance(entry, dict) or set(entry) != set(_COSTS):
        raise ValueError(f"costs must hold {', '.join(_COSTS)}.")
    amounts = [_number(entry, name) for name in _COSTS]
    if None in amounts:
        raise ValueError("costs must be three numbers.")
    return Costs(*amounts)  # type: ignore[arg-type]


def _typed(entry: dict[str, Any], name: str, kind: type, default: Any) -> Any:
    value = entry.get(name, default)
    if not isinstance(value, kind) or isinstance(value, bool):
        wanted = {str: "text", int: "a whole number"}[kind]
        raise ValueError(f"{name} must be {wanted}, got {'nothing' if value is None else str(value)[:40]!r}.")
    return value


def _number(entry: dict[str, Any], name: str) -> float | None:
    value = entry.get(name)
    if value is None:
        return None
    if not isinstance(value, int | float) or isinstance(value, bool) or abs(value) > 1e15:
        raise ValueError(f"{name} must be a number, got {str(value)[:40]!r}.")
    return float(value)


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is no number")


def _no_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    keys = [key for key, _ in pairs]
    if len(set(keys)) < len(keys):
        raise ValueError("an entry is given twice")
    return dict(pairs)
