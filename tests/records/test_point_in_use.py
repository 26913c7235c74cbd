"""Which point is applied: the active one if it is for this very model, else the default one with a plain warning."""

from pathlib import Path

import pytest

from defect_app.decision import OperatingPoint
from defect_app.errors import InvalidOperatingPoint, RecordsUnavailable
from defect_app.records import Records, open_records, point_in_use
from tests.records.conftest import SHA, a_point

DEFAULT = OperatingPoint("default", "tiny", 0.3, 0.7, model_sha256=SHA)
OTHER_SHA = "c3" * 32


@pytest.fixture
def records(tmp_path: Path) -> Records:
    return open_records(f"sqlite:///{tmp_path / 'records.sqlite'}")


def unavailable() -> Records:
    raise RecordsUnavailable("The records are away.", "Bring them back.")


def test_without_an_active_point_the_models_own_is_applied(records: Records) -> None:
    records.save_point(a_point())
    used = point_in_use(DEFAULT, opened=lambda: records)
    assert (used.point, used.saved, used.warning) == (DEFAULT, None, "")
    assert used.sentence == "The model's default point. Reject at 0.7 and above, review from 0.3."


def test_the_active_point_is_applied_and_says_who_saved_it(records: Records) -> None:
    saved = records.save_point(a_point(), who="Ada", activate=True)
    used = point_in_use(DEFAULT, opened=lambda: records)
    assert (used.point, used.saved, used.warning) == (saved.point, saved, "")
    assert used.sentence.startswith("night, saved by Ada on ")
    assert "Reject at 0.6 and above, review from 0.2: by hand (702 validation photos)." in used.sentence


@pytest.mark.parametrize(
    ("point", "said"),
    [
        (a_point(model_sha256=OTHER_SHA), "saved for another version of this model"),
        (a_point(model_sha256=""), "does not say which version"),
        (OperatingPoint("night", "tiny", accept_at=0.5, model_sha256=SHA), "another kind of model"),
    ],
    ids=["model changed", "model unknown", "recognition point"],
)
def test_a_point_that_does_not_fit_the_model_is_never_applied_silently(
    records: Records, point: OperatingPoint, said: str
) -> None:
    records.save_point(point, activate=True)
    used = point_in_use(DEFAULT, opened=lambda: records)
    assert (used.point, used.saved) == (DEFAULT, None)
    assert "night" in used.warning
    assert said in used.warning
    assert "default point is used" in used.warning
    with pytest.raises(InvalidOperatingPoint, match=said):
        point_in_use(DEFAULT, "night", lambda: records)


def test_a_named_point_is_taken_in_its_latest_version_or_the_one_asked_for(records: Records) -> None:
    first = records.save_point(a_point(reject_at=0.6), activate=True)
    second = records.save_point(a_point(reject_at=0.65))
    assert point_in_use(DEFAULT, "night", lambda: records).saved == second
    assert point_in_use(DEFAULT, "night", lambda: records, version=1).saved == first
    assert point_in_use(DEFAULT, "default", lambda: records).point == DEFAULT


def test_an_unknown_name_is_an_error_that_names_those_that_exist(records: Records) -> None:
    records.save_point(a_point("day"))
    with pytest.raises(InvalidOperatingPoint, match="no operating point called 'night'") as caught:
        point_in_use(DEFAULT, "night", lambda: records)
    assert caught.value.remedy == "It has: default, day."


def test_without_the_database_the_default_point_is_applied_with_a_warning() -> None:
    used = point_in_use(DEFAULT, opened=unavailable)
    assert used.point == DEFAULT
    assert used.warning == "The records are away. The model's default point is used. Bring them back."
    assert point_in_use(DEFAULT, "default", unavailable).warning == ""
    with pytest.raises(RecordsUnavailable):
        point_in_use(DEFAULT, "night", unavailable)
