"""The Inspections page's states, on inspections that a tiny real model made; and what Inspect says of keeping."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from defect_app.explanation import METHODS
from defect_app.hosting.batch import Batch
from defect_app.hosting.keeping import Keeping, Origin
from defect_app.inspection import Inspector
from defect_app.inspections import InspectionFilter, InspectionStore, Source
from defect_app.inspections.recorder import Recorder
from defect_app.intake import PhotoFile
from defect_app.reviews import Answer, NewReview, ReviewStore
from defect_app.storage.database import Database
from defect_app.ui.parts.text import as_text
from defect_app.ui.session import Address, Key
from tests.model_folders import make_model_folder, part_photo
from tests.photo_files import jpeg_bytes

ROOT = Path(__file__).resolve().parents[2]
FILES = {
    "red.jpg": jpeg_bytes(part_photo(1.2)),
    "green.jpg": jpeg_bytes(part_photo(-1.2)),
    "strange <b>.jpg": jpeg_bytes(part_photo(0.0)),
}


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[InspectionStore]:
    """Give records with one batch of three photos, judged on the page for Ada."""
    (tmp_path / "models").mkdir()
    make_model_folder(tmp_path / "models", "tiny")
    monkeypatch.setenv("DEFECT_APP_MODELS", str(tmp_path / "models"))
    monkeypatch.setenv("DEFECT_APP_PHOTOS", str(tmp_path / "photos"))
    monkeypatch.setenv("DEFECT_APP_DATABASE_URL", f"sqlite:///{tmp_path / 'records.sqlite'}")
    st.cache_resource.clear()
    database = Database()
    opened = InspectionStore(database)
    with Recorder(lambda: opened) as recorder:
        batch = Batch(Inspector.from_id("tiny"), keeping=Keeping(recorder, Origin(Source.PAGE, who="Ada", part="SN-7")))
        batch.add([PhotoFile.of_bytes(name, partial(bytes, data)) for name, data in FILES.items()])
        batch.wait(300)
    yield opened
    st.cache_resource.clear()
    database.close()


def the_page(**address: str) -> AppTest:
    page = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=300)
    page.switch_page("pages/inspections.py")
    for name, value in address.items():
        page.query_params[name] = value
    page.run()
    assert not page.exception
    return page


def words(page: AppTest) -> str:
    return " ".join(str(e.value) for e in [*page.markdown, *page.caption, *page.info, *page.warning])


def links_to_teach(page: AppTest) -> list[str]:
    return [link.proto.label for link in page.get("page_link") if link.proto.query_string == "corrected=tiny"]


def test_all_is_listed_newest_first_and_the_address_filters(store: InspectionStore) -> None:
    page = the_page()
    assert page.dataframe[0].value["file"].tolist() == ["strange <b>.jpg", "green.jpg", "red.jpg"]
    rejected = the_page(verdict="REJECT")
    assert rejected.dataframe[0].value["file"].tolist() == ["red.jpg"]
    assert the_page(search="green", who="Ada").dataframe[0].value["part"].tolist() == ["SN-7"]
    assert "No stored inspection is like that" in words(the_page(search="nothing like it"))


def test_the_report_offers_the_map_of_the_verdict_first_and_every_method(store: InspectionStore) -> None:
    page = the_page()
    choice = page.selectbox(key=Key.INSPECTIONS_MAP)
    assert choice.value == ""
    assert choice.options == ["Heat maps as judged", *(method.title for method in METHODS.values())]
    assert not choice.set_value("grad-cam").run().exception


def test_a_search_for_two_letters_says_how_far_it_looked_and_goes_on(
    store: InspectionStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("defect_app.inspections.store.MOST_LOOKED_AT", 2)
    page = the_page(search="re d")
    assert "1 shown" in words(page)
    page = the_page(search="qz")
    assert "Nothing like that among the 2 inspections that were looked at" in words(page)
    page.button(key=Key.INSPECTIONS_OLDER).click().run()
    assert "No stored inspection is like that" in words(page)


def test_an_inspection_opens_with_its_reason_its_point_in_words_and_what_is_kept(store: InspectionStore) -> None:
    (review,) = store.page(InspectionFilter(verdict="REVIEW")).inspections
    page = the_page(open=review.id)
    said = words(page)
    assert as_text(review.record.reason) in said
    assert "review from 0" in said
    assert "for Ada, part SN" in said
    assert "Heat map, computed again from the kept photo" in said
    (passed,) = store.page(InspectionFilter(verdict="PASS")).inspections
    assert "Only this small picture is kept" in words(the_page(open=passed.id))
    assert "There is no stored inspection" in words(the_page(open="01937d2c-4b1e-7c3a-9d21-5f0c8a7be412"))


def test_judging_again_says_what_another_point_would_give_and_stores_nothing(store: InspectionStore) -> None:
    from defect_app.decision import InspectionThresholds
    from defect_app.points import open_records

    records = open_records()
    point = Inspector.from_id("tiny").default_point.moved(InspectionThresholds(0.0, 0.0), "strict")
    records.save_point(point)
    records.close()
    (passed,) = store.page(InspectionFilter(verdict="PASS")).inspections
    page = the_page(open=passed.id, judged_by="tiny")
    page.selectbox(key=Key.INSPECTIONS_AGAIN_POINT).set_value("strict").run()
    assert "would be" in words(page)
    assert "from the stored scores" in words(page)
    page.selectbox(key=Key.INSPECTIONS_ALL_POINT).set_value("strict").run()
    page.button(key=Key.INSPECTIONS_ALL_COMPARE).click().run()
    assert "2 of 3 verdicts would change" in words(page)
    assert not page.exception
    assert len(list(store.oldest_first())) == 3


def test_photos_that_persons_settled_go_on_to_teach(store: InspectionStore) -> None:
    assert not links_to_teach(the_page(judged_by="tiny"))
    (doubtful,) = store.page(InspectionFilter(verdict="REVIEW")).inspections
    review = NewReview(token="t1", answer=Answer.DEFECTIVE, who="Ada", inspection=doubtful.key)
    ReviewStore(store.database).add(review)
    page = the_page(judged_by="tiny")
    assert links_to_teach(page) == ["Send corrected photos to Teach"]
    assert "1 photo settled by persons, 0 against the model; 1 kept whole" in words(page)


def test_inspect_offers_the_last_batch_after_a_reload(store: InspectionStore) -> None:
    page = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=300)
    page.switch_page("pages/inspect.py")
    page.query_params[Address.MODEL] = "tiny"
    page.run()
    assert not page.exception
    assert "1 REJECT, 1 REVIEW, 1 PASS" in words(page)
