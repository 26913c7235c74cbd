"""Records that are taken as they are bring no point into force that lets more pass, by one person's word."""

import os
from pathlib import Path

import pytest

from defect_app.errors import InvalidOperatingPoint
from defect_app.points import PointAction, adopt_records, open_records, point_in_use
from defect_app.points.last_known import last_known_points
from defect_app.storage.audit import AuditTrail
from tests.operating_points import NOT_CHOSEN, a_point
from tests.points.test_point_in_use import run_sql

DEFAULT = a_point("default", 0.3, 0.7, how=NOT_CHOSEN)
STRICT, MILD = a_point("strict", 0.1, 0.2), a_point("mild", 0.4, 0.8)


@pytest.fixture
def rule(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEFECT_APP_SECOND_PERSON", "true")


@pytest.fixture
def own_copies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of this test's copies of last known points."""
    folder = tmp_path / "last-known"
    monkeypatch.setenv("DEFECT_APP_LAST_KNOWN", str(folder))
    return folder


@pytest.fixture
def file(tmp_path: Path, own_copies: Path) -> Path:
    """Return a database whose strict point is in force, and whose milder one is only saved."""
    assert own_copies
    made = tmp_path / "records.sqlite"
    records = open_records(f"sqlite:///{made}")
    records.save_point(MILD, who="Ada")
    records.save_point(STRICT, note="after the audit", who="Ada", activate=True, default=DEFAULT)
    records.close()
    return made


def lose(file: Path) -> str:
    """Take a database away, and return its address."""
    for leftover in file.parent.glob(f"{file.name}*"):
        leftover.unlink()
    return f"sqlite:///{file}"


def change_every_copy() -> None:
    for copy in Path(os.environ["DEFECT_APP_LAST_KNOWN"]).rglob("active-*.json"):
        copy.write_text(copy.read_text().replace("0.2", "0.9"))


def in_force(url: str) -> tuple[str, str]:
    records = open_records(url)
    used = point_in_use(DEFAULT, opened=lambda: records)
    records.close()
    return used.point.name if used.point.is_known else "", used.warning


def test_the_point_of_a_lost_database_stays_in_force_in_the_new_one(file: Path) -> None:
    url = lose(file)
    adoption = adopt_records(url, who="Bo", defaults=[DEFAULT])
    assert (adoption.kept, adoption.is_done) == (("tiny",), True)
    assert in_force(url) == ("strict", "")
    saved = open_records(url).active_point("tiny")
    assert saved is not None
    assert (saved.point, saved.who, saved.note) == (STRICT, "Ada", "after the audit")


def test_the_audit_trail_says_who_adopted_and_what_was_kept(file: Path) -> None:
    url = lose(file)
    adopt_records(url, who="Bo", defaults=[DEFAULT])
    records = open_records(url)
    entries = list(AuditTrail(records.database).entries())
    assert [(e.action, e.who) for e in entries] == [("point kept in force", "Bo"), ("records adopted", "Bo")]
    assert '"kept_points_of": "tiny"' in entries[-1].details
    assert AuditTrail(records.database).verify().problem == ""


def test_after_that_going_back_to_the_default_is_a_change_like_any_other(file: Path) -> None:
    url = lose(file)
    adopt_records(url, who="Bo", defaults=[DEFAULT])
    records = open_records(url)
    assert records.deactivate("tiny", who="Bo", default=DEFAULT)
    assert in_force(url) == ("default", "")


@pytest.mark.usefixtures("rule")
def test_by_the_two_person_rule_one_person_cannot_bring_the_default_back_by_adopting(file: Path) -> None:
    url = lose(file)
    assert adopt_records(url, who="Ada", defaults=[DEFAULT]).is_done
    records = open_records(url)
    assert not records.deactivate("tiny", who="Ada", default=DEFAULT)
    assert in_force(url) == ("strict", "")
    assert records.deactivate("tiny", who="Bo", default=DEFAULT)


def test_an_older_copy_does_not_bring_its_milder_point_back(url: str, own_copies: Path) -> None:
    records = open_records(url)
    records.save_point(MILD, activate=True)
    records.save_point(STRICT, activate=True)
    assert own_copies.exists()
    run_sql(url, "DELETE FROM point_events WHERE id = (SELECT max(id) FROM point_events)")
    assert adopt_records(url, who="Bo", defaults=[DEFAULT]).kept == ("tiny",)
    assert in_force(url) == ("strict", "")
    history = open_records(url).history("tiny")
    assert (history[0].action, history[0].who) == (PointAction.KEPT, "Bo")
    assert len(open_records(url).points("tiny")) == 2, "the version that is there already is not saved again"


def test_a_database_whose_point_is_stricter_counts_as_it_is(url: str, own_copies: Path) -> None:
    records = open_records(url)
    records.save_point(STRICT, activate=True)
    records.save_point(MILD, activate=True)
    assert own_copies.exists()
    run_sql(url, "DELETE FROM point_events WHERE id = (SELECT max(id) FROM point_events)")
    assert adopt_records(url, defaults=[DEFAULT]).kept == ()
    assert in_force(url) == ("strict", "")


def test_a_default_that_was_in_force_is_not_replaced_by_a_milder_point_of_an_older_copy(
    url: str, own_copies: Path
) -> None:
    records = open_records(url)
    records.save_point(MILD, activate=True)
    records.deactivate("tiny")
    assert own_copies.exists()
    run_sql(url, "DELETE FROM point_events WHERE id = (SELECT max(id) FROM point_events)")
    assert adopt_records(url, defaults=[DEFAULT]).kept == ("tiny",)
    assert in_force(url) == ("default", "")


@pytest.mark.usefixtures("rule")
def test_where_the_point_in_force_is_not_known_adopting_takes_two_persons(file: Path) -> None:
    change_every_copy()
    url = lose(file)
    assert not adopt_records(url, who="Ada", defaults=[DEFAULT]).is_done
    assert not adopt_records(url, who=" ada", defaults=[DEFAULT]).is_done, "the same person again"
    assert not file.exists()
    assert adopt_records(url, who="Bo", defaults=[DEFAULT]).is_done
    (entry,) = AuditTrail(open_records(url).database).entries()
    assert (entry.action, entry.who) == ("records adopted", "Bo")
    assert '"proposed_by": "Ada"' in entry.details
    assert in_force(url) == ("default", "")


@pytest.mark.usefixtures("rule")
def test_a_model_of_which_nothing_is_known_takes_two_persons(file: Path) -> None:
    url = lose(file)
    other = a_point("default", model_id="other")
    assert not adopt_records(url, who="Ada", defaults=[DEFAULT, other]).is_done


@pytest.mark.usefixtures("rule")
def test_who_adopts_what_is_not_known_has_a_name(file: Path) -> None:
    change_every_copy()
    with pytest.raises(InvalidOperatingPoint, match="two persons are needed"):
        adopt_records(lose(file), defaults=[DEFAULT])


@pytest.mark.usefixtures("rule")
def test_a_word_about_an_earlier_loss_does_not_count(file: Path) -> None:
    change_every_copy()
    kept, url = file.read_bytes(), lose(file)
    assert not adopt_records(url, who="Ada", defaults=[DEFAULT]).is_done
    file.write_bytes(kept)
    records = open_records(url)
    records.save_point(STRICT, who="Cy", activate=True, default=DEFAULT)
    records.close()
    change_every_copy()
    assert not adopt_records(lose(file), who="Bo", defaults=[DEFAULT]).is_done


def test_without_the_rule_one_person_says_that_the_default_counts_where_nothing_is_known(file: Path) -> None:
    change_every_copy()
    url = lose(file)
    assert adopt_records(url, defaults=[DEFAULT]).is_done
    assert in_force(url) == ("default", "")


def test_a_tampered_copy_is_not_kept(file: Path) -> None:
    change_every_copy()
    known = last_known_points(f"sqlite:///{file}")
    assert known.any_untrusted
    assert known.all() == {}
