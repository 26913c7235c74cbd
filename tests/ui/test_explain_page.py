"""The Explain page's states, run by Streamlit's own test harness on tiny real models; TensorFlow stays out."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from defect_app.catalog import read_spec, write_spec
from defect_app.explanation.cache import COLUMNS, ExplanationOrigin, Explanations, write_explanations
from defect_app.ui.explain.explained_photo import ExplainedPhoto
from tests.model_folders import part_photo
from tests.photo_files import jpeg_bytes

ROOT = Path(__file__).resolve().parents[2]
HIDE, SHAKE, QUALITY = "Hide and see", "Shake and see", "How good are the maps?"


@pytest.fixture
def models(tiny_models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    root = tmp_path / "models"
    shutil.copytree(tiny_models, root)
    monkeypatch.setenv("DEFECT_APP_MODELS", str(root))
    monkeypatch.setenv("DEFECT_APP_DATABASE_URL", f"sqlite:///{tmp_path / 'points.db'}")
    st.cache_resource.clear()
    st.cache_data.clear()
    yield root
    st.cache_resource.clear()
    st.cache_data.clear()


def explain_page(model: str = "tiny", data: bytes | None = None, tab: str = HIDE) -> AppTest:
    page = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60)
    page.switch_page("pages/explain.py")
    page.query_params["model"] = model
    page.query_params["check"] = tab
    if data is not None:
        page.session_state["explain_handed_over"] = ExplainedPhoto.of("a *part*.jpg", data, "From a test.")
        page.session_state["explain_source"] = "From Inspect"
    return page.run()


def said(page: AppTest) -> str:
    return " ".join(
        e.value for kind in ("markdown", "caption", "info", "warning", "error") for e in getattr(page, kind)
    )


def measured(folder: Path, sha256: str) -> None:
    row = ("a.png", "0" * 64, "scene", "scenes", "cam", "", 0.9, True, 0.5, 0.4, 0.05)
    rows = pd.DataFrame([row] * 4, columns=list(COLUMNS))
    write_explanations(folder, Explanations(rows, ExplanationOrigin("tiny", sha256, created="2026-01-01")))
    write_spec(folder, read_spec(folder))
    st.cache_resource.clear()


@pytest.mark.usefixtures("models")
def test_a_photo_handed_over_is_judged_and_its_map_is_checked() -> None:
    page = explain_page(data=jpeg_bytes(part_photo(1.2)))
    assert not page.exception
    assert "Class activation map" in said(page)
    assert "Hiding the hottest 2 % takes the answer from" in said(page)
    assert r"a \*part\*\.jpg" in said(page)


@pytest.mark.usefixtures("models")
def test_every_sample_can_be_chosen() -> None:
    page = explain_page()
    # A list gives back the label that was chosen: of equal ones, one alone could be had.
    labels = page.selectbox(key="explain_sample_tiny").options
    shown = [said(page.selectbox(key="explain_sample_tiny").select(label).run()) for label in labels]
    assert len({re.findall(r"casting\\-\d+", text)[0] for text in shown}) == len(labels) == 12


@pytest.mark.usefixtures("models")
def test_a_model_without_a_keras_file_offers_its_activation_map_alone() -> None:
    page = explain_page(data=jpeg_bytes(part_photo(1.2)))
    assert "no Keras file" in said(page)
    assert [o for o in page.session_state["explain_methods_tiny"]] == ["cam"]


@pytest.mark.usefixtures("models")
@pytest.mark.parametrize("tab", [SHAKE, "Sanity check", "Look inside", QUALITY])
def test_every_other_check_opens(tab: str) -> None:
    page = explain_page(data=jpeg_bytes(part_photo(1.2)), tab=tab)
    assert not page.exception
    expected = {
        SHAKE: "change",
        "Sanity check": "Keras file",
        "Look inside": "Keras file",
        QUALITY: "not been measured",
    }
    assert expected[tab] in said(page)


@pytest.mark.usefixtures("models")
def test_a_recognition_model_explains_its_best_class() -> None:
    page = explain_page("colours", data=jpeg_bytes(part_photo(-1.2)))
    assert not page.exception
    assert "**Class activation map** · Green" in said(page)


@pytest.mark.usefixtures("models")
def test_another_photo_starts_with_its_own_best_class() -> None:
    page = explain_page("colours", data=jpeg_bytes(part_photo(-1.2)))
    page.session_state["explain_handed_over"] = ExplainedPhoto.of("red.jpg", jpeg_bytes(part_photo(1.2)))
    assert "**Class activation map** · Red" in said(page.run())


@pytest.mark.usefixtures("models")
def test_a_file_that_is_no_photo_says_so_and_the_rest_of_the_page_stands() -> None:
    page = explain_page(data=b"no photo at all")
    assert not page.exception
    assert "cannot be used" in page.error[0].value
    assert "not been measured" in said(page)


def test_measured_figures_are_shown_with_n_and_stale_ones_are_called_stale(models: Path) -> None:
    from defect_app.catalog import model_digest

    measured(models / "tiny", model_digest(models / "tiny"))
    fresh = explain_page(data=jpeg_bytes(part_photo(1.2)), tab=QUALITY)
    assert not fresh.exception
    assert "in 4 of 4" in said(fresh)
    assert not fresh.warning
    measured(models / "tiny", "of another model")
    stale = explain_page(data=jpeg_bytes(part_photo(1.2)), tab=QUALITY)
    assert any("stale" in w.value for w in stale.warning)


def test_a_damaged_model_is_named_and_nothing_breaks(models: Path) -> None:
    (models / "tiny" / "model.bin").write_bytes(b"damaged")
    st.cache_resource.clear()
    page = explain_page()
    assert not page.exception
    assert "disabled" in page.error[0].value
