"""A saved operating point, a change in its history, and what may be written about either."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from defect_app.decision import DEFAULT_NAME, Costs, OperatingPoint
from defect_app.errors import InvalidOperatingPoint

MOST_NAME = 80
MOST_NOTE = 2000


class PointAction(StrEnum):
    """What was done: in words that complete "Ada … Night shift"."""

    SAVED = "saved"
    IMPORTED = "imported"
    ACTIVATED = "activated"
    ROLLED_BACK = "rolled back to"
    DEACTIVATED = "switched off"
    KEPT = "kept in force"
    PROPOSED = "proposed"
    PROPOSED_DEFAULT = "proposed to end"


ABOUT_ACTIVITY = (PointAction.ACTIVATED, PointAction.ROLLED_BACK, PointAction.KEPT, PointAction.DEACTIVATED)
"""What says which point is in force from then on."""


@dataclass(frozen=True)
class SavedPoint:
    """One version of a named operating point, as it was saved.

    Attributes
    ----------
    id : int
        Its row in the database.
    point : OperatingPoint
        The thresholds, with the model and evaluation that they were chosen with.
    version : int
        1 for the first point of this name and model, one more each time the name is saved again.
    note, who : str
        What the person wrote, and who that was; both may be empty.
    created : datetime
        When it was saved, in UTC.
    costs : Costs or None
        The three named amounts that it was chosen with.
    defect_rate : float or None
        The line's share of defective parts that it was chosen with, in [0, 1].
    active : bool
        Whether this version is the one that is applied.
    """

    id: int
    point: OperatingPoint
    version: int
    note: str
    who: str
    created: datetime
    costs: Costs | None
    defect_rate: float | None
    active: bool

    @property
    def name(self) -> str:
        """The point's name."""
        return self.point.name

    @property
    def origin(self) -> str:
        """Name, version, who and when, without a full stop: "Night shift, version 2, saved by Ada on 21 Nov 2026"."""
        said = self.name if self.version == 1 else f"{self.name}, version {self.version}"
        by = f" by {self.who}" if self.who else ""
        return f"{said}, saved{by} on {self.created.day} {self.created:%b %Y}"


@dataclass(frozen=True)
class PointEvent:
    """One change: who did what, to which version, and when.

    Attributes
    ----------
    id : int
        Its place in the history; a later change has a higher one.
    model_id : str
        The model.
    action : PointAction
        What was done.
    who : str
        Who did it; may be empty.
    created : datetime
        When, in UTC.
    saved : SavedPoint or None
        The version that was saved, activated or switched off.
    """

    id: int
    model_id: str
    action: PointAction
    who: str
    created: datetime
    saved: SavedPoint | None


def open_proposals(history: Sequence[PointEvent]) -> tuple[PointEvent, ...]:
    """Return what waits for a second person by a model's history, newest first: what was proposed since a change.

    A proposal ends when any point comes into force; who proposes the same again says nothing new.
    """
    found: dict[tuple[PointAction, int | None], PointEvent] = {}
    for event in history:
        if event.action in ABOUT_ACTIVITY:
            break
        if event.action in (PointAction.PROPOSED, PointAction.PROPOSED_DEFAULT):
            found[event.action, event.saved.id if event.saved else None] = event
    return tuple(found.values())


def applicable(saved: SavedPoint, model_sha256: str) -> bool:
    """Return whether a point was chosen on this very model, by its identity: another version may give other scores.

    Points that the first version of the app saved carry the hash of the weights alone, `catalog.weights_sha256`, which
    does not say with which labels, roles, input and familiarity they were chosen: a person saves them anew.
    """
    return bool(model_sha256) and saved.point.model_sha256 == model_sha256


def same_person(one: str, other: str) -> bool:
    """Return whether two names are one person's: capitals and blanks make no other."""
    return " ".join(one.casefold().split()) == " ".join(other.casefold().split())


def checked_name(name: str) -> str:
    """Return the name of a point without blanks around it.

    Raises
    ------
    InvalidOperatingPoint
        If it is empty, too long, "default", or has characters that cannot be seen.
    """
    name = checked_text("The name of an operating point", name, MOST_NAME)
    if not name:
        raise InvalidOperatingPoint("The operating point has no name.", "Give it one, such as: night shift.")
    if name.casefold() == DEFAULT_NAME:
        raise InvalidOperatingPoint(
            f"The name {name!r} belongs to the point that the model is delivered with.", "Choose another name."
        )
    return name


def checked_text(what: str, text: str, most: int, *, lines: bool = False) -> str:
    """Return text without blanks around it.

    Parameters
    ----------
    what : str
        What it is, for the message.
    text : str
        As a person wrote it.
    most : int
        The number of characters it may have.
    lines : bool
        Whether it may have several lines.

    Raises
    ------
    InvalidOperatingPoint
        If it is too long, or has control characters or halves of characters, which no database keeps alike.
    """
    text = str(text).strip()
    if len(text) > most:
        raise InvalidOperatingPoint(f"{what} has {len(text):,} characters.", f"Keep it to {most:,}.")
    allowed = "\n\r\t" if lines else ""
    if any(unicodedata.category(c) in ("Cc", "Cs") and c not in allowed for c in text):
        raise InvalidOperatingPoint(f"{what} has characters that cannot be shown.", "Type it anew.")
    return text


def with_active(points: Sequence[SavedPoint], active: SavedPoint | None) -> tuple[SavedPoint, ...]:
    """Return points with the active version among them: an older one than the latest may be in force."""
    if active is None or any(saved.id == active.id for saved in points):
        return tuple(points)
    return (*points, active)
