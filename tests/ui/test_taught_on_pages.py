"""Every page takes a taught model as it takes any other: with defects, and of good photos alone."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from defect_app.teaching import teach
from tests.teaching.photos import GOOD, HOLE, castings, request

ROOT = Path(__file__).resolve().parents[2]
PAGES = ("inspect", "evaluate", "thresholds", "compare", "explain")


@pytest.fixture(scope="module")
def taught(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("taught")
    teach(request(castings(5, 5), (GOOD, HOLE), "classifier"), out=root)
    teach(request(castings(5, 0), (GOOD,), "memory"), out=root)
    return root


@pytest.fixture(autouse=True)
def only_taught(taught: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("DEFECT_APP_MODELS", str(tmp_path))
    monkeypatch.setenv("DEFECT_APP_TAUGHT_MODELS", str(taught))
    monkeypatch.delenv("DEFECT_APP_DATA", raising=False)
    st.cache_resource.clear()
    yield
    st.cache_resource.clear()


@pytest.mark.parametrize("model", ["classifier", "memory"])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_shows_a_taught_model(name: str, model: str) -> None:
    page = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=300)
    page.switch_page(f"pages/{name}.py")
    page.query_params["model"] = model
    page.run()
    assert not page.exception
    assert not page.error, [element.value for element in page.error]
