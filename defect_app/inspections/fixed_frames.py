"""The fixed frames of products: drawn, saved and cleared by persons, with nothing ever overwritten."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import astuple
from datetime import UTC, datetime

from sqlalchemy import insert, select

from defect_app.catalog import ModelSpec
from defect_app.errors import RecordsUnavailable
from defect_app.inspection.framing.fixed_frame import MOST_FRAMES, FixedFrame
from defect_app.storage.audit import add_entry
from defect_app.storage.database import Database
from defect_app.storage.tables import fixed_frames
from defect_app.storage.texts import storable

_MOST_WHO = 80
"""Characters that are kept of a name."""


def framed_product(spec: ModelSpec) -> str:
    """Return the name under which the frames of a model's product are kept: a model without one is its own."""
    return spec.product or f":{spec.id}"


class FixedFrames:
    """The frames in a database; every method raises `RecordsUnavailable` when that fails.

    Parameters
    ----------
    database : Database
        An open one.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, product: str) -> tuple[FixedFrame, ...]:
        """Return the frames that each photo of a product is judged in; none means the whole photo."""
        last = (
            select(fixed_frames.c.frames)
            .where(fixed_frames.c.product == product)
            .order_by(fixed_frames.c.id.desc())
            .limit(1)
        )
        with self._database.reading() as connection:
            stored = connection.execute(last).scalar()
        return () if stored is None else frames_from(stored)

    def save(self, product: str, frames: Sequence[FixedFrame], *, who: str = "") -> None:
        """Let photos of a product be judged in these frames from now on; none clears them.

        Raises
        ------
        ValueError
            If there are more than `MOST_FRAMES`.
        """
        if len(frames) > MOST_FRAMES:
            raise ValueError(f"expected at most {MOST_FRAMES} frames, got {len(frames)}")
        who = storable(who)[:_MOST_WHO]
        text = json.dumps([[round(side, 6) for side in astuple(frame)] for frame in frames])
        with self._database.writing(alone_in=fixed_frames) as connection:
            connection.execute(
                insert(fixed_frames).values(product=product, frames=text, who=who, created=datetime.now(UTC))
            )
            action = "fixed frame saved" if frames else "fixed frame cleared"
            add_entry(connection, action, who=who, subject=product, details={"frames": text})


def frames_from(stored: str) -> tuple[FixedFrame, ...]:
    """Return frames as they were stored.

    Raises
    ------
    RecordsUnavailable
        If the text is none of frames.
    """
    try:
        return tuple(FixedFrame.clamped(*map(float, sides)) for sides in json.loads(stored))[:MOST_FRAMES]
    except (TypeError, ValueError) as error:
        raise RecordsUnavailable(
            "The fixed frame of this product cannot be read: somebody wrote into the database.",
            "Clear it, or draw it anew.",
        ) from error
