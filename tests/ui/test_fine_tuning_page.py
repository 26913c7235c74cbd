"""Fine-tuning on the Teach page: offered with its reason, followed and stopped, decided on; or said why not."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st

from defect_app import extras
from defect_app.hosting.tuning_job import forget_tuning, tuning_job
from defect_app.teaching import teach
from defect_app.teaching.versions import former_versions
from defect_app.tuning import offer
from defect_app.tuning.kept_work import TUNING_FOLDER
from defect_app.tuning.offer import is_fine_tuned
from defect_app.tuning.run import fine_tune
from defect_app.ui.session import Key
from tests.teaching.photos import castings, request
from tests.ui.test_teach_page import teach_page, words

LONGEST_S = 500


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Teach a product, and fine-tune it for an epoch."""
    folder = tmp_path_factory.mktemp("taught")
    teach(request(castings(5, 5)), out=folder)
    fine_tune("bracket", lambda progress: None, root=folder, epochs=1)
    return folder


@pytest.fixture
def waiting(product: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give the page a product whose candidate waits."""
    root = tmp_path / "models"
    shutil.copytree(product, root)
    monkeypatch.setenv("DEFECT_APP_TAUGHT_MODELS", str(root))
    monkeypatch.setattr(offer, "LEAST_PHOTOS", 5)
    monkeypatch.setattr(offer, "GOAL", 1.1)
    st.cache_resource.clear()
    yield root
    forget_tuning("bracket")
    st.cache_resource.clear()


@pytest.fixture
def taught(waiting: Path) -> Path:
    """Give the page a product of which nothing was fine-tuned."""
    shutil.rmtree(waiting / TUNING_FOLDER)
    return waiting


def test_it_is_offered_with_its_reason_followed_and_stopped(taught: Path) -> None:
    page = teach_page().run()
    assert not page.exception
    said = words(page)
    assert "Fine-tune Bracket" in said
    assert "area under ROC is" in said
    assert "nobody can tell beforehand" in said
    page.button(key=Key.TEACH_FINE_TUNE).click().run()
    assert not page.exception
    assert not page.button(key=Key.TEACH_FINE_TUNE_STOP).disabled
    assert "You may leave this page" in words(page)
    job = tuning_job("bracket")
    assert job is not None
    page.button(key=Key.TEACH_FINE_TUNE_STOP).click().run()
    job.wait(LONGEST_S)
    page.run()
    assert "Stopped. The folds that were finished are kept." in words(page)
    assert not page.button(key=Key.TEACH_FINE_TUNE).disabled


def test_a_person_replaces_the_taught_model(waiting: Path) -> None:
    page = teach_page().run()
    assert not page.exception
    said = words(page)
    assert "Of 10 photos that neither version had seen" in said
    assert "DeLong" in said
    assert any("Fine-tuned" in table.value.columns for table in page.dataframe)
    page.button(key=Key.TEACH_FINE_TUNE_ACCEPT).click().run()
    assert not page.exception
    assert is_fine_tuned(waiting / "bracket")
    assert len(former_versions("bracket", waiting)) == 1


def test_a_person_keeps_the_taught_model(waiting: Path) -> None:
    page = teach_page().run()
    page.button(key=Key.TEACH_FINE_TUNE_DISCARD).click().run()
    assert not page.exception
    assert not is_fine_tuned(waiting / "bracket")
    assert not former_versions("bracket", waiting)
    assert not page.button(key=Key.TEACH_FINE_TUNE).disabled


def test_without_tensorflow_the_page_says_what_is_missing(taught: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(extras.EXTRAS, "train", frozenset({"no_such_tensorflow"}))
    page = teach_page().run()
    assert not page.exception
    said = words(page)
    assert "This needs no_such_tensorflow, which is not installed." in said
    assert "Install it with: make setup" in said
    assert not [button for button in page.button if button.key == Key.TEACH_FINE_TUNE]


def test_too_few_photos_are_said(taught: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(offer, "LEAST_PHOTOS", 20)
    said = words(teach_page().run())
    assert "The smallest class has 5 photos; fine-tuning needs 20 of each." in said
