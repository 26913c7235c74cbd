"""Operating points as JSON, and back: read strictly, since a file may have been edited or be another's."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Annotated, Any, Self

from pydantic import Field, StrictFloat

from defect_app.catalog import ThresholdEntries
from defect_app.decision import THRESHOLD_NAMES, Costs, OperatingPoint
from defect_app.errors import InvalidDocument, InvalidOperatingPoint
from defect_app.points.saved_point import MOST_NAME, MOST_NOTE, SavedPoint, checked_name
from defect_app.validation import validated

FORM = "defect-lens-operating-points"
FORM_VERSION = 1
MOST_CHARACTERS = 2_000_000
MOST_POINTS = 1000
_ORIGIN = "[Saved elsewhere"
Sha256 = Annotated[str, Field(pattern="^([0-9a-f]{64})?$", description="64 hexadecimal digits or empty")]
NotEmpty = Annotated[str, Field(pattern=r"\S", description="text that is not empty")]
Share = Annotated[StrictFloat, Field(ge=0, le=1)]


@dataclass(frozen=True, kw_only=True)
class PointEntries(ThresholdEntries):
    """The entries of one point in the file; an import gives its own version, and says in the note who saved it when."""

    model_id: NotEmpty
    name: str
    model_sha256: Sha256 = ""
    evaluation_sha256: Sha256 = ""
    note: str = ""
    defect_rate: Share | None = None
    costs: Costs | None = None
    version: Any = None
    who: str | None = None
    created: str | None = None
    active: Any = None

    @classmethod
    def of(cls, saved: SavedPoint) -> Self:
        """Take them from a saved point."""
        point, chosen = saved.point, saved.point.chosen
        return cls(
            **asdict(point.thresholds),
            split=chosen.split,
            n=chosen.n,
            rule=chosen.rule,
            model_id=point.model_id,
            name=point.name,
            model_sha256=point.model_sha256,
            evaluation_sha256=point.evaluation_sha256,
            note=saved.note,
            defect_rate=saved.defect_rate,
            costs=saved.costs,
            version=saved.version,
            who=saved.who,
            created=saved.created.isoformat(),
            active=saved.active,
        )


@dataclass(frozen=True)
class PointDraft:
    """A point that was read and may be saved; its note says where it comes from."""

    point: OperatingPoint
    note: str
    costs: Costs | None
    defect_rate: float | None

    def is_kept_as(self, saved: SavedPoint) -> bool:
        """Whether a saved point holds the very same: then it was imported, or exported, here before."""
        kept = (saved.point, saved.costs, saved.defect_rate)
        notes = (self.note, self.note.partition(_ORIGIN)[0].strip())
        return kept == (self.point, self.costs, self.defect_rate) and saved.note in notes


def points_as_json(points: Iterable[SavedPoint]) -> str:
    """Return saved points as JSON text."""
    return json.dumps(
        {"form": FORM, "form_version": FORM_VERSION, "points": [described_point(p) for p in points]},
        indent=2,
        ensure_ascii=False,
    )


def points_from_json(text: str, model_id: str | None = None) -> tuple[PointDraft, ...]:
    """Read what `points_as_json` wrote, with or without a byte order mark.

    Parameters
    ----------
    text : str
        The file's.
    model_id : str, optional
        Refuse points of any other model.

    Raises
    ------
    InvalidOperatingPoint
        If it is not that; the message names the point and the entry.
    """
    remedy = "Nothing was imported. Choose a file that was made by exporting operating points."
    if len(text) > MOST_CHARACTERS:
        raise InvalidOperatingPoint(f"The file is longer than {MOST_CHARACTERS:,} characters.", remedy)
    try:
        table = json.loads(
            text.removeprefix("\ufeff"), parse_constant=_refuse_constant, object_pairs_hook=_without_repeats
        )
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
            drafts.append(_draft(validated(PointEntries, entry)))
        except (InvalidDocument, InvalidOperatingPoint) as error:
            raise InvalidOperatingPoint(f"Point {number} of the file: {str(error).rstrip('.')}.", remedy) from error
    if len(set(drafts)) < len(drafts):
        raise InvalidOperatingPoint("Two points of the file are the same.", remedy)
    other = next((d.point.model_id for d in drafts if model_id not in (None, d.point.model_id)), None)
    if other is not None:
        raise InvalidOperatingPoint(
            f"The file holds a point of the model {other}, not of {model_id}.", "Nothing was imported."
        )
    return tuple(drafts)


def described_point(saved: SavedPoint) -> dict[str, Any]:
    """Return a saved point as the entries of its JSON object."""
    described = asdict(PointEntries.of(saved))
    of_other_kinds = [name for name in THRESHOLD_NAMES if described[name] is None]
    return {name: value for name, value in described.items() if name not in of_other_kinds}


def _draft(entries: PointEntries) -> PointDraft:
    point = OperatingPoint(
        name=checked_name(entries.name),
        model_id=entries.model_id,
        chosen=entries.chosen,
        model_sha256=entries.model_sha256,
        evaluation_sha256=entries.evaluation_sha256,
    )
    return PointDraft(point, _with_origin(entries), entries.costs, entries.defect_rate)


def _with_origin(entries: PointEntries) -> str:
    """Return the note, and after it who saved the point where it comes from, and when: the import is another's deed."""
    if _ORIGIN in entries.note:
        return entries.note
    by = f" by {entries.who[:MOST_NAME]}" if entries.who else ""
    when = f" on {entries.created[:16].replace('T', ' ')} UTC" if entries.created else ""
    said = f"{entries.note} {_ORIGIN}{by}{when}]".strip()
    # What a person wrote is not cut short for it.
    return said if (by or when) and len(said) <= MOST_NOTE else entries.note


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is no number")


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    keys = [key for key, _ in pairs]
    if len(set(keys)) < len(keys):
        raise ValueError("an entry is given twice")
    return dict(pairs)
