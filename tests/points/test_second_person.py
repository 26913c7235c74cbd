"""At a site with the two-person rule a point that lets more pass is made active by a second person alone."""

from dataclasses import replace
from pathlib import Path

import pytest

from defect_app.catalog import InspectionThresholds, RecognitionThresholds, Thresholds
from defect_app.errors import InvalidOperatingPoint
from defect_app.points import PointAction, Records, open_records
from defect_app.points.second_person import lets_more_pass
from tests.operating_points import a_point

DEFAULT = a_point("default", 0.3, 0.7)
STRICT, MILD = a_point("strict", 0.1, 0.2), a_point("mild", 0.4, 0.8)


@pytest.fixture
def rule(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEFECT_APP_SECOND_PERSON", "true")


@pytest.fixture
def records(tmp_path: Path) -> Records:
    opened = open_records(f"sqlite:///{tmp_path / 'records.sqlite'}")
    opened.save_point(MILD, who="Ada")
    return opened


@pytest.mark.parametrize(
    ("new", "old", "more"),
    [
        (InspectionThresholds(0.2, 0.6), InspectionThresholds(0.2, 0.6), False),
        (InspectionThresholds(0.1, 0.5), InspectionThresholds(0.2, 0.6), False),
        (InspectionThresholds(0.3, 0.6), InspectionThresholds(0.2, 0.6), True),
        (InspectionThresholds(0.1, 0.7), InspectionThresholds(0.2, 0.6), True),
        (RecognitionThresholds(0.5), RecognitionThresholds(0.6), True),
        (RecognitionThresholds(0.7), RecognitionThresholds(0.6), False),
        (RecognitionThresholds(0.7), InspectionThresholds(0.2, 0.6), True),
    ],
    ids=["same", "stricter", "reviews later", "rejects later", "accepts sooner", "accepts later", "other kind"],
)
def test_what_lets_more_pass(new: Thresholds, old: Thresholds, more: bool) -> None:
    assert lets_more_pass(new, old) is more


def test_without_the_rule_one_person_is_enough(records: Records) -> None:
    assert records.activate("tiny", "mild", who="Ada", default=DEFAULT).active


@pytest.mark.usefixtures("rule")
def test_a_stricter_point_needs_one_person(records: Records) -> None:
    assert records.save_point(STRICT, who="Ada", activate=True, default=DEFAULT).active


@pytest.mark.usefixtures("rule")
def test_a_milder_one_is_proposed_by_the_first_and_made_active_by_the_second(records: Records) -> None:
    assert not records.activate("tiny", "mild", who="Ada", default=DEFAULT).active
    assert not records.activate("tiny", "mild", who=" ADA ", default=DEFAULT).active, "the same person again"
    assert records.active_point("tiny") is None
    assert records.activate("tiny", "mild", who="Bo", default=DEFAULT).active
    did = [(e.action, e.who) for e in records.history("tiny")]
    assert did == [(PointAction.ACTIVATED, "Bo"), (PointAction.PROPOSED, "Ada"), (PointAction.SAVED, "Ada")]


@pytest.mark.usefixtures("rule")
def test_a_milder_one_is_saved_and_proposed_in_one_step(records: Records) -> None:
    assert not records.save_point(MILD, who="Ada", activate=True, default=DEFAULT).active
    assert records.activate("tiny", "mild", who="Bo", default=DEFAULT).active


@pytest.mark.usefixtures("rule")
def test_going_back_to_a_milder_default_needs_two_persons_too(records: Records) -> None:
    records.save_point(STRICT, who="Ada", activate=True, default=DEFAULT)
    assert not records.deactivate("tiny", who="Ada", default=DEFAULT)
    assert records.active_point("tiny") is not None
    assert records.deactivate("tiny", who="Bo", default=DEFAULT)
    assert records.active_point("tiny") is None


@pytest.mark.usefixtures("rule")
def test_a_proposal_ends_when_another_point_is_made_active_meanwhile(records: Records) -> None:
    records.activate("tiny", "mild", who="Ada", default=DEFAULT)
    records.save_point(STRICT, who="Cy", activate=True, default=DEFAULT)
    assert not records.activate("tiny", "mild", who="Bo", default=DEFAULT).active
    assert records.activate("tiny", "mild", who="Ada", default=DEFAULT).active, "Bo has proposed it since"


@pytest.mark.usefixtures("rule")
def test_nobody_without_a_name_is_one_of_the_two(records: Records) -> None:
    with pytest.raises(InvalidOperatingPoint, match="two persons are needed"):
        records.activate("tiny", "mild", default=DEFAULT)


@pytest.mark.usefixtures("rule")
def test_where_what_is_in_use_cannot_be_compared_two_persons_are_needed(records: Records) -> None:
    assert not records.save_point(STRICT, who="Ada", activate=True).active, "the default is not at hand"
    other = replace(DEFAULT, model_sha256="b2" * 32)
    assert not records.save_point(STRICT, who="Ada", activate=True, default=other).active, "of another version"
