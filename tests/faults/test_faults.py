"""Each cell of the fault matrix, a real fault on the real program: a REJECT of the site's point is never a PASS."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack

import pytest
import streamlit as st

from defect_app.hosting import local_model_host
from defect_app.ui.resources import model_host
from tests.faults.doors import REFUSED, Answer, api_says, by_api, by_command_line, by_page, inspect_page
from tests.faults.record_faults import can_mount
from tests.faults.site import GOOD, PART, Site, make_site, make_taught_site
from tests.faults.table import (
    ALL,
    ALL_STORED,
    LOADED_FAULTS,
    MODEL_FAULTS,
    PHOTO_FAULTS,
    RECORD_FAULTS,
    REVIEW,
    SERVED,
    UNUSABLE,
    Cell,
    Door,
    When,
    cells_of,
)
from tests.served_app import App, running_app
from tests.waiting import wait_until

VERDICT_AT_MOST_S = 2
BUSY = 2
"""How many times slower a machine may be that does other work beside the tests."""

ONE_TIME = {
    Door.COMMAND_LINE: When.RUNNING, Door.STORED: When.RUNNING, Door.API_STORED: When.BEFORE,
    Door.PAGE_STORED: When.BEFORE,
}  # fmt: skip
"""When a door does not meet the faults of the records: it is asked once, or as when nothing is stored."""
CELLS = {
    "model_cell": [c for door in (*ALL, Door.TAUGHT) for c in cells_of(MODEL_FAULTS, door, When.BEFORE)],
    "loaded_cell": [c for door in SERVED for c in cells_of(LOADED_FAULTS, door, When.RUNNING)],
    "record_cell": [c for door in (*ALL, *ALL_STORED) for when in When for c in cells_of(RECORD_FAULTS, door, when)
                    if when is not ONE_TIME.get(door)],
    "photo_cell": [c for door in ALL for c in cells_of(PHOTO_FAULTS, door, When.BEFORE)],
}  # fmt: skip
_UNUSABLE_WORDS = {"REJECTED_FILE", "NOT USABLE"}


def hold(cell: Cell, answer: Answer) -> None:
    """Fail where a cell does not come out as the matrix says."""
    part = answer.of(PART)
    part = UNUSABLE if part in _UNUSABLE_WORDS else part
    assert part in cell.fault.outcomes_at(cell.door), answer
    # A batch that cannot be stored is refused for that, whichever point would have judged it.
    assert (part == REFUSED and cell.door in ALL_STORED) or cell.fault.said in answer.said
    assert answer.said
    if part != REFUSED:
        # Where nobody knows which point is in force, every photo goes to a person.
        expected = {"PASS", "REVIEW"} if part == REVIEW else {"PASS"}
        assert answer.of(GOOD) in expected, "the good of a batch still get their verdicts"


def break_(cell: Cell, site: Site, stack: ExitStack) -> None:
    """Break a site until the stack is closed."""
    if cell.fault.needs_disk and not can_mount():
        pytest.skip("only root may mount disks; CI runs as root")
    undone = cell.fault.act(site)
    if isinstance(undone, AbstractContextManager):
        stack.enter_context(undone)


def of_model(site: Site, cell: Cell, prefix: str) -> Site:
    return Site(site.root, site.url, model_id(cell.fault.id, prefix))


def model_id(fault: str, prefix: str) -> str:
    return f"{prefix}-" + "".join(c if c.isalnum() else "-" for c in fault)


@pytest.fixture(scope="session")
def broken_models(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Return a site of which every model but one is broken, each in its own way."""
    ids = [model_id(fault.id, "broken") for fault in MODEL_FAULTS]
    site = make_site(tmp_path_factory.mktemp("broken") / "site", ["sound", *ids])
    for fault, model in zip(MODEL_FAULTS, ids, strict=True):
        fault.act(Site(site.root, site.url, model))
    return site


@pytest.fixture(scope="session")
def broken_models_app(broken_models: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    with running_app(tmp_path_factory.mktemp("app") / "app.log", **broken_models.environment) as app:
        yield app


@pytest.fixture(scope="session")
def broken_taught(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, App]]:
    """Return a site of taught models of which every one but the first is broken, each in its own way, and its app."""
    ids = [model_id(fault.id, "taught") for fault in MODEL_FAULTS]
    site = make_taught_site(tmp_path_factory.mktemp("taught") / "site", ["sound", *ids])
    for fault, model in zip(MODEL_FAULTS, ids, strict=True):
        fault.act(Site(site.root, site.url, model))
    with running_app(tmp_path_factory.mktemp("app") / "app.log", **site.environment) as app:
        wait_until(lambda: api_says(app, "/api/health", lambda h: "sound" in h["models"]), "the model is there")
        assert dict(by_api(app, site).verdicts) == {PART: "REJECT", GOOD: "PASS"}
        yield site, app


def asked(door: Door, site: Site, app: App | None, monkeypatch: pytest.MonkeyPatch) -> Answer:
    """Return what a door says of a site's photos; the page runs in this process, with the site's settings."""
    if door is Door.COMMAND_LINE:
        return by_command_line(site)
    if door is Door.API:
        assert app is not None
        return by_api(app, site)
    for name, value in site.environment.items():
        monkeypatch.setenv(name, value)
    return by_page(inspect_page(site))


def test_a_broken_model_gives_no_verdict_of_its_own(
    model_cell: Cell, broken_models: Site, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    if model_cell.door is Door.TAUGHT:
        site, app = request.getfixturevalue("broken_taught")
        hold(model_cell, by_api(app, of_model(site, model_cell, "taught")))
        return
    app = request.getfixturevalue("broken_models_app") if model_cell.door is Door.API else None
    st.cache_resource.clear()
    answer = asked(model_cell.door, of_model(broken_models, model_cell, "broken"), app, monkeypatch)
    hold(model_cell, answer)


def test_a_sound_model_among_broken_ones_judges(
    broken_models: Site, broken_models_app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    for door in ALL:
        answer = asked(door, broken_models, broken_models_app, monkeypatch)
        assert dict(answer.verdicts) == {PART: "REJECT", GOOD: "PASS"}, (door, answer)


@pytest.fixture(scope="session")
def models_broken_later(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, App]]:
    """Return a site whose models were broken once the app had judged by each of them, and that app."""
    ids = [model_id(fault.id, "loaded") for fault in LOADED_FAULTS]
    site = make_site(tmp_path_factory.mktemp("later") / "site", ["sound", *ids])
    with running_app(tmp_path_factory.mktemp("app") / "app.log", **site.environment) as app:
        for model in ids:
            assert by_api(app, Site(site.root, site.url, model)).of(PART) == "REJECT"
        for fault, model in zip(LOADED_FAULTS, ids, strict=True):
            of_fault = Site(site.root, site.url, model)
            fault.act(of_fault)
            # Until the app has looked at the folder it goes on with what it loaded and verified, never with another.
            assert by_api(app, of_fault).of(PART) != "PASS"
        gone = {model_id("loaded, bin missing", "loaded"), model_id("loaded, roles", "loaded")}
        wait_until(lambda: api_says(app, "/api/health", lambda h: gone <= h["disabled"].keys()), "they are disabled")
        yield site, app


def test_a_model_that_is_broken_while_it_is_loaded_gives_no_verdict_of_its_own(
    loaded_cell: Cell,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    if loaded_cell.door is Door.API:
        site, app = request.getfixturevalue("models_broken_later")
        hold(loaded_cell, by_api(app, of_model(site, loaded_cell, "loaded")))
        return
    site = make_site(tmp_path_factory.mktemp("later") / "site")
    for name, value in site.environment.items():
        monkeypatch.setenv(name, value)
    st.cache_resource.clear()
    page = inspect_page(site)
    assert by_page(page).of(PART) == "REJECT"
    loaded_cell.fault.act(site)
    assert by_page(page).of(PART) != "PASS"
    before = model_host().catalog().get("sound").version
    wait_until(
        lambda: (e := model_host().catalog().get("sound")).problem or e.version != before,
        "the folder is looked at again", 2 * local_model_host.LOOK_AGAIN_S + 60,
    )  # fmt: skip
    answer = by_page(page)
    assert answer.of(PART) in (*loaded_cell.fault.outcomes, REFUSED), answer


@pytest.fixture(scope="session")
def record_app(record_site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    with running_app(tmp_path_factory.mktemp("app") / "app.log", **record_site.environment) as app:
        assert by_api(app, record_site).of(PART) == "REJECT"
        yield app


def test_records_that_break_never_bring_another_point_into_force(
    record_cell: Cell, site: Site, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with ExitStack() as stack:
        if record_cell.door is Door.COMMAND_LINE:
            break_(record_cell, site, stack)
            answer = by_command_line(site)
            assert answer.status == (5 if record_cell.fault.said else answer.status)
        elif record_cell.door is Door.STORED:
            break_(record_cell, site, stack)
            answer = by_command_line(site, "--store")
            # A clock that was set back hinders nothing; all else does, or is said.
            assert answer.status or record_cell.fault.id == "clock"
        elif record_cell.door is Door.API_STORED:
            app = request.getfixturevalue("record_app")
            break_(record_cell, site, stack)
            answer = by_api(app, site, "&store=true")
        elif record_cell.door is Door.PAGE_STORED:
            assert by_page(inspect_page(site)).of(PART) == "REJECT"
            break_(record_cell, site, stack)
            answer = by_page(inspect_page(site, stores=True))
        elif record_cell.door is Door.PAGE:
            page = inspect_page(site)
            if record_cell.when is When.RUNNING:
                assert by_page(page).of(PART) == "REJECT"
            break_(record_cell, site, stack)
            answer = by_page(page)
        elif record_cell.when is When.RUNNING:
            app = request.getfixturevalue("record_app")
            break_(record_cell, site, stack)
            answer = by_api(app, site)
        else:
            break_(record_cell, site, stack)
            log = tmp_path_factory.mktemp("app") / "app.log"
            app = stack.enter_context(running_app(log, **site.environment))
            # The first verdict loads the model, and the program's own libraries.
            wait_until(lambda: api_says(app, "/api/health", lambda h: "sound" in h["models"]), "the model is there")
            by_api(app, site)
            answer = by_api(app, site)
    hold(record_cell, answer)
    if record_cell.door is Door.API:
        print(f"{record_cell.fault.id}: {answer.seconds:.2f} s", file=sys.stderr)
        assert answer.seconds < BUSY * VERDICT_AT_MOST_S


def test_a_broken_photo_is_refused_or_left_to_a_person(
    photo_cell: Cell, site: Site, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo_cell.fault.act(site)
    app = request.getfixturevalue("record_app") if photo_cell.door is Door.API else None
    hold(photo_cell, asked(photo_cell.door, site, app, monkeypatch))
