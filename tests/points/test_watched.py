"""Points are read once for many requests; a change shows, a loss is said, and nothing old is used for long."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from defect_app.points import Records, open_records, watched
from defect_app.points.watched import WatchedPoints
from defect_app.storage import change_mark
from tests.operating_points import NOT_CHOSEN, a_point
from tests.postgresql import run_statement
from tests.waiting import wait_until

DEFAULT = a_point("default", 0.3, 0.7, how=NOT_CHOSEN)


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    address = f"sqlite:///{tmp_path / 'records.sqlite'}"
    monkeypatch.setenv("DEFECT_APP_DATABASE_URL", address)
    return address


class Opened:
    """Opens the records, and counts how often."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self) -> Records:
        self.count += 1
        return open_records()


def settled(points: WatchedPoints, opened: Opened) -> None:
    """Wait until the files are old enough for what was read to be used again."""

    def is_used_again() -> bool:
        before = opened.count
        points.point_in_use(DEFAULT)
        return opened.count == before

    wait_until(is_used_again, "the point is used again")


@pytest.fixture
def never_old(monkeypatch: pytest.MonkeyPatch) -> None:
    """However busy the machine is: nothing is read for its age alone."""
    monkeypatch.setattr(watched, "FRESH_S", 1000.0)
    monkeypatch.setattr(watched, "STALE_S", 1000.0)


@pytest.mark.usefixtures("never_old")
def test_many_requests_read_the_point_once(url: str) -> None:
    saved = open_records().save_point(a_point(), who="Ada", activate=True)
    opened = Opened()
    points = WatchedPoints(opened)
    settled(points, opened)
    before = opened.count
    for _ in range(100):
        assert points.point_in_use(DEFAULT).saved == saved
    assert opened.count == before


def night(records: Records) -> None:
    records.save_point(a_point("dusk", 0.1, 0.2), activate=True)


def switched_off(records: Records) -> None:
    records.deactivate(DEFAULT.model_id)


@pytest.mark.usefixtures("never_old")
@pytest.mark.parametrize(
    ("change", "applied"), [(night, "dusk"), (switched_off, "default")], ids=["another", "switched off"]
)
def test_a_change_by_anybody_on_this_machine_shows_at_once(
    url: str, change: Callable[[Records], None], applied: str
) -> None:
    open_records().save_point(a_point(), activate=True)
    opened = Opened()
    points = WatchedPoints(opened)
    settled(points, opened)
    change(open_records())
    assert points.point_in_use(DEFAULT).point.name == applied


@pytest.mark.usefixtures("never_old")
@pytest.mark.parametrize("loss", ["gone", "empty", "damaged"])
def test_lost_records_leave_the_point_last_known_and_that_is_said(url: str, tmp_path: Path, loss: str) -> None:
    open_records().save_point(a_point(), activate=True)
    opened = Opened()
    points = WatchedPoints(opened)
    settled(points, opened)
    file = tmp_path / "records.sqlite"
    if loss == "gone":
        file.rename(tmp_path / "elsewhere.sqlite")
    else:
        file.write_bytes(b"" if loss == "empty" else b"no database at all" * 500)
    for _ in range(2):
        used = points.point_in_use(DEFAULT)
        assert (used.point.name, used.point.thresholds) == ("night", a_point().thresholds)
        assert "last known to be in force" in used.warning


def test_a_change_on_another_machine_shows_after_a_while(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watched, "FRESH_S", 0.0)
    monkeypatch.setattr(watched, "STALE_S", 1000.0)
    # As of a server: nothing on this machine tells that it changed, neither its file nor the copy of the point.
    monkeypatch.setattr(watched, "change_mark", lambda _: "a server")
    records = open_records()
    records.save_point(a_point(), activate=True)
    points = WatchedPoints(lambda: records)
    assert points.point_in_use(DEFAULT).point.name == "night"
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("DEFECT_APP_LAST_KNOWN", str(tmp_path / "elsewhere"))
        open_records().save_point(a_point("dusk", 0.1, 0.2), activate=True)
    wait_until(lambda: points.point_in_use(DEFAULT).point.name == "dusk", "the change shows")


def test_processes_of_two_machines_see_each_others_points_in_a_server(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watched, "STALE_S", 1000.0)  # so that nothing but the look in the background shows it
    run_statement(server, "DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    monkeypatch.setenv("DEFECT_APP_DATABASE_URL", f"{server}/postgres")
    monkeypatch.setenv("DEFECT_APP_LAST_KNOWN", str(tmp_path / "here"))
    with closing(open_records()) as records:
        records.save_point(a_point(), activate=True)
        points = WatchedPoints(lambda: records)
        assert points.point_in_use(DEFAULT).point.name == "night"
        with monkeypatch.context() as elsewhere:
            elsewhere.setenv("DEFECT_APP_LAST_KNOWN", str(tmp_path / "elsewhere"))
            with closing(open_records()) as others:
                others.save_point(a_point("dusk", 0.1, 0.2), activate=True)
        wait_until(lambda: points.point_in_use(DEFAULT).point.name == "dusk", "the change shows")


def test_a_point_that_is_too_old_is_not_used(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watched, "STALE_S", 0.0)
    opened = Opened()
    points = WatchedPoints(opened)
    for number in range(1, 4):
        points.point_in_use(DEFAULT)
        assert opened.count == number


def test_a_file_that_was_changed_this_moment_says_nothing_yet(tmp_path: Path) -> None:
    file = tmp_path / "records.sqlite"
    file.write_bytes(b"a")
    wait_until(lambda: change_mark.change_mark(f"sqlite:///{file}"), "it is old enough")
    before = change_mark.change_mark(f"sqlite:///{file}")
    file.write_bytes(b"b")
    assert change_mark.change_mark(f"sqlite:///{file}") != before
    assert change_mark.change_mark(f"sqlite:///{tmp_path / 'missing'}") is None
    assert change_mark.change_mark("postgresql+psycopg://u:p@h/n") == change_mark.change_mark("postgresql://x/y")
