"""The faults of memory, disk, process and network: each breaks while photos are judged, on the real program."""

from __future__ import annotations

import csv
import json
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from shutil import copytree, rmtree

import psycopg
import pytest
import streamlit as st
from playwright.sync_api import expect, sync_playwright

from defect_app.catalog import find_model, read_spec
from defect_app.decision import default_point
from defect_app.points import open_records
from defect_app.storage.database import database_memory
from tests.browser.conftest import CHROMIUM_FLAGS
from tests.browser.test_inspect import counts, drop, open_inspect
from tests.faults.doors import REFUSED, Answer, by_api, by_command_line, by_page, inspect_page
from tests.faults.model_faults import another_model, roles_exchanged
from tests.faults.record_faults import moved_away, silent_server
from tests.faults.site import GOOD, GOOD_PHOTO, MODEL, PART, PART_PHOTO, SITE_POINT, Site, make_site
from tests.faults.table import LAST_KNOWN, SPECIAL_FAULTS, UNUSABLE, Cell, Door, When, cells_of
from tests.faults.test_faults import BUSY, VERDICT_AT_MOST_S
from tests.postgresql import postgresql_server, standing_still
from tests.served_app import ROOT, running_app
from tests.waiting import wait_until

PHOTOS = 200
CELLS = {"special_cell": [c for door in Door for when in When for c in cells_of(SPECIAL_FAULTS, door, when)]}


def many_photos(site: Site, count: int = PHOTOS) -> None:
    """Let the site have many photos, every other one such that the default point would pass it."""
    for number in range(count):
        # A trailing comment makes each file another one, so that none is a repeat.
        photo = (PART_PHOTO, GOOD_PHOTO)[number % 2] + f"{number}".encode()
        (site.photos / f"{number:03d} {(PART, GOOD)[number % 2]}").write_bytes(photo)


@contextmanager
def judging(site: Site, *options: str) -> Iterator[subprocess.Popen[str]]:
    """Run ``classify`` on the site's photos while the block runs."""
    command = [sys.executable, "-m", "defect_app", "classify", str(site.photos), "--model", site.model, *options]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, **site.environment}, cwd=ROOT,
    )  # fmt: skip
    with process:
        yield process


def verdicts_of(lines: Sequence[str]) -> dict[str, set[str]]:
    """Return which verdicts the parts got, and which the good."""
    found: dict[str, set[str]] = {PART: set(), GOOD: set()}
    for record in map(json.loads, lines):
        found[PART if record["file"].endswith(PART) else GOOD].add(record["verdict"])
    return found


@contextmanager
def folder_mended(site: Site) -> Iterator[None]:
    """Bring the model's folder back at the end, as it was."""
    kept = site.root / "kept"
    copytree(site.folder, kept)
    try:
        yield
    finally:
        rmtree(site.folder)
        kept.rename(site.folder)


def broken_in_a_batch(site: Site, door: Door, log: Path, act: Callable[[], object]) -> None:
    many_photos(site)
    if door is not Door.COMMAND_LINE:
        if door is Door.API:
            with running_app(log, **site.environment) as app:
                wait_until(lambda: by_api(app, site).verdicts, "the model is loaded")
                answer = by_api(app, site, halfway=act)
        else:
            answer = by_page(inspect_page(site, halfway=act))
        verdicts = {kind: {v for n, v in answer.verdicts.items() if n.endswith(kind)} for kind in (PART, GOOD)}
        # Who noticed that the model is gone gives no verdict of it.
        assert verdicts == {PART: {"REJECT"}, GOOD: {"PASS"}} or not answer.verdicts, answer
        assert answer.said
        return
    with judging(site) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        act()
        lines = [first, *process.stdout]
    assert len(lines) == PHOTOS + 2, "every photo has its verdict"
    assert verdicts_of(lines) == {PART: {"REJECT"}, GOOD: {"PASS"}}


def bin_gone_in_a_batch(site: Site, door: Door, log: Path) -> None:
    with folder_mended(site):
        broken_in_a_batch(site, door, log, (site.folder / "model.bin").unlink)


def model_replaced_in_a_batch(site: Site, door: Door, log: Path) -> None:
    with folder_mended(site):
        broken_in_a_batch(site, door, log, lambda: another_model(site.folder))


def roles_exchanged_in_a_batch(site: Site, door: Door, log: Path) -> None:
    with folder_mended(site):
        broken_in_a_batch(site, door, log, lambda: roles_exchanged(site.folder))


def records_gone_in_a_batch(site: Site, door: Door, log: Path) -> None:
    broken_in_a_batch(site, door, log, lambda: moved_away(site))


def records_gone_in_a_stored_batch(site: Site, _: Door, __: Path) -> None:
    many_photos(site)
    with judging(site, "--store") as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        moved_away(site)
        lines = [first, *process.stdout]
        status = process.wait()
    verdicts = verdicts_of([line for line in lines if line.strip()])
    assert verdicts[PART] <= {"REJECT"}
    assert verdicts[GOOD] <= {"PASS"}
    assert status or len(lines) == PHOTOS + 2, "what was not stored is said"


def photos_cut_in_a_batch(site: Site, _: Door, __: Path) -> None:
    many_photos(site)
    with judging(site) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        for path in site.photos.glob(f"*{PART}"):
            os.truncate(path, path.stat().st_size // 2)
        verdicts = verdicts_of([first, *process.stdout])
    assert verdicts[PART] <= {"REJECT", "REJECTED_FILE", "REVIEW"}
    assert verdicts[GOOD] == {"PASS"}


def in_a_browser(site: Site, _: Door, log: Path) -> None:
    executable = shutil.which("chromium") or shutil.which("google-chrome")
    assert executable, "Chromium is missing: on Debian, apt-get install chromium"
    expect.set_options(timeout=150_000)
    with running_app(log, **site.environment) as app, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=CHROMIUM_FLAGS)
        page = chromium.new_page()
        open_inspect(page, app, MODEL)
        drop(page, [(PART, PART_PHOTO), (GOOD, GOOD_PHOTO)])
        assert counts(page) == {"all": 2, "REJECT": 1, "PASS": 1}
        moved_away(site)
        drop(page, [(f"second {PART}", PART_PHOTO + b"2")])
        expect(page.get_by_text("last known to be in force, is applied").first).to_be_visible()
        wait_until(lambda: counts(page) == {"all": 3, "REJECT": 2, "PASS": 1}, "the second part is rejected too")
        chromium.close()


def all_of_var_lost(site: Site, _: Door, folder: Path) -> None:
    # As an installation is where no setting names a place: records and memory below one folder.
    var = folder.parent / "var"
    placed = PlacedByDefault(folder.parent / "site", f"sqlite:///{var / 'records' / 'records.sqlite'}")
    copytree(site.models, placed.models)
    copytree(site.photos, placed.photos)
    own = default_point(read_spec(placed.folder))
    save = "from tests.faults.test_special_faults import save_site_point as s; s()"
    done = subprocess.run(
        [sys.executable, "-c", save], env=os.environ | placed.environment, cwd=ROOT, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert own.thresholds != SITE_POINT
    assert by_command_line(placed).of(PART) == "REJECT"
    var.rename(folder.parent / "elsewhere")
    answer = by_command_line(placed)
    hold(answer, "REJECT", LAST_KNOWN)
    assert answer.status == 5


@dataclass(frozen=True)
class PlacedByDefault(Site):
    """A site whose settings name no place for what is remembered of its records."""

    @property
    def environment(self) -> dict[str, str]:
        """The settings of a process at this site."""
        var = Path(self.url.removeprefix("sqlite:///")).parents[1]
        return super().environment | {"DEFECT_APP_LAST_KNOWN": "", "DEFECT_APP_VAR": str(var)}


def save_site_point() -> None:
    """Make the site's point active at the place that the settings name."""
    spec, _ = find_model(MODEL)
    with closing(open_records()) as records:
        records.save_point(default_point(spec).moved(SITE_POINT, "site"), who="Ada", activate=True)


def killed(site: Site, door: Door, log: Path) -> None:
    many_photos(site)
    if door is Door.COMMAND_LINE:
        with judging(site) as process:
            assert process.stdout is not None
            first = process.stdout.readline()
            process.send_signal(signal.SIGKILL)
            lines = [first, *process.stdout]
        assert verdicts_of([line for line in lines if line.endswith("\n")])[PART] <= {"REJECT"}
        assert verdicts_of([by for by in lines if by.endswith("\n")])[GOOD] <= {"PASS"}
        answer = by_command_line(site)
    else:
        with running_app(log, **site.environment) as app:
            assert by_api(app, site).of(PART) == "REJECT"
            app.process.kill()
        with running_app(log, **site.environment) as app:
            answer = by_api(app, site)
    assert {v for name, v in answer.verdicts.items() if name.endswith(PART)} == {"REJECT"}
    assert {v for name, v in answer.verdicts.items() if name.endswith(GOOD)} == {"PASS"}


def memory(site: Site, door: Door, log: Path) -> None:
    many_photos(site, 20)
    if door is Door.API:
        memory_of_a_server(site, log)
        return
    outcomes = set()
    for megabytes in (350, 700, 1000, 1400, 2000):
        answer = by_command_line(site, memory_mb=megabytes)
        found = {v for name, v in answer.verdicts.items() if name.endswith(PART)} or {REFUSED}
        assert found <= {"REJECT", "REJECTED_FILE", REFUSED}, answer
        assert "amaged" not in answer.said, "memory that is short is no damage"
        outcomes |= found
    assert outcomes & {"REJECTED_FILE", REFUSED}, "it was short at least once"


def memory_of_a_server(site: Site, log: Path) -> None:
    with running_app(log, **site.environment) as app:
        assert by_api(app, site).of(PART) == "REJECT"
        process = app.process.pid
        before = resource.prlimit(process, resource.RLIMIT_AS)
        outcomes = set()
        for room_kb in (0, 2_000, 20_000):
            status = Path(f"/proc/{process}/status").read_text()
            used_kb = int(re.search(r"VmSize:\s+(\d+)", status)[1])  # type: ignore[index]
            resource.prlimit(process, resource.RLIMIT_AS, ((used_kb + room_kb) << 10, before[1]))
            answer = by_api(app, site)
            found = {v for name, v in answer.verdicts.items() if name.endswith(PART)} or {REFUSED}
            assert found <= {"REJECT", "REJECTED_FILE", "REVIEW", REFUSED}, answer
            assert "amaged" not in answer.said, "memory that is short is no damage"
            outcomes |= found
        resource.prlimit(process, resource.RLIMIT_AS, before)
        assert by_api(app, site).of(PART) == "REJECT", "with memory again it goes on"
    print(outcomes, file=sys.stderr)


def tables_disk(site: Site, _: Door, folder: Path) -> None:
    many_photos(site)
    table = folder.parent / "out.csv"
    answer = by_command_line(site, "--csv", str(table), file_bytes=40_000)
    assert answer.status == 4
    assert "Make room" in answer.said
    with table.open(encoding="utf-8-sig", newline="") as written:
        rows = list(csv.DictReader(written))
    assert 10 < len(rows) < PHOTOS
    assert {row["verdict"] for row in rows if row["file"].endswith(PART)} == {"REJECT"}


def server_stands_still(site: Site, door: Door, monkeypatch: pytest.MonkeyPatch, log: Path) -> None:
    server = site.url.removesuffix("/postgres")
    if door is not Door.API:
        with standing_still(server):
            hold(at(site, door, monkeypatch), "REJECT", LAST_KNOWN)
        return
    with running_app(log, **site.environment) as app:
        assert by_api(app, site).of(PART) == "REJECT"
        with standing_still(server):
            # A point that was read within the last second is in force without asking.
            wait_until(lambda: LAST_KNOWN in by_api(app, site).said, "it is asked for again")
            for _ in range(3):  # by connections that were open, and by new ones
                answer = by_api(app, site)
                hold(answer, "REJECT", LAST_KNOWN)
                assert answer.seconds < BUSY * VERDICT_AT_MOST_S


def hold(answer: Answer, verdict: str, said: str) -> None:
    assert answer.of(PART) == verdict, answer
    assert said in answer.said


def at(site: Site, door: Door, monkeypatch: pytest.MonkeyPatch) -> Answer:
    if door is Door.COMMAND_LINE:
        return by_command_line(site)
    for name, value in site.environment.items():
        monkeypatch.setenv(name, value)
    st.cache_resource.clear()
    return by_page(inspect_page(site))


@pytest.fixture
def on_a_server(tmp_path: Path) -> Iterator[Site]:
    """Return a site whose records are in PostgreSQL, on a server of its own."""
    with postgresql_server() as url:
        yield make_site(tmp_path / "site", url=f"{url}/postgres")


TESTS: dict[str, Callable[[Site, Door, Path], None]] = {
    "memory": memory,
    "table's disk": tables_disk,
    "bin gone in a batch": bin_gone_in_a_batch,
    "model replaced in a batch": model_replaced_in_a_batch,
    "roles in a batch": roles_exchanged_in_a_batch,
    "photos cut in a batch": photos_cut_in_a_batch,
    "records gone in a batch": records_gone_in_a_batch,
    "records gone in a stored batch": records_gone_in_a_stored_batch,
    "var": all_of_var_lost,
    "killed": killed,
    "browser": in_a_browser,
}
ON_A_SERVER = ("server stopped", "server's password", "server's table", "server still", "network")


def test_every_special_fault_has_its_test() -> None:
    assert [f.id for f in SPECIAL_FAULTS] == [*TESTS, *ON_A_SERVER]
    assert UNUSABLE in SPECIAL_FAULTS[0].outcomes


def test_what_breaks_while_photos_are_judged_passes_no_part(
    special_cell: Cell, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    if special_cell.fault.id in TESTS:
        site: Site = request.getfixturevalue("site")
        TESTS[special_cell.fault.id](site, special_cell.door, tmp_path / "app.log")
        return
    outcome, said = special_cell.fault.outcomes[0], special_cell.fault.said
    if special_cell.fault.id == "server stopped":
        with postgresql_server() as url:
            site = make_site(tmp_path / "site", url=f"{url}/postgres")
        hold(at(site, special_cell.door, monkeypatch), outcome, said)
        return
    site = request.getfixturevalue("on_a_server")
    if special_cell.fault.id == "server's password":
        # What this machine remembers of a database does not depend on the password that opens it.
        hold(at(replace(site, url=site.url.replace("s3cret", "wrong")), special_cell.door, monkeypatch), outcome, said)
    elif special_cell.fault.id == "server's table":
        with psycopg.connect(site.url.replace("+psycopg", "")) as other:
            other.execute("LOCK TABLE point_events IN ACCESS EXCLUSIVE MODE")
            hold(at(site, special_cell.door, monkeypatch), outcome, said)
    elif special_cell.fault.id == "server still":
        server_stands_still(site, special_cell.door, monkeypatch, tmp_path / "app.log")
    else:
        with silent_server() as url:
            database_memory(url)
            hold(at(replace(site, url=url), special_cell.door, monkeypatch), outcome, said)
