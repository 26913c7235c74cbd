"""The two-person rule: a point that lets more pass than the one in use is made active by a second person alone."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy import Connection, select

from defect_app.decision import InspectionThresholds, OperatingPoint, RecognitionThresholds, Thresholds
from defect_app.errors import InvalidOperatingPoint
from defect_app.points.rows import active_state, log_change
from defect_app.points.saved_point import MOST_NAME, PointAction, checked_text, same_person
from defect_app.settings import settings
from defect_app.storage.tables import point_events


@dataclass(frozen=True)
class Asking:
    """Who wants a point to come into force: a name, and whether a person bears it, or a program's key."""

    who: str
    is_person: bool = True


def asking(who: str | Asking) -> Asking:
    """Return who asks, the name checked; a bare name is a person's.

    Raises
    ------
    InvalidOperatingPoint
        If the name cannot be kept.
    """
    asks = who if isinstance(who, Asking) else Asking(who)
    return replace(asks, who=checked_text("The name of the person", asks.who, MOST_NAME))


def may_come_into_force(
    connection: Connection,
    new: OperatingPoint,
    default: OperatingPoint | None,
    change: tuple[int, PointAction],
    asks: Asking,
) -> bool:
    """Return whether a point may come into force now; at sites with the two-person rule see `is_second_person`."""
    return not settings().second_person or is_second_person(connection, new, default, change, asks)


def lets_more_pass(new: Thresholds, old: Thresholds) -> bool:
    """Return whether any score gets a milder verdict: a later review or rejection, or a label that comes sooner."""
    if isinstance(new, InspectionThresholds) and isinstance(old, InspectionThresholds):
        return new.review_at > old.review_at or new.reject_at > old.reject_at
    if isinstance(new, RecognitionThresholds) and isinstance(old, RecognitionThresholds):
        return new.accept_at < old.accept_at
    return True


def is_second_person(
    connection: Connection,
    new: OperatingPoint,
    default: OperatingPoint | None,
    change: tuple[int, PointAction],
    asks: Asking,
) -> bool:
    """Return whether a person may bring a point into force now; the first one who wants to is noted as proposing it.

    Parameters
    ----------
    connection : Connection
        Open for writing.
    new : OperatingPoint
        The point that is to be applied from now on.
    default : OperatingPoint or None
        The model's own, in use where none is active; None where it is not at hand: it counts as the strictest.
    change : (int, PointAction)
        The saved point that is changed by it, and how a proposal of that is noted.
    asks : Asking
        Who wants it.

    Raises
    ------
    InvalidOperatingPoint
        If a second person is needed and this is none, or has no name.
    """
    point_id, proposal = change
    state = active_state(connection, new.model_id)
    old = state.saved.point if state.saved else default
    # Where the active point is for another version of the model, nothing passes: whatever comes lets more pass.
    is_comparable = old is not None and old.model_sha256 == new.model_sha256
    if old is not None and is_comparable and not lets_more_pass(new.thresholds, old.thresholds):
        return True
    if not asks.is_person:
        raise InvalidOperatingPoint(
            "This point lets more pass than the one in use, so that two persons are needed, and a key is none.",
            "Make it active on the page Thresholds, signed in.",
        )
    who = asks.who
    if not who:
        raise InvalidOperatingPoint(
            "This point lets more pass than the one in use, so that two persons are needed.", "Say who you are."
        )
    proposed = select(point_events.c.who).where(
        point_events.c.model_id == new.model_id,
        point_events.c.point_id == point_id,
        point_events.c.action == proposal.value,
        point_events.c.id > state.event_id,
    )
    persons = list(connection.execute(proposed).scalars())
    if not all(same_person(person, who) for person in persons):
        return True
    if not persons:
        log_change(connection, new.model_id, proposal, point_id, who)
    return False
