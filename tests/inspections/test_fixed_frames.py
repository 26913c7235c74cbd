"""The fixed frames of products: the last one counts, a cleared one too, and nothing that was saved is lost."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import insert

from defect_app.catalog import read_spec
from defect_app.errors import RecordsUnavailable
from defect_app.inspection.framing import FixedFrame
from defect_app.inspections.fixed_frames import FixedFrames, framed_product
from defect_app.points import Records
from defect_app.storage.audit import AuditTrail
from defect_app.storage.tables import fixed_frames
from tests.model_folders import make_model_folder

LEFT, RIGHT = FixedFrame(0, 0, 0.5, 1), FixedFrame(0.5, 0, 0.5, 1)


def test_the_last_saved_frames_of_a_product_count_until_they_are_cleared(records: Records) -> None:
    frames = FixedFrames(records.database)
    assert frames.of("casting") == ()
    frames.save("casting", [LEFT], who="Ann")
    frames.save("casting", [LEFT, RIGHT], who="Ann")
    frames.save("box", [RIGHT])
    assert frames.of("casting") == (LEFT, RIGHT)
    assert frames.of("box") == (RIGHT,)
    frames.save("casting", [], who="Bob")
    assert frames.of("casting") == ()
    assert frames.of("box") == (RIGHT,)


def test_each_change_stands_in_the_audit_trail(records: Records) -> None:
    frames = FixedFrames(records.database)
    frames.save("casting", [LEFT], who="Ann")
    frames.save("casting", [], who="Bob")
    with records.database.reading() as connection:
        rows = connection.exec_driver_sql("SELECT action, who, subject FROM audit_entries ORDER BY id").all()
    assert [tuple(row) for row in rows] == [
        ("fixed frame saved", "Ann", "casting"),
        ("fixed frame cleared", "Bob", "casting"),
    ]
    assert not AuditTrail(records.database).verify().problem


def test_too_many_frames_are_refused_and_a_long_name_is_cut(records: Records) -> None:
    frames = FixedFrames(records.database)
    with pytest.raises(ValueError, match="at most 24 frames, got 25"):
        frames.save("casting", [LEFT] * 25)
    assert frames.of("casting") == ()
    frames.save("casting", [LEFT], who="A" * 1000)
    assert frames.of("casting") == (LEFT,)


@pytest.mark.parametrize("text", ["no list", "[[1]]", '[["a", 0, 1, 1]]', "[[0, 0, NaN, 1]]", "7"])
def test_what_somebody_wrote_into_the_database_is_no_frame(records: Records, text: str) -> None:
    frames = FixedFrames(records.database)
    frames.save("casting", [LEFT])
    with records.database.writing() as connection:
        created = connection.execute(fixed_frames.select()).one().created
        connection.execute(insert(fixed_frames).values(product="casting", frames=text, who="", created=created))
    with pytest.raises(RecordsUnavailable, match="cannot be read"):
        frames.of("casting")


def test_a_model_without_a_product_is_its_own(tmp_path: Path) -> None:
    spec = read_spec(make_model_folder(tmp_path, familiarity=False))
    assert framed_product(spec) == "casting"
    assert framed_product(replace(spec, product="")) == ":tiny"
