"""The Explain page's states, run by Streamlit's own test harness on tiny real models; TensorFlow stays out."""

import re
import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from defect_app.catalog import read_spec, weights_sha256, write_spec
from defect_app.explanation.cache import COLUMNS, ExplanationOrigin, Explanations, write_explanations
from defect_app.inspection.framing import FixedFrame
from defect_app.inspections.fixed_frames import FixedFrames
from defect_app.scenes.samples import Sample, samples_for
from defect_app.storage.database import Database
from defect_app.ui.parts.explained_photo import FROM_INSPECT, ExplainedPhoto
from defect_app.ui.session import Address, Key, KeyOf
from tests.model_folders import part_photo
from tests.photo_files import jpeg_bytes

ROOT = Path(__file__).resolve().parents[2]
SAMPLE_KEY = KeyOf.SHARED_ADDRESS(Address.SAMPLE)
METHODS_KEY = KeyOf.SHARED_ADDRESS(Address.METHODS)
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


def explain_page(
    model: str = "tiny", data: bytes | None = None, tab: str = HIDE, address: dict[str, str] | None = None
) -> AppTest:
    page = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=300)
    page.switch_page("pages/explain.py")
    page.query_params["model"] = model
    page.query_params["check"] = tab
    if data is not None:
        page.session_state[Key.EXPLAIN_HANDED_OVER] = ExplainedPhoto.of("a *part*.jpg", data, "From a test.")
        page.query_params[Address.SOURCE] = FROM_INSPECT
    for name, value in (address or {}).items():
        page.query_params[name] = value
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
def test_a_dropped_photo_is_explained_in_the_frame_that_is_saved_for_its_product() -> None:
    with closing(Database()) as database:
        FixedFrames(database).save("casting", [FixedFrame(0.5, 0, 0.5, 1)])
    page = explain_page(address={Address.SOURCE: "file"})
    tray = jpeg_bytes(np.hstack([part_photo(-1.2), part_photo(1.2)]))
    page.file_uploader(key=Key.EXPLAIN_UPLOAD).set_value(("tray.jpg", tray, "image/jpeg")).run()
    assert not page.exception
    assert "Judged in the fixed frame of this product, as saved on Inspect" in said(page)
    assert "REJECT" in said(page), "the right half of the tray is the defective one"


@pytest.mark.usefixtures("models")
def test_every_sample_can_be_chosen() -> None:
    page = explain_page()
    # A list gives back the label that was chosen: of equal ones, one alone could be had.
    labels = page.selectbox(key=SAMPLE_KEY).options
    shown = [said(page.selectbox(key=SAMPLE_KEY).select(label).run()) for label in labels]
    assert len({re.findall(r"casting\\-\d+", text)[0] for text in shown}) == len(labels) == 12


@pytest.mark.usefixtures("models")
def test_a_model_without_a_keras_file_offers_every_method_but_no_reference() -> None:
    methods = ["grad-cam", "integrated-gradients", "score-cam"]
    page = explain_page(data=jpeg_bytes(part_photo(1.2)), address={"methods": ",".join(methods)})
    assert not page.exception
    assert page.session_state[METHODS_KEY] == methods
    for method in ("Grad-CAM", "Integrated gradients", "Score-CAM"):
        assert f"**{method}** · the score of defect" in said(page)
    assert not page.toggle


@pytest.mark.usefixtures("models")
def test_the_address_says_what_is_shown_and_a_reload_shows_it_again() -> None:
    page = explain_page()
    assert [
        name for name in ("sample", "methods", "layer", "target", "look", "scale") if name in page.query_params
    ] == []
    second = page.selectbox(key=SAMPLE_KEY).options[1]
    page.selectbox(key=SAMPLE_KEY).select(second).run()
    page.session_state[METHODS_KEY] = ["layer-cam"]
    page.run()
    page.selectbox(key=KeyOf.SHARED_ADDRESS(Address.TARGET)).select_index(2).run()
    address = {name: _text(page.query_params[name]) for name in ("sample", "methods", "target")}
    assert address["methods"] == "layer-cam"
    again = explain_page(address=address)
    assert again.selectbox(key=SAMPLE_KEY).value == page.selectbox(key=SAMPLE_KEY).value == address["sample"]
    assert "**Layer-CAM**" in said(again)
    assert again.selectbox(key=KeyOf.SHARED_ADDRESS(Address.TARGET)).value == address["target"]


@pytest.mark.usefixtures("models")
def test_a_link_to_what_is_not_there_says_so_and_shows_the_usual() -> None:
    asked = {"methods": "grad-cam,guesswork", "layer": "gone_*away*", "target": "nobody", "look": "upside"}
    page = explain_page(address={**asked, "sample": "x.jpg"})
    assert not page.exception
    for unknown in ("guesswork", r"gone\_\*away\*", "nobody", "upside"):
        assert f"“{unknown}”, which this model does not have" in said(page)
    assert r"no sample “x\.jpg”" in said(page) or "no sample “x.jpg”" in said(page)
    assert "**Grad-CAM** · the score of defect" in said(page)


def _text(parameter: str | list[str]) -> str:
    return parameter if isinstance(parameter, str) else parameter[0]


def _casting_samples() -> tuple[Sample, ...]:
    return samples_for(read_spec(ROOT / "models" / "casting-cnn"))


@pytest.mark.usefixtures("models")
def test_the_samples_begin_with_a_defective_part() -> None:
    page = explain_page()
    assert page.selectbox(key=SAMPLE_KEY).value == next(s.name for s in _casting_samples() if s.is_defective)


@pytest.mark.usefixtures("models")
def test_of_five_methods_the_one_that_was_chosen_last_takes_the_place_of_the_first() -> None:
    page = explain_page(data=jpeg_bytes(part_photo(1.2)), address={"methods": "cam,grad-cam,layer-cam,hires-cam"})
    assert [m for m in ("Class activation map", "Grad-CAM", "Layer-CAM", "HiResCAM") if f"**{m}**" in said(page)] == [
        "Class activation map", "Grad-CAM", "Layer-CAM", "HiResCAM",
    ]  # fmt: skip
    assert "in its own unit;" in said(page)
    pills = page.pills(key=METHODS_KEY)
    pills.set_value(["cam", "grad-cam", "layer-cam", "hires-cam", "finer-cam"]).run()
    assert page.session_state[METHODS_KEY] == [
        "grad-cam",
        "layer-cam",
        "hires-cam",
        "finer-cam",
    ]
    assert "**Class activation map**" not in said(page)
    assert "in logits;" in said(page)
    assert "its own unit" not in said(page), "only the map that is gone sums nothing up"


@pytest.mark.usefixtures("models")
def test_a_weak_answer_is_drawn_pale_and_said_with_its_number() -> None:
    good = explain_page(data=jpeg_bytes(part_photo(-1.2)), address={"methods": "layer-cam"})
    assert "drawn pale: the answer is weak" in said(good)
    bad = explain_page(data=jpeg_bytes(part_photo(1.2)), address={"methods": "layer-cam"})
    assert "drawn pale" not in said(bad)
    assert "Strongest place:" in said(bad)
    scaled = explain_page(data=jpeg_bytes(part_photo(-1.2)), address={"methods": "layer-cam", "scale": "answer"})
    assert "as bright as the answer, 0." in said(scaled)


@pytest.mark.usefixtures("models")
@pytest.mark.parametrize("shape", [(200, 9000), (9000, 200), (60, 2000)], ids=str)
@pytest.mark.parametrize("tab", [HIDE, SHAKE, "Sanity check", "Look inside", QUALITY])
def test_a_long_photo_is_explained_in_every_part_of_the_page(shape: tuple[int, int], tab: str) -> None:
    photo = np.random.default_rng(0).integers(0, 256, (*shape, 3), np.uint8)
    page = explain_page(data=jpeg_bytes(photo), tab=tab, address={"look": "beside"})
    assert not page.exception
    assert not page.error
    assert [t.label for t in page.tabs][:2] == [HIDE, SHAKE]
    assert "**Class activation map**" in said(page)


@pytest.mark.usefixtures("models")
@pytest.mark.parametrize("tab", [SHAKE, "Sanity check", "Look inside", QUALITY])
def test_every_other_check_opens(tab: str) -> None:
    page = explain_page(data=jpeg_bytes(part_photo(1.2)), tab=tab)
    assert not page.exception
    expected = {
        SHAKE: "change",
        "Sanity check": "rank correlation",
        "Look inside": "A network looks at a photo in stages",
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
    page.session_state[Key.EXPLAIN_HANDED_OVER] = ExplainedPhoto.of("red.jpg", jpeg_bytes(part_photo(1.2)))
    assert "**Class activation map** · Red" in said(page.run())


@pytest.mark.usefixtures("models")
def test_a_file_that_is_no_photo_says_so_and_the_rest_of_the_page_stands() -> None:
    page = explain_page(data=b"no photo at all")
    assert not page.exception
    assert "cannot be used" in page.error[0].value
    assert "not been measured" in said(page)


def test_measured_figures_are_shown_with_n_and_stale_ones_are_called_stale(models: Path) -> None:
    measured(models / "tiny", weights_sha256(models / "tiny"))
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
