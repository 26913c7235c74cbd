"""The two-person rule on the pages: two people who signed in, a milder point, and records that are lost."""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from defect_app.catalog import InspectionThresholds, read_spec
from defect_app.decision import default_point
from defect_app.hosting import visitors
from defect_app.people.roles import Role
from defect_app.people.sign_in import COOKIE
from defect_app.people.store import People
from defect_app.points import open_records, point_in_use
from defect_app.storage.audit import AuditTrail
from defect_app.storage.database import Database
from defect_app.ui.session import Key
from tests.model_folders import make_model_folder
from tests.ui.test_thresholds_page import evaluate, parts, thresholds_page

PASSWORD = "a long enough password"
SignInAs = Callable[[str], None]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return a site's folder: one model, two admins, a strict point in force, and the two-person rule."""
    made = make_model_folder(tmp_path / "models", "tiny")
    evaluate(made, parts(60, 1))
    for name, value in {
        "MODELS": tmp_path / "models", "DATABASE_URL": f"sqlite:///{tmp_path / 'records.sqlite'}", "VAR": tmp_path,
        "LAST_KNOWN": tmp_path / "last-known", "SIGN_IN": "on", "SECOND_PERSON": "1",
    }.items():  # fmt: skip
        monkeypatch.setenv(f"DEFECT_APP_{name}", str(value))
    with closing(Database()) as database:
        for name in ("Ada", "Bo"):
            People(database).add(name, Role.ADMIN, PASSWORD)
    own = default_point(read_spec(made))
    with closing(open_records()) as records:
        strict = own.moved(InspectionThresholds(0.01, 0.02), "strict")
        assert records.save_point(strict, who="Ada", activate=True, default=own).active
    visitors._known.cache_clear()
    st.cache_resource.clear()
    yield tmp_path
    st.cache_resource.clear()
    visitors._known.cache_clear()


@pytest.fixture
def sign_in(folder: Path, monkeypatch: pytest.MonkeyPatch) -> SignInAs:
    """Return a function that lets a person come in, by their password."""
    door = visitors.sign_in()
    assert door is not None
    assert folder.exists()
    tokens = {name: door.enter(name, PASSWORD) or "" for name in ("Ada", "Bo")}
    # Whoever was seen before the records are lost is known on.
    assert all(door.of_token(token) for token in tokens.values())

    def enter(name: str) -> None:
        monkeypatch.setattr("streamlit.runtime.context.ContextProxy.cookies", {COOKIE: tokens[name]})

    return enter


def in_force(folder: Path) -> str:
    with closing(open_records()) as records:
        own = default_point(read_spec(folder / "models" / "tiny"))
        return point_in_use(own, opened=lambda: records).point.name


def pressed(key: str) -> AppTest:
    page = thresholds_page(view="Saved points").run()
    assert not page.exception
    page.button(key=key).click().run()
    assert not page.exception
    return page


def test_the_first_person_proposes_to_go_back_to_the_default_and_the_second_does_it(
    folder: Path, sign_in: SignInAs
) -> None:
    sign_in("Ada")
    page = pressed(Key.THRESHOLDS_SAVED_DEFAULT)
    (toast,) = page.toast
    assert "lets more pass than the point in use, so a second person makes it active" in toast.value
    pressed(Key.THRESHOLDS_SAVED_DEFAULT)
    assert in_force(folder) == "strict", "the same person twice is no second person"
    sign_in("Bo")
    page = thresholds_page(view="Saved points").run()
    (waiting,) = page.info
    assert "The model's default point was proposed by Ada" in waiting.value
    page.button(key=Key.THRESHOLDS_SAVED_DEFAULT).click().run()
    assert in_force(folder) == "default"
    assert not page.info
    with closing(open_records()) as records:
        history = [(event.action.value, event.who) for event in records.history("tiny")]
        audited = [(e.action, e.who) for e in AuditTrail(records.database).entries() if e.subject == "tiny"]
    assert history[:2] == [("switched off", "Bo"), ("proposed to end", "Ada")]
    assert audited[-2:] == [("point proposed to end", "Ada"), ("point switched off", "Bo")]


def test_records_that_are_lost_are_adopted_and_the_strict_point_stays(folder: Path, sign_in: SignInAs) -> None:
    sign_in("Ada")
    page = thresholds_page(view="Saved points").run()
    for leftover in folder.glob("records.sqlite*"):
        leftover.unlink()
    st.cache_resource.clear()
    page.run()
    assert "were in use and are gone" in page.warning[0].value
    page.button(key=Key.SHARED_ADOPT).click().run()
    assert not page.exception
    assert in_force(folder) == "strict"
    with closing(open_records()) as records:
        trail = [(entry.action, entry.who) for entry in AuditTrail(records.database).entries()]
    assert trail == [("point kept in force", "Ada"), ("records adopted", "Ada")]


def test_where_the_copy_was_changed_too_both_have_to_adopt(folder: Path, sign_in: SignInAs) -> None:
    sign_in("Ada")
    page = thresholds_page(view="Saved points").run()
    for copy in (folder / "last-known").rglob("active-*.json"):
        copy.write_text(copy.read_text().replace("0.02", "0.9"))
    for leftover in folder.glob("records.sqlite*"):
        leftover.unlink()
    st.cache_resource.clear()
    page.run()
    page.button(key=Key.SHARED_ADOPT).click().run()
    assert "a second person has to say it too" in page.info[0].value
    assert not (folder / "records.sqlite").exists()
    sign_in("Bo")
    page.run()
    page.button(key=Key.SHARED_ADOPT).click().run()
    assert not page.exception
    assert in_force(folder) == "default"
