"""Home: photos of one's own find the product that knows them, and the tour goes from page to page."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from defect_app.ui.parts.tour import STEPS
from defect_app.ui.session import Key
from tests.model_folders import make_model_folder, part_photo
from tests.photo_files import jpeg_bytes

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[AppTest]:
    make_model_folder(tmp_path / "models", "tiny")
    monkeypatch.setenv("DEFECT_APP_MODELS", str(tmp_path / "models"))
    monkeypatch.setenv("DEFECT_APP_DATABASE_URL", f"sqlite:///{tmp_path / 'records.sqlite'}")
    st.cache_resource.clear()
    st.cache_data.clear()
    yield AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=120).run()
    st.cache_resource.clear()


def test_photos_find_the_product_that_knows_them_and_others_are_offered_to_teach(home: AppTest) -> None:
    assert not home.exception
    photos = {
        "a.jpg": jpeg_bytes(part_photo(1.0)),
        "b.jpg": jpeg_bytes(part_photo(0.0, blueness=1.0)),
        "c.jpg": b"none",
    }
    home.file_uploader[0].set_value([(name, data, "image/jpeg") for name, data in photos.items()]).run()
    assert not home.exception
    words = "\n".join(element.value for element in [*home.markdown, *home.caption]).replace("\\", "")
    assert "a.jpg looks like a photo of **Tiny" in words
    assert "No product here knows 1 of 3" in words
    assert "c.jpg" in words
    assert [b.label for b in home.button if b.label.startswith("Judge it as")]


def test_the_tour_begins_in_the_menu_says_where_it_stands_and_can_be_left(home: AppTest) -> None:
    assert not [m for m in home.markdown if "**1 of 6.**" in m.value]
    home.session_state[Key.SHARED_TOUR_STEP] = 0
    home.run()
    assert [m for m in home.markdown if f"**1 of {len(STEPS)}.**" in m.value]
    assert home.button(key=Key.SHARED_TOUR_NEXT).label == "Next: Inspect"
    home.button(key=Key.SHARED_TOUR_END).click().run()
    assert not [m for m in home.markdown if "**1 of 6.**" in m.value]


def test_every_step_of_the_tour_is_a_page() -> None:
    assert len(STEPS) == 6
    assert [step.script for step in STEPS if not (ROOT / step.script).is_file()] == []
