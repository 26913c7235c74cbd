"""Points as JSON: what goes out comes in alike; what is no export is refused whole, with its reason."""

import json
from pathlib import Path

import pytest

from defect_app.decision import Costs
from defect_app.errors import InvalidOperatingPoint
from defect_app.points import PointAction, Records, open_records
from tests.operating_points import SHA, a_point, a_recognition_point


@pytest.fixture(scope="module")
def one_database(tmp_path_factory: pytest.TempPathFactory) -> Records:
    """Open a database that stays empty: what is refused leaves nothing behind."""
    return open_records(f"sqlite:///{tmp_path_factory.mktemp('exchange')}/records.sqlite")


@pytest.fixture
def elsewhere(tmp_path: Path) -> Records:
    """Open the records of another site."""
    return open_records(f"sqlite:///{tmp_path / 'elsewhere.sqlite'}")


def exported(**changes: object) -> str:
    """Return an export of two points; `changes` go into the second."""
    first = {"model_id": "tiny", "name": "day", "review_at": 0.2, "reject_at": 0.6, "model_sha256": SHA}
    second = {**first, "name": "night", **changes}
    points = [first, {k: v for k, v in second.items() if v != "absent"}]
    return json.dumps({"form": "defect-lens-operating-points", "form_version": 1, "points": points})


def test_an_export_holds_the_latest_versions_and_comes_in_elsewhere_with_who_saved_them(
    records: Records, elsewhere: Records
) -> None:
    records.save_point(a_point("day", reject_at=0.5))
    records.save_point(a_point("day", reject_at=0.7), note="n", who="Ada", costs=Costs(1, 2, 3), defect_rate=0.1)
    records.save_point(a_recognition_point("sure"), activate=True)
    before = {p.name: p for p in records.points("tiny")}
    imported = elsewhere.import_points(records.export_points("tiny"), "Bob")
    assert {p.name: p.version for p in imported} == {"day": 1, "sure": 1}
    for point in imported:
        old = before[point.name]
        assert (point.point, point.costs, point.defect_rate) == (old.point, old.costs, old.defect_rate)
        assert (point.who, point.active) == ("Bob", False)
    when = f"{before['day'].created:%Y-%m-%d %H:%M} UTC"
    assert {p.name: p.note for p in imported}["day"] == f"n [Saved elsewhere by Ada on {when}]"
    assert elsewhere.active_point("tiny") is None
    assert [e.action for e in elsewhere.history("tiny")[:2]] == [PointAction.IMPORTED] * 2


def test_the_same_file_a_second_time_brings_nothing_and_so_does_ones_own_export(
    records: Records, elsewhere: Records
) -> None:
    records.save_point(a_point("day", reject_at=0.5), note="n", who="Ada", costs=Costs(1, 2, 3), defect_rate=0.1)
    text = records.export_points("tiny")
    assert records.import_points(text, "Bob") == ()
    assert len(elsewhere.import_points(text, "Bob")) == 1
    assert elsewhere.import_points(text, "Eve") == ()
    # What went through elsewhere keeps the name of who saved it first.
    assert records.import_points(elsewhere.export_points("tiny"), "Bob") == ()
    moved = text.replace("0.5", "0.55")
    assert [p.version for p in elsewhere.import_points(moved, "Bob")] == [2]


def test_every_version_can_be_taken_along_the_oldest_first(records: Records, elsewhere: Records) -> None:
    for reject_at in (0.5, 0.6, 0.7):
        records.save_point(a_point("day", reject_at=reject_at), activate=reject_at == 0.5)
    latest_and_active = json.loads(records.export_points("tiny"))["points"]
    assert sorted(p["version"] for p in latest_and_active) == [1, 3]
    imported = elsewhere.import_points(records.export_points("tiny", every_version=True))
    assert [(p.version, p.point.thresholds.decisive) for p in imported] == [(1, 0.5), (2, 0.6), (3, 0.7)]


def test_a_long_note_is_not_cut_for_who_saved_it(records: Records, elsewhere: Records) -> None:
    records.save_point(a_point("day"), note="x" * 2000, who="Ada")
    assert elsewhere.import_points(records.export_points("tiny"))[0].note == "x" * 2000


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "not valid JSON"),
        ("[" * 100_000, "not valid JSON"),
        ("[]", "no operating points"),
        ('{"form": "other"}', "no operating points"),
        ('{"form": "defect-lens-operating-points", "form_version": 2, "points": []}', "form version 2"),
        ('{"form": "defect-lens-operating-points", "form_version": 1, "points": []}', "from 1 to 1,000 points"),
        ('{"form": "defect-lens-operating-points", "form_version": 1, "points": [3]}', "Point 1 .*must be a table"),
        ('{"form": "a", "form": "defect-lens-operating-points"}', "twice"),
        (exported(reject_at=float("nan")), "NaN is no number"),
        (exported(reject_at=1.5), "Point 2 of the file: reject_at must be a number from 0 to 1"),
        (exported(reject_at=0.1), "lies above the reject threshold"),
        (exported(reject_at="0.6"), "reject_at must be a number"),
        (exported(reject_at=True), "reject_at must be a number"),
        (exported(reject_at="absent"), "either review_at and reject_at, or accept_at"),
        (exported(accept_at=0.5), "either review_at and reject_at, or accept_at"),
        (exported(name="absent"), "the entry 'name' is missing"),
        (exported(name=7), "name must be text"),
        (exported(name="default"), "delivered with"),
        (exported(name="day"), "are the same"),
        (exported(model_id=" "), "model_id must be text that is not empty"),
        (exported(model_sha256="short"), "64 hexadecimal digits"),
        (exported(n=-1), "n must be a whole number"),
        (exported(n=1.5), "n must be a whole number"),
        (exported(n=10**12), "n must be a whole number"),
        (exported(n=10**400), "n must be a whole number"),
        (exported(n="many"), "Point 2 of the file: n must be a whole number from 0 to 2147483647, got 'many'"),
        (exported(n=True), "n must be a whole number"),
        (exported(n=None), "n must be a whole number from 0 to 2147483647, got nothing"),
        (exported(note="x" * 3000), "The note has 3,000 characters"),
        (exported(rule="a\x00b"), "cannot be shown"),
        (exported(note=["x"]), "note must be text"),
        (exported(note="\ud800"), "cannot be shown"),
        (exported(defect_rate=2), "defect_rate must be a number from 0 to 1, got 2"),
        (exported(defect_rate=10**400), "defect_rate must be a number from 0 to 1"),
        (exported(defect_rate=False), "defect_rate must be a number from 0 to 1, got False"),
        (exported(costs=7), "costs must be a table, got 7"),
        (exported(costs={"missed_defect": 1}), "the entry 'costs.false_reject' is missing"),
        (exported(costs={"missed_defect": "9", "false_reject": 1, "human_review": 1}), "an amount of 0 or more"),
        (exported(costs={"missed_defect": 1e300, "false_reject": 1, "human_review": 1}), "must be an amount"),
        (exported(costs={"missed_defect": 1, "false_reject": 1, "human_review": 1, "x": 1}), "unknown entry 'costs.x'"),
        (exported(costs={"missed_defect": -1, "false_reject": 1, "human_review": 1}), "missed_defect"),
        (exported(costs={"missed_defect": None, "false_reject": 1, "human_review": 1}), "0 or more, got nothing"),
        (exported(shell="rm -rf"), "unknown entry 'shell'"),
        ("x" * 2_000_001, "longer than"),
    ],
    ids=lambda value: str(value)[:40] if len(str(value)) < 80 else "",
)  # fmt: skip
def test_what_is_no_export_is_refused_whole(one_database: Records, text: str, said: str) -> None:
    with pytest.raises(InvalidOperatingPoint, match=said):
        one_database.import_points(text, "Ada")
    assert one_database.history("tiny") == ()


def test_a_byte_order_mark_that_an_editor_left_is_no_part_of_an_export(records: Records) -> None:
    assert len(records.import_points("\ufeff" + exported())) == 2


def test_points_of_another_model_can_be_refused(records: Records) -> None:
    with pytest.raises(InvalidOperatingPoint, match="of the model tiny, not of casting"):
        records.import_points(exported(), model_id="casting")
    assert len(records.import_points(exported(), model_id="tiny")) == 2
