"""A taught product grows on the Teach page: by parts that Review settled, and by photos that are labelled there."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st

from defect_app.inspections import InspectionStore
from defect_app.inspections.photo_store import PhotoStore
from defect_app.intake import content_hash
from defect_app.reviews import ReviewStore
from defect_app.storage.database import Database
from defect_app.teaching import teach
from defect_app.teaching.photo_set import SETS_FOLDER, read_set
from defect_app.ui.session import Address, Key, KeyOf
from tests.inspections.records import a_new_inspection
from tests.reviews.answers import DEFECTIVE, answer_all
from tests.teaching.photos import GOOD, casting, castings, request
from tests.ui.test_teach_page import teach_page, words


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("taught")
    teach(request(castings(3, 0), (GOOD,)), out=folder)
    return folder


@pytest.fixture
def store(product: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ReviewStore]:
    """Store four defective parts that the product judged, the first two of them settled."""
    url = f"sqlite:///{tmp_path / 'records.sqlite'}"
    monkeypatch.setenv("DEFECT_APP_TAUGHT_MODELS", str(product))
    monkeypatch.setenv("DEFECT_APP_DATABASE_URL", url)
    monkeypatch.setenv("DEFECT_APP_PHOTOS", str(tmp_path / "photos"))
    st.cache_resource.clear()
    database = Database(url)
    new = []
    for n in range(4):
        data = casting(970 + n, True)
        PhotoStore().keep_photo(content_hash(data), data)
        new.append(a_new_inspection(n, model="bracket", verdict="PASS", sha256=content_hash(data), file=f"p{n}.jpg"))
    parts = InspectionStore(database).append(new)
    reviews = ReviewStore(database)
    answer_all(reviews, parts[:2], DEFECTIVE)
    yield reviews
    database.close()
    st.cache_resource.clear()


def test_a_link_from_review_offers_a_new_version_with_the_corrected_photos(store: ReviewStore) -> None:
    page = teach_page()
    page.query_params[Address.CORRECTED] = "bracket"
    page.run()
    assert not page.exception
    said = words(page)
    assert "A new version of Bracket" in said
    assert "2 photos are settled in Review and kept whole, 2 of them against the model: 2 are new" in said
    assert "there are 2, so it still knows good parts alone" in said
    assert not page.button(key=Key.TEACH_NEW_VERSION).disabled


def test_a_product_that_was_not_taught_here_is_said_to_be_none(store: ReviewStore) -> None:
    page = teach_page()
    page.query_params[Address.CORRECTED] = "casting-cnn"
    page.run()
    assert "casting-cnn is no product that was taught here" in words(page)


def test_stored_photos_without_a_label_are_offered_and_a_click_puts_one_into_the_set(
    store: ReviewStore, product: Path
) -> None:
    page = teach_page().run()
    page.button(key=Key.TEACH_FIND_STORED).click().run()
    assert not page.exception
    assert sorted(found.file.name for found in page.session_state[Key.TEACH_FOUND]) == ["p2.jpg", "p3.jpg"]
    page.button(key=KeyOf.TEACH_LABEL(0, "defect")).click().run()
    assert not page.exception
    grown = read_set("bracket", product)
    assert grown is not None
    assert grown.counts() == {"good": 3, "defect": 1}
    assert len(page.session_state[Key.TEACH_FOUND]) == 1
    assert "1 photo was labelled on this page" in words(page)


def test_a_product_without_kept_photos_says_what_to_do(store: ReviewStore, product: Path) -> None:
    kept = product / SETS_FOLDER / "bracket"
    kept.rename(kept.with_name("elsewhere"))
    try:
        assert "are not kept here" in words(teach_page().run())
    finally:
        kept.with_name("elsewhere").rename(kept)
