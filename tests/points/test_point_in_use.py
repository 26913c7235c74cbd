"""Which point is applied: the active one if it is for this very model, the one last known, or none that decides."""

import os
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine, NullPool, create_engine, event, text

from defect_app.catalog import load_catalog, weights_sha256
from defect_app.decision import OperatingPoint, default_point
from defect_app.errors import InvalidOperatingPoint, RecordsUnavailable
from defect_app.points import Records, adopt_records, open_records, point_in_use, points_in_use
from tests.operating_points import NOT_CHOSEN, a_point, a_recognition_point

DEFAULT = a_point("default", 0.3, 0.7, how=NOT_CHOSEN)
OTHER_SHA = "c3" * 32


@pytest.fixture
def records(tmp_path: Path) -> Records:
    return open_records(f"sqlite:///{tmp_path / 'records.sqlite'}")


def run_sql(url: str, *statements: str) -> None:
    """Change a database behind the app's back."""
    with create_engine(url, poolclass=NullPool).begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


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
        (a_recognition_point("night"), "another kind of model"),
    ],
    ids=["model changed", "model unknown", "recognition point"],
)
def test_a_point_that_does_not_fit_the_model_is_never_applied_silently(
    records: Records, point: OperatingPoint, said: str
) -> None:
    records.save_point(point, activate=True)
    used = point_in_use(DEFAULT, opened=lambda: records)
    assert not used.point.is_known
    assert used.saved is None
    assert "night" in used.warning
    assert said in used.warning
    assert "Every photo goes to review" in used.warning
    with pytest.raises(InvalidOperatingPoint, match=said):
        point_in_use(DEFAULT, "night", lambda: records)


def test_a_point_that_the_first_version_of_the_app_saved_is_not_applied_until_it_is_saved_anew(
    records: Records, tiny_models: Path
) -> None:
    entry = load_catalog(tiny_models).get("tiny")
    default = default_point(entry.usable_spec)
    old = replace(a_point(), model_sha256=weights_sha256(entry.folder))
    records.save_point(old, activate=True)
    used = point_in_use(default, opened=lambda: records)
    assert not used.point.is_known
    assert "or by an earlier version of the app, so it is not applied" in used.warning
    records.save_point(replace(old, model_sha256=default.model_sha256), activate=True)
    assert point_in_use(default, opened=lambda: records).point.thresholds == old.thresholds


def test_many_models_get_each_its_own_point_from_as_many_queries_as_one(records: Records) -> None:
    defaults = [replace(DEFAULT, model_id=f"model-{n:03}") for n in range(200)]
    saved = records.save_point(a_point("day", model_id="model-007"), activate=True)
    records.save_point(a_point("off", model_id="model-008"), activate=True)
    records.deactivate("model-008")
    statements: list[str] = []

    def note(*arguments: object) -> None:
        statements.append(str(arguments[2]))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        used = points_in_use(defaults, lambda: records)
        asked_of_many = len(statements)
        one = point_in_use(defaults[7], opened=lambda: records)
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    assert asked_of_many == len(statements) - asked_of_many
    assert used[7] == one
    assert used[7].saved == saved
    assert [u.point for n, u in enumerate(used) if n != 7] == [d for n, d in enumerate(defaults) if n != 7]


def test_many_models_without_the_database_are_each_judged_by_the_point_last_known(records: Records) -> None:
    saved = records.save_point(a_point("day"), activate=True)
    point_in_use(DEFAULT, opened=lambda: records)
    other = replace(DEFAULT, model_id="other")
    known, unknown = points_in_use([DEFAULT, other], unavailable, lambda: records.last_known)
    assert known.saved is not None
    assert known.saved.point == saved.point
    assert not unknown.point.is_known


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


def test_without_the_database_and_anything_known_every_photo_goes_to_review() -> None:
    used = point_in_use(DEFAULT, opened=unavailable)
    assert not used.point.is_known
    assert used.point.sentence.startswith("Every photo goes to review. The records are away.")
    assert used.warning.endswith("Every photo goes to review. Bring them back.")
    assert point_in_use(DEFAULT, "default", unavailable).warning == ""
    with pytest.raises(RecordsUnavailable):
        point_in_use(DEFAULT, "night", unavailable)


def test_without_the_database_the_point_last_known_to_be_active_is_applied(records: Records) -> None:
    saved = records.save_point(a_point(), who="Ada", activate=True)
    used = point_in_use(DEFAULT, opened=unavailable, last_known=lambda: records.last_known)
    assert used.point.thresholds == saved.point.thresholds
    assert used.point.is_known
    assert "last known to be in force" in used.warning
    assert "Last known to be in force: the records are away." in used.point.sentence
    assert used.origin == saved.origin


def test_a_point_that_was_switched_off_is_not_what_was_last_known(records: Records) -> None:
    records.save_point(a_point(), activate=True)
    records.deactivate("tiny")
    used = point_in_use(DEFAULT, opened=unavailable, last_known=lambda: records.last_known)
    assert used.point.thresholds == DEFAULT.thresholds
    assert "The model's default point, last known to be in force, is applied" in used.warning


def test_a_copy_of_the_last_known_point_that_was_changed_is_not_trusted(records: Records, tmp_path: Path) -> None:
    records.save_point(a_point(reject_at=0.6), activate=True)
    copies = list(Path(os.environ["DEFECT_APP_LAST_KNOWN"]).rglob("active-*.json"))
    (mine,) = [c for c in copies if '"night"' in c.read_text() and c.stat().st_mtime >= tmp_path.stat().st_mtime]
    mine.write_text(mine.read_text().replace("0.6", "0.9"))
    used = point_in_use(DEFAULT, opened=unavailable, last_known=lambda: records.last_known)
    assert not used.point.is_known


def test_another_models_last_known_point_is_not_applied_to_a_model_that_was_replaced(records: Records) -> None:
    records.save_point(a_point(), activate=True)
    replaced = replace(DEFAULT, model_sha256=OTHER_SHA)
    used = point_in_use(replaced, opened=unavailable, last_known=lambda: records.last_known)
    assert not used.point.is_known


def test_a_database_that_was_set_back_does_not_bring_an_older_point_into_force(url: str) -> None:
    records = open_records(url)
    records.save_point(a_point(reject_at=0.9), activate=True)
    strict = records.save_point(a_point(reject_at=0.3), activate=True)
    run_sql(url, f"DELETE FROM point_events WHERE point_id = {strict.id}")
    used = point_in_use(DEFAULT, opened=lambda: records, last_known=lambda: records.last_known)
    assert used.point.thresholds == strict.point.thresholds
    assert "older than what this machine has seen" in used.warning
    adopt_records(url, defaults=[DEFAULT])
    again = open_records(url)
    used = point_in_use(DEFAULT, opened=lambda: again)
    assert (used.point.thresholds, used.warning) == (strict.point.thresholds, "")


def test_another_sites_records_in_the_place_of_these_bring_no_point_of_theirs_into_force(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "records.sqlite"
    url = f"sqlite:///{file}"
    with closing(open_records(url)) as records:
        strict = records.save_point(a_point(reject_at=0.3), activate=True)
    for leftover in tmp_path.glob("records.sqlite*"):
        leftover.unlink()
    with monkeypatch.context() as patch:
        patch.setenv("DEFECT_APP_LAST_KNOWN", str(tmp_path / "another machine's"))
        with closing(open_records(url)) as other:
            for _ in range(5):
                other.save_point(a_point(reject_at=0.9), activate=True)
    with closing(open_records(url)) as records:
        used = point_in_use(DEFAULT, opened=lambda: records, last_known=lambda: records.last_known)
        with pytest.raises(RecordsUnavailable, match="or another's"):
            records.save_point(a_point("new"))
    assert used.point.thresholds == strict.point.thresholds
    assert "or another's" in used.warning


def test_emptied_tables_do_not_bring_the_default_point_into_force(url: str) -> None:
    records = open_records(url)
    saved = records.save_point(a_point(reject_at=0.3), activate=True)
    run_sql(url, "DELETE FROM point_events", "DELETE FROM saved_points")
    used = point_in_use(DEFAULT, opened=lambda: records, last_known=lambda: records.last_known)
    assert used.point.thresholds == saved.point.thresholds
