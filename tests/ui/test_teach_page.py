"""The Teach page: an empty start, and what a teaching brought."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from defect_app.hosting.teaching_job import TeachingJob
from defect_app.ui.session import Key
from tests.teaching.photos import GOOD, HOLE, castings, photo, request

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def taught(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("DEFECT_APP_TAUGHT_MODELS", str(tmp_path))
    st.cache_resource.clear()
    yield tmp_path
    st.cache_resource.clear()


def teach_page() -> AppTest:
    page = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=300)
    page.switch_page("pages/teach.py")
    return page


def words(page: AppTest) -> str:
    parts = (page.markdown, page.caption, page.info, page.error, page.success, page.header, page.subheader)
    return " ".join(element.value for part in parts for element in part).replace("\\", "")


def test_the_page_begins_with_two_classes_and_waits_for_a_name(taught: Path) -> None:
    page = teach_page().run()
    assert not page.exception
    assert page.button(key=Key.TEACH_START).disabled
    assert "Name the product, and drop photos" in words(page)
    page.button(key=Key.TEACH_ADD_CLASS).click().run()
    assert [field.value for field in page.text_input] == ["", "Good", "Defect", "Defect 2"]


def test_a_taught_model_shows_its_figures_and_can_be_taken_along(taught: Path) -> None:
    job = TeachingJob(request([*castings(5, 5), photo("note.txt", b"no photo", "good")], (GOOD, HOLE)), taught)
    job.wait(300)
    assert job.result is not None, job.problem
    page = teach_page()
    page.session_state[Key.TEACH_JOB] = job
    page.run()
    assert not page.exception
    shown = words(page)
    assert "Bracket is taught" in shown.replace("*", "")
    assert "20 more photos a class" in shown
    assert "note.txt: not a photo" in shown
    assert page.selectbox(key=Key.TEACH_TAUGHT).value == "bracket"


def test_what_went_wrong_is_said(taught: Path) -> None:
    job = TeachingJob(request(castings(1, 0), (GOOD,)), taught)
    job.wait(300)
    page = teach_page()
    page.session_state[Key.TEACH_JOB] = job
    page.run()
    assert "1 usable photo" in words(page)
