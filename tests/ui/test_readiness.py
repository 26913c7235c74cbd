"""The line of the self-test: what it found, what is wrong, and a button that runs it again."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from defect_app.ui.resources import self_test
from defect_app.ui.session import Key
from tests.model_folders import make_model_folder
from tests.readiness.test_self_test import answers_changed, released

HOME = Path(__file__).resolve().parents[2] / "streamlit_app.py"


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("DEFECT_APP_MODELS", str(tmp_path))
    released(tmp_path, "one")
    make_model_folder(tmp_path, "two")
    st.cache_resource.clear()
    yield tmp_path
    st.cache_resource.clear()


def captions(page: AppTest) -> str:
    return " ".join(caption.value for caption in page.caption).replace("\\", "")


def test_before_the_first_test_the_line_says_so_and_the_button_runs_it(models: Path) -> None:
    page = AppTest.from_file(str(HOME), default_timeout=300).run()
    assert "Not tested since the start." in captions(page)
    page.button(key=Key.SHARED_SELF_TEST).click().run()
    assert not page.exception
    assert "Ready: 1 of 1 model answered as at release" in captions(page)
    answers_changed(models / "one")
    st.cache_resource.clear()
    page.button(key=Key.SHARED_SELF_TEST).click().run()
    assert "Not ready: 0 of 1 model answered as at release" in captions(page)
    assert any("does not answer as at release" in m.value for m in page.markdown)


def test_inspect_has_the_line_alone_while_all_is_well_and_the_button_where_it_is_not(models: Path) -> None:
    self_test().run()
    page = AppTest.from_file(str(HOME), default_timeout=300)
    page.switch_page("pages/inspect.py")
    page.query_params["model"] = "one"
    page.run()
    assert not page.exception
    assert "Ready: 1 of 1 model answered as at release" in captions(page)
    assert Key.SHARED_SELF_TEST not in {button.key for button in page.button}
    answers_changed(models / "one")
    st.cache_resource.clear()
    self_test().run()
    page.query_params["model"] = "two"
    page.run()
    assert "Not ready: 0 of 1 model answered as at release" in captions(page)
    assert Key.SHARED_SELF_TEST in {button.key for button in page.button}


@pytest.mark.usefixtures("models")
def test_while_models_are_loaded_the_line_waits_for_the_first_test() -> None:
    self_test().announce()
    page = AppTest.from_file(str(HOME), default_timeout=300).run()
    assert "The self-test follows" in captions(page)
    self_test().run()
    assert "Ready: 1 of 1" in captions(page.run())
