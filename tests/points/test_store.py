"""Saving, finding, activating and taking back operating points, alike on SQLite and on PostgreSQL."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import NullPool, create_engine, text

from defect_app.decision import ChosenThresholds, Costs, InspectionThresholds
from defect_app.errors import InvalidOperatingPoint, RecordsUnavailable
from defect_app.points import PointAction, Records, applicable, open_records
from tests.operating_points import SHA, HowChosen, a_point, a_recognition_point


def test_at_first_nothing_is_saved_and_nothing_is_active(records: Records) -> None:
    assert records.points("tiny") == ()
    assert records.history("tiny") == ()
    assert records.active_point("tiny") is None
    assert records.find_point("tiny", "night") is None


def test_a_saved_point_comes_back_as_it_went_in_and_outlives_the_process_that_saved_it(
    records: Records, url: str
) -> None:
    point = a_point(
        review_at=0.1 + 0.2, reject_at=1 - 2**-50, evaluation_sha256="b2" * 32, how=HowChosen(rule="≥ “3” in 1,000")
    )
    costs = Costs(1234.56, 0.1, 7)
    saved = records.save_point(point, note="why\nand how", who="Ada Löf 🙂", costs=costs, defect_rate=0.013)
    assert saved.point == point
    assert (saved.version, saved.note, saved.who) == (1, "why\nand how", "Ada Löf 🙂")
    assert (saved.costs, saved.defect_rate, saved.active) == (costs, 0.013, False)
    assert saved.created.utcoffset() == timedelta(0)
    assert abs(datetime.now(UTC) - saved.created) < timedelta(seconds=30)
    assert open_records(url).find_point("tiny", "night") == saved


def test_a_recognition_point_is_kept_too(records: Records) -> None:
    point = a_recognition_point("sure", 0.75, model_id="colours")
    assert records.save_point(point).point == point


def test_numbers_of_numpy_are_kept_as_numbers(records: Records) -> None:
    point = a_point(review_at=np.float64(0.25), reject_at=np.float32(0.5), how=HowChosen(n=np.int64(7)))  # type: ignore[arg-type]
    saved = records.save_point(point, defect_rate=np.float64(0.5))
    assert saved.point.chosen == ChosenThresholds(InspectionThresholds(0.25, 0.5), "validation", 7, "by hand")
    assert saved.defect_rate == 0.5


def test_a_name_saved_again_is_a_new_version_and_the_old_one_is_kept(records: Records) -> None:
    first = records.save_point(a_point(reject_at=0.6), who="Ada")
    second = records.save_point(a_point(reject_at=0.7), who="Bob")
    assert [first.version, second.version] == [1, 2]
    assert records.points("tiny") == (second,)
    assert records.find_point("tiny", "night") == second
    assert records.find_point("tiny", "night", 1) == first
    assert [e.saved for e in records.history("tiny")] == [second, first]


def test_points_are_listed_newest_first_and_apart_for_each_model(records: Records) -> None:
    for name in ("a", "b", "c", "a"):
        records.save_point(a_point(name))
    records.save_point(a_point("other", model_id="casting"), activate=True)
    assert [p.name for p in records.points("tiny")] == ["a", "c", "b"]
    assert [p.name for p in records.points("casting")] == ["other"]
    assert records.active_point("tiny") is None


def test_one_point_is_active_at_a_time(records: Records) -> None:
    records.save_point(a_point("day"), activate=True)
    night = records.save_point(a_point("night"), activate=True)
    assert night.active
    assert records.active_point("tiny") == night
    assert [(p.name, p.active) for p in records.points("tiny")] == [("night", True), ("day", False)]
    day = records.activate("tiny", "day", who="Ada")
    assert day.active
    assert records.active_point("tiny") == day


def test_a_new_version_is_not_applied_before_it_is_activated(records: Records) -> None:
    first = records.save_point(a_point(reject_at=0.6), activate=True)
    second = records.save_point(a_point(reject_at=0.7))
    assert records.active_point("tiny") == first
    assert not second.active
    assert records.activate("tiny", "night").version == 2


def test_the_history_says_who_did_what_newest_first(records: Records) -> None:
    records.save_point(a_point(reject_at=0.6), who="Ada", activate=True)
    records.save_point(a_point(reject_at=0.7), who="Bob", activate=True)
    records.activate("tiny", "night", who="Cem", version=1)
    records.activate("tiny", "night", who="nobody: it is active already", version=1)
    records.deactivate("tiny", who="Dee")
    records.deactivate("tiny", who="nobody: none is active")
    done = [(e.who, e.action, e.saved.version) for e in records.history("tiny") if e.saved]
    assert done == [
        ("Dee", PointAction.DEACTIVATED, 1),
        ("Cem", PointAction.ROLLED_BACK, 1),
        ("Bob", PointAction.ACTIVATED, 2),
        ("Bob", PointAction.SAVED, 2),
        ("Ada", PointAction.ACTIVATED, 1),
        ("Ada", PointAction.SAVED, 1),
    ]
    assert records.active_point("tiny") is None
    assert not any(e.saved.active for e in records.history("tiny") if e.saved)


def test_a_point_that_does_not_exist_cannot_be_activated_and_the_message_names_those_that_do(records: Records) -> None:
    records.save_point(a_point("day"), activate=True)
    wrong_ones: tuple[dict[str, Any], ...] = (
        {"name": "evening"},
        {"name": "day", "version": 2},
        {"name": "day", "model_id": "casting"},
    )
    for wrong in wrong_ones:
        with pytest.raises(InvalidOperatingPoint) as caught:
            records.activate(**{"model_id": "tiny", **wrong})
        assert ("day" in caught.value.remedy) is ("model_id" not in wrong)
    active = records.active_point("tiny")
    assert active is not None
    assert active.name == "day"


@pytest.mark.parametrize(
    "name",
    ["", "   ", "default", " Default ", "n" * 81, "a\x00b", "two\nlines", "\x1b[2J", "\ud800"],
    ids=["empty", "blank", "default", "Default", "too long", "NUL", "two lines", "escape", "half a character"],
)
def test_a_name_that_cannot_be_kept_is_refused(records: Records, name: str) -> None:
    with pytest.raises(InvalidOperatingPoint):
        records.save_point(a_point(name))
    assert records.points("tiny") == ()


@pytest.mark.parametrize("name", ["'; DROP TABLE saved_points; --", "<script>", "=cmd()", "%s {0} :who", "nuit d’été"])
def test_a_name_is_data(records: Records, name: str) -> None:
    records.save_point(a_point(f" {name} "), activate=True)
    active = records.active_point("tiny")
    assert active is not None
    assert active.name == name


@pytest.mark.parametrize(
    "wrong",
    [{"note": "n" * 2001}, {"note": "a\x00"}, {"who": "w" * 81}, {"defect_rate": 1.1}, {"defect_rate": float("nan")}],
    ids=str,
)
def test_what_cannot_be_kept_about_a_point_is_refused(records: Records, wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidOperatingPoint):
        records.save_point(a_point(), **wrong)
    assert records.history("tiny") == ()


def test_a_point_is_applicable_to_the_model_that_it_was_chosen_on_only(records: Records) -> None:
    saved = records.save_point(a_point())
    assert applicable(saved, SHA)
    assert not applicable(saved, "c3" * 32)
    unknown = replace(saved, point=replace(saved.point, model_sha256=""))
    assert not applicable(unknown, "")


def test_a_saved_point_says_who_saved_it_and_when(records: Records) -> None:
    saved = records.save_point(a_point(), who="Ada")
    day = f"{saved.created.day} {saved.created:%b %Y}"
    assert saved.origin == f"night, saved by Ada on {day}"
    assert replace(saved, version=3, who="").origin == f"night, version 3, saved on {day}"


def test_a_row_that_somebody_else_wrote_is_named_instead_of_applied(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'records.sqlite'}"
    records = open_records(url)
    records.save_point(a_point("night"), activate=True)
    with create_engine(url, poolclass=NullPool).begin() as connection:
        connection.execute(text("UPDATE saved_points SET reject_at = 'high'"))
    for read in (lambda: records.active_point("tiny"), lambda: records.points("tiny")):
        with pytest.raises(RecordsUnavailable, match="'night' of tiny in version 1: reject_at must") as caught:
            read()
        assert "Restore" in caught.value.remedy
