"""The frames that apply, also while the records cannot be read: those last known, or none that decides."""

from pathlib import Path

import pytest

from defect_app.decision import default_point
from defect_app.errors import RecordsUnavailable
from defect_app.inspection import Inspector
from defect_app.inspection.framing import FixedFrame, FramesInUse
from defect_app.inspections.fixed_frames import FixedFrames
from defect_app.inspections.frames_in_use import WatchedFrames, frames_in_use
from defect_app.points import Records
from defect_app.storage.database import Database
from defect_app.storage.memory import DatabaseMemory

LEFT, RIGHT = FixedFrame(0, 0, 0.5, 1), FixedFrame(0.5, 0, 0.5, 1)


def away() -> Database:
    raise RecordsUnavailable("The records cannot be read: the disk is gone.", "Bring it back.")


def test_frames_that_were_read_once_apply_while_the_records_are_away(records: Records) -> None:
    def memory() -> DatabaseMemory:
        return records.database.memory

    assert frames_in_use("casting", away, memory) == FramesInUse()
    FixedFrames(records.database).save("casting", [LEFT, RIGHT])
    assert frames_in_use("casting", lambda: records.database) == FramesInUse((LEFT, RIGHT))
    found = frames_in_use("casting", away, memory)
    assert (found.frames, found.is_known) == ((LEFT, RIGHT), True)
    assert "the disk is gone" in found.warning
    assert "last known" in found.warning
    FixedFrames(records.database).save("casting", [])
    assert frames_in_use("casting", lambda: records.database) == FramesInUse()
    assert frames_in_use("casting", away, memory) == FramesInUse()


def test_what_was_remembered_and_changed_since_leaves_every_photo_to_a_person(
    records: Records, tiny_models: Path
) -> None:
    memory = records.database.memory
    FixedFrames(records.database).save("casting", [LEFT])
    frames_in_use("casting", lambda: records.database)
    (kept,) = memory.folder.glob("frames-*.json")
    kept.write_text(kept.read_text().replace("0.5", "0.6"))
    found = frames_in_use("casting", away, lambda: memory)
    assert not found.is_known
    point = default_point(Inspector.from_id("tiny", tiny_models).spec)
    assert not found.at(point).is_known
    assert FramesInUse((LEFT,)).at(point) is point


def test_a_frame_that_was_saved_shows_at_the_next_question(records: Records, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("defect_app.inspections.frames_in_use.STALE_S", 0.0)
    watched = WatchedFrames(lambda: records.database)
    assert watched.of("casting") == FramesInUse()
    FixedFrames(records.database).save("casting", [RIGHT])
    assert watched.of("casting") == FramesInUse((RIGHT,))
    assert watched.of("box") == FramesInUse()
