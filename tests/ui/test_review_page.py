"""The Review page's states, run by Streamlit's own test harness on stored inspections made for the purpose."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from defect_app.catalog import read_spec, write_spec
from defect_app.decision import Verdict
from defect_app.inspections import InspectionStore, StoredInspection
from defect_app.inspections.photo_store import PhotoStore
from defect_app.intake import content_hash
from defect_app.reviews import ReviewStore
from defect_app.reviews.audits import draw_audit
from defect_app.reviews.settled import reviewed_parts
from defect_app.reviews.studies import begin_study, next_of_study
from defect_app.storage.audit import AuditTrail
from defect_app.storage.database import Database
from defect_app.ui.session import Key, KeyOf
from tests.evaluation.caches import rows_of, write_cache
from tests.inspections.records import a_new_inspection
from tests.model_folders import INSPECTION_CLASSES, make_model_folder, part_photo
from tests.photo_files import jpeg_bytes
from tests.reviews.answers import DEFECTIVE, GOOD, UNSURE, an_answer, answer_all

ROOT = Path(__file__).resolve().parents[2]
PHOTO = jpeg_bytes(part_photo(1.2))
VERDICTS = ("PASS", "PASS", "REVIEW", "REJECT")


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ReviewStore]:
    make_model_folder(tmp_path / "models", "tiny")
    make_model_folder(tmp_path / "models", "colours", task="recognition")
    url = f"sqlite:///{tmp_path / 'records.sqlite'}"
    monkeypatch.setenv("DEFECT_APP_MODELS", str(tmp_path / "models"))
    monkeypatch.setenv("DEFECT_APP_DATABASE_URL", url)
    monkeypatch.setenv("DEFECT_APP_PHOTOS", str(tmp_path / "photos"))
    st.cache_resource.clear()
    database = Database(url)
    yield ReviewStore(database)
    database.close()
    st.cache_resource.clear()


@pytest.fixture
def parts(store: ReviewStore) -> tuple[StoredInspection, ...]:
    """Store sixteen parts of the model "tiny" with one photo."""
    PhotoStore().keep_photo(content_hash(PHOTO), PHOTO)
    new = [
        a_new_inspection(n, verdict=VERDICTS[n % 4], sha256=content_hash(PHOTO), file=f"*part*-{n}.jpg", place=n)
        for n in range(16)
    ]
    return InspectionStore(store.database).append(new)


def review_page(section: str = "Look at parts", who: str = "Ada", **state: Any) -> AppTest:
    page = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=300)
    page.switch_page("pages/review.py")
    page.query_params["model"] = "tiny"
    page.query_params["reviews"] = section
    page.session_state[Key.SHARED_WHO] = who
    for name, value in state.items():
        page.session_state[Key[name]] = value
    page.run()
    assert not page.exception
    return page


def components(page: AppTest) -> list[Any]:
    return [e for e in page.get("bidi_component") if str(e.key).startswith(KeyOf.REVIEW_LOOKING.value)]


def component(page: AppTest) -> dict[str, Any]:
    """Return what the component is given."""
    (element,) = components(page)
    given: dict[str, Any] = json.loads(element.proto.json)
    return given


def text(page: AppTest) -> str:
    return "\n".join(str(e.value) for e in (*page.markdown, *page.caption, *page.info))


@pytest.mark.usefixtures("store")
def test_without_stored_parts_it_says_how_they_come_here() -> None:
    page = review_page()
    assert "is stored yet" in page.info[0].value
    assert not components(page)


@pytest.mark.usefixtures("parts")
def test_the_doubtful_parts_are_shown_with_the_models_answer() -> None:
    page = review_page()
    assert "**4** doubtful wait" in text(page)
    photos = component(page)["photos"]
    assert [photo["verdict"] for photo in photos] == ["REVIEW"] * 4
    assert [photo["file"] for photo in photos] == [f"*part*-{n}.jpg" for n in (14, 10, 6, 2)]
    assert all(photo["url"].startswith("data:image/jpeg;base64,") for photo in photos)


@pytest.mark.usefixtures("parts")
def test_a_part_without_a_picture_says_so(tmp_path: Path) -> None:
    PhotoStore(tmp_path / "photos").delete(content_hash(PHOTO))
    st.cache_data.clear()
    photo = component(review_page())["photos"][0]
    assert photo["url"] == ""
    assert photo["missing"].startswith("No picture of this part is kept")


@pytest.mark.usefixtures("parts")
def test_a_part_of_which_a_thumbnail_is_kept_is_shown_small(tmp_path: Path) -> None:
    photos = PhotoStore(tmp_path / "photos")
    photos.delete(content_hash(PHOTO))
    photos.keep_thumbnail(content_hash(PHOTO), PHOTO)
    st.cache_data.clear()
    page = review_page()
    assert (component(page)["photos"][0]["small"], component(page)["photos"][0]["missing"]) == (True, "")
    assert "only small pictures of passed parts are kept" in text(page)


@pytest.mark.usefixtures("parts")
def test_known_defects_are_laid_into_blind_reviews_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "models" / "tiny"
    write_spec(folder, replace(read_spec(folder), product="casting"))
    monkeypatch.setenv("DEFECT_APP_REVIEW_SEEDED_SHARE", "0.5")
    assert not any(photo["scene"] for photo in component(review_page())["photos"])
    blind = component(review_page(REVIEW_BLIND=True))["photos"]
    scenes = [photo for photo in blind if photo["scene"]]
    assert scenes
    assert all(photo["url"] and not photo["verdict"] for photo in scenes)


@pytest.mark.usefixtures("parts")
def test_an_audit_is_drawn_and_its_parts_wait(store: ReviewStore) -> None:
    page = review_page(REVIEW_QUEUE="audit")
    assert component(page)["photos"] == []
    next(b for b in page.button if b.label == "Draw").click().run()
    assert "audit: **0** of 16 answered by you" in text(page)
    assert len(component(page)["photos"]) == 6
    assert "audit drawn" in {e.action for e in AuditTrail(store.database).entries()}


def test_what_the_reviews_say_has_bounds_and_the_evaluation_beside(
    store: ReviewStore, parts: tuple[StoredInspection, ...]
) -> None:
    audit = draw_audit(store.database, "tiny", dict.fromkeys((Verdict.PASS, Verdict.REVIEW, Verdict.REJECT), 16))
    verdict_of = {part.key: part.record.verdict for part in parts}
    for sample in audit.samples:
        for key in sample.inspections:
            answer = GOOD if verdict_of[key] == "PASS" else DEFECTIVE
            store.add(an_answer(None, answer, inspection=key, sample_id=sample.id))
    page = review_page("What the reviews say")
    assert "0 escapes in 8 looked at\\: at most 0\\.0 %" in text(page)
    assert [next(iter(frame.value.columns)) for frame in page.dataframe] == ["Rate", "Verdict", "Actual, by persons"]
    beside, strata, reviewed = (frame.value for frame in page.dataframe)
    assert str(beside["The line, by the audit"].iloc[0]).startswith("0.0 %")
    assert strata["Looked at"].tolist() == [8, 4, 4]
    assert reviewed[["PASS", "REVIEW", "REJECT"]].to_numpy().tolist() == [[8, 0, 0], [0, 4, 4]]
    # The sixteen parts share one photo, and each content is taught with once.
    assert "1 photo settled by persons, 0 against the model; 1 kept whole" in text(page)


def test_disagreements_are_listed_with_what_each_said(store: ReviewStore, parts: tuple[StoredInspection, ...]) -> None:
    answer_all(store, parts[:6], GOOD, "Ada")
    answer_all(store, parts[1:6], GOOD, "B*e*n")
    answer_all(store, parts[:1], DEFECTIVE, "B*e*n", note="crack :red[x]")
    page = review_page("Two reviewers")
    assert "**6** parts were reviewed by two persons" in text(page)
    assert page.header[0].value == "Disagreements: 1"
    assert "B\\*e\\*n: :red[:material/cancel: defective] “crack \\:red\\[x\\]”" in text(page)
    assert page.dataframe[0].value["The other"].tolist() == ["B*e*n"]


def test_what_nobody_knows_is_a_limit_sample(store: ReviewStore, parts: tuple[StoredInspection, ...]) -> None:
    answer_all(store, parts[:2], UNSURE, "Ada")
    answer_all(store, parts[1:2], GOOD, "Ben")
    page = review_page("Limit samples")
    assert text(page).count("Model: ") == 1
    assert "does not know" in text(page)


def test_a_study_is_begun_judged_blind_and_analysed(store: ReviewStore, parts: tuple[StoredInspection, ...]) -> None:
    answer_all(store, parts[:5], GOOD, "Zoe")
    answer_all(store, parts[5:10], DEFECTIVE, "Zoe")
    page = review_page("Agreement study")
    next(b for b in page.button if b.label == "Begin").click().run()
    assert not page.exception
    given = component(page)
    assert (given["blind"], given["reveal"], len(given["photos"])) == (True, False, 6)
    study = begin_study(store.database, "S", "tiny", reviewed_parts(store.of_model("tiny")), 2)
    reference = {part.inspection: part.reference for part in study.parts}
    for trial, key in next_of_study(study, (), "Ada"):
        store.add(an_answer(None, reference[key], inspection=key, study_id=study.id, trial=trial))
    figures = review_page("Agreement study", REVIEW_STUDY_VIEW=":material/table_chart: Figures").dataframe[0].value
    assert figures["Appraiser"].tolist() == ["Ada", "the model"]
    assert str(figures["Effectiveness"].iloc[0]).startswith("✓ 100.0 %")
    assert figures["With themselves"].tolist()[1] == "one trial"


@pytest.mark.usefixtures("store")
def test_a_recognition_model_has_no_review() -> None:
    page = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=300)
    page.switch_page("pages/review.py")
    page.query_params["model"] = "colours"
    page.run()
    assert "this one recognises things" in page.info[0].value


def test_settled_parts_are_a_split_of_evaluate_with_their_photos(store: ReviewStore, tmp_path: Path) -> None:
    folder = tmp_path / "models" / "tiny"
    names, p = [c.name for c in INSPECTION_CLASSES], np.linspace(0, 1, 40)
    rows = rows_of([names[i % 2] for i in range(40)], np.stack([p, 1 - p], axis=1), INSPECTION_CLASSES)
    write_cache(folder, rows)
    PhotoStore().keep_photo(content_hash(PHOTO), PHOTO)
    new = [
        a_new_inspection(
            n, verdict="PASS", sha256=content_hash(PHOTO), place=n, p={names[0]: 0.1 * n, names[1]: 1 - 0.1 * n},
            model_sha256=read_spec(folder).identity,
        )
        for n in range(1, 5)
    ]  # fmt: skip
    stored = InspectionStore(store.database).append(new)
    answer_all(store, stored[:3], GOOD)
    answer_all(store, stored[3:], DEFECTIVE)
    page = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=300)
    page.switch_page("pages/evaluate.py")
    page.query_params["model"] = "tiny"
    page.query_params["split"] = "The line, since 20 Nov 2026"
    page.run()
    assert not page.exception
    choice = next(s for s in page.selectbox if s.label == "Photos")
    assert choice.options == ["Test photos", "The line, since 20 Nov 2026"]
    assert "4 parts of the line, as persons settled them" in text(page)
    assert "rates among them are no rates of the line" in text(page)
    assert not any("not on this machine" in e.value for e in page.info)
