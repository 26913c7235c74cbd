"""Looks like these on Explain and Inspect: pictures of each class with distances, and nothing before it is opened."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from defect_app.catalog import ClassSpec
from defect_app.teaching.photo_set import PhotoSet, SetPhoto, _write
from defect_app.teaching.request import TaughtClass
from defect_app.ui.parts.explained_photo import FROM_INSPECT, ExplainedPhoto
from defect_app.ui.session import Address, Key
from tests.model_folders import make_model_folder, part_photo
from tests.photo_files import jpeg_bytes
from tests.ui.batches import judged_samples
from tests.ui.test_evaluate_page import shown_words

ROOT = Path(__file__).resolve().parents[2]
CLASSES = (ClassSpec("cracked", "Cracked", "defect"), ClassSpec("sound", "Sound", "ok"))
TAUGHT = {"a red one.jpg": 1.0, "a darker red one.jpg": 0.8, "a <b>green one.jpg": -1.0}


@pytest.fixture
def taught(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Make a model with the photos that it was taught with, and a place for what is computed of them."""
    models, sets = tmp_path / "models", tmp_path / "taught"
    make_model_folder(models, classes=CLASSES)
    folder = sets / ".sets" / "tiny"
    folder.mkdir(parents=True)
    photos = []
    for number, (name, redness) in enumerate(TAUGHT.items()):
        sha256 = f"{number + 1:064x}"
        (folder / sha256).write_bytes(jpeg_bytes(part_photo(redness, number)))
        photos.append(SetPhoto(name, "cracked" if redness > 0 else "sound", sha256))
    classes = (TaughtClass("cracked", "Cracked", "defect"), TaughtClass("sound", "Sound", "ok"))
    _write(folder, PhotoSet("tiny", "Tiny", classes, tuple(photos)))
    monkeypatch.setenv("DEFECT_APP_MODELS", str(models))
    monkeypatch.setenv("DEFECT_APP_TAUGHT_MODELS", str(sets))
    monkeypatch.setattr("defect_app.neighbours.bank.NEIGHBOURS_FOLDER", tmp_path / "neighbours")
    st.cache_resource.clear()
    st.cache_data.clear()
    yield
    st.cache_resource.clear()


def page_of(name: str) -> AppTest:
    page = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=300)
    page.switch_page(f"pages/{name}.py")
    page.query_params["model"] = "tiny"
    return page


def distances(page: AppTest) -> dict[str, float]:
    """Return the distance under each picture, by its words."""
    under = (c.value.replace("\\", "").split(" · ", 1) for c in page.caption if c.value.startswith("distance "))
    return {name: float(distance.removeprefix("distance ")) for distance, name in under}


@pytest.mark.usefixtures("taught")
def test_explain_shows_the_nearest_pictures_of_each_class_with_their_distances() -> None:
    page = page_of("explain")
    page.session_state[Key.EXPLAIN_HANDED_OVER] = ExplainedPhoto.of("part.jpg", jpeg_bytes(part_photo(1.0, 0)))
    page.query_params[Address.SOURCE] = FROM_INSPECT
    page.query_params[Address.CHECK] = "Looks like these"
    page.run()
    assert not page.exception
    found = distances(page)
    assert list(found) == list(TAUGHT)
    assert found["a red one.jpg"] == 0
    assert found["a red one.jpg"] < found["a darker red one.jpg"] < found["a <b>green one.jpg"]
    words = shown_words(page)
    assert "the 3 photos that it was taught with" in words
    assert words.index("**Cracked**") < words.index("**Sound**")


@pytest.mark.usefixtures("taught")
def test_inspect_computes_nothing_before_it_is_opened(tmp_path: Path) -> None:
    page = judged_samples(page_of("inspect"))
    assert not page.exception
    assert distances(page) == {}
    assert not (tmp_path / "neighbours").exists()
