"""The Inspect page's states, run by Streamlit's own test harness on tiny real models."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from defect_app.batch import Batch, PendingFile
from defect_app.decision import OperatingPoint
from defect_app.inspection import Inspector
from defect_app.records import Records, open_records
from defect_app.ui.text import as_text
from tests.model_folders import make_model_folder, part_photo
from tests.photo_files import jpeg_bytes

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    make_model_folder(tmp_path, "tiny")
    make_model_folder(tmp_path, "colours", task="recognition")
    monkeypatch.setenv("DEFECT_APP_MODELS", str(tmp_path))
    st.cache_resource.clear()
    yield tmp_path
    st.cache_resource.clear()


def inspect_page(model: str = "tiny") -> AppTest:
    page = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=30)
    page.switch_page("pages/inspect.py")
    page.query_params["model"] = model
    return page


def judged(model: str, files: dict[str, bytes]) -> dict[str, Batch]:
    inspector = Inspector(model)
    batch = Batch(inspector)
    batch.add([PendingFile(name, lambda data=data: data) for name, data in files.items()])
    batch.wait(30)
    return {inspector.model_sha256: batch}


RED, GREEN = jpeg_bytes(part_photo(1.2)), jpeg_bytes(part_photo(-1.2))
BLUE, GREY = jpeg_bytes(part_photo(0.0, blueness=2.0)), jpeg_bytes(part_photo(0.0))


def everything() -> dict[str, bytes]:
    return {
        "red.jpg": RED,
        "green.jpg": GREEN,
        "blue.jpg": BLUE,
        "bad.jpg": b"",
    }


@pytest.mark.usefixtures("models")
def test_empty_it_offers_a_drop_zone_and_samples() -> None:
    page = inspect_page().run()
    assert not page.exception
    assert page.title[0].value == "Tiny tiny"
    assert any("No photo at hand?" in m.value for m in page.markdown)
    assert not page.dataframe


@pytest.mark.usefixtures("models")
def test_judged_it_shows_counts_the_first_photo_and_the_unusable_file_with_its_remedy() -> None:
    page = inspect_page()
    page.session_state["batches"] = judged("tiny", everything())
    page.run()
    assert not page.exception
    verdicts = dict(zip(page.dataframe[0].value["file"], page.dataframe[0].value["verdict"], strict=True))
    assert verdicts == {"red.jpg": "REJECT", "green.jpg": "PASS", "blue.jpg": "REVIEW", "bad.jpg": "NOT USABLE"}
    assert any("empty file" in m.value for m in page.markdown)
    assert any("Reject at 0" in c.value for c in page.caption)


@pytest.mark.usefixtures("models")
def test_filtered_it_shows_only_the_chosen_verdict() -> None:
    page = inspect_page()
    page.session_state["batches"] = judged("tiny", everything())
    page.session_state["inspect_filter"] = "REVIEW"
    page.run()
    assert not page.exception
    assert list(page.dataframe[0].value["file"]) == ["blue.jpg"]


@pytest.mark.usefixtures("models")
def test_sorted_the_most_suspicious_photo_comes_first() -> None:
    page = inspect_page()
    page.session_state["batches"] = judged("tiny", everything())
    page.session_state["inspect_order"] = True
    page.run()
    assert list(page.dataframe[0].value["verdict"]) == ["REJECT", "REVIEW", "PASS", "NOT USABLE"]


@pytest.mark.usefixtures("models")
def test_a_recognition_model_shows_labels_and_is_unsure_below_its_threshold() -> None:
    page = inspect_page("colours")
    page.session_state["batches"] = judged("colours", {"red.jpg": RED, "grey.jpg": GREY})
    page.run()
    assert not page.exception
    frame = page.dataframe[0].value
    assert list(frame["verdict"]) == ["RECOGNISED", "UNSURE"]
    assert list(frame["label"]) == ["Red", "unsure"]


def test_a_disabled_model_says_why_and_the_others_still_work(models: Path) -> None:
    (models / "tiny" / "model.bin").write_bytes(b"damaged")
    page = inspect_page().run()
    assert not page.exception
    assert as_text("model.bin") in page.error[0].value
    assert "disabled" in page.error[0].value
    other = inspect_page("colours").run()
    assert not other.exception
    assert not other.error


def test_without_any_model_it_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEFECT_APP_MODELS", str(tmp_path))
    st.cache_resource.clear()
    page = inspect_page().run()
    assert not page.exception
    assert "no model" in page.error[0].value


@pytest.mark.usefixtures("models")
def test_home_shows_a_card_for_each_model() -> None:
    home = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=30).run()
    assert not home.exception
    shown = " ".join(m.value for m in home.markdown)
    assert "Tiny tiny" in shown
    assert "Tiny colours" in shown


@pytest.fixture
def records(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Records:
    monkeypatch.setenv("DEFECT_APP_DATABASE_URL", f"sqlite:///{tmp_path / 'records.sqlite'}")
    return open_records()


def strict_point() -> OperatingPoint:
    """Return a point that rejects every photo that the model knows."""
    return Inspector("tiny").default_point.moved(review_at=0.0, reject_at=0.0, name="strict *x*")


@pytest.mark.usefixtures("models")
def test_the_active_point_is_applied_and_said_with_who_saved_it(records: Records) -> None:
    records.save_point(strict_point(), who="Ada <b>", activate=True)
    page = inspect_page()
    page.session_state["batches"] = judged("tiny", {"green.jpg": GREEN, "blue.jpg": BLUE})
    page.run()
    assert not page.exception
    assert list(page.dataframe[0].value["verdict"]) == ["REJECT", "REVIEW"]
    said = [c.value for c in page.caption if "saved by" in c.value]
    assert len(said) == 2, "at the head of the page, and beside the verdict"
    assert all("strict \\*x\\*, saved by Ada \\<b\\> on" in s for s in said)
    assert not page.warning


@pytest.mark.usefixtures("models")
def test_a_point_activated_in_between_judges_the_photos_on_the_page_anew_and_says_so(records: Records) -> None:
    page = inspect_page()
    page.session_state["batches"] = judged("tiny", {"red.jpg": RED, "green.jpg": GREEN})
    page.run()
    assert list(page.dataframe[0].value["verdict"]) == ["REJECT", "PASS"]
    assert not page.info
    records.save_point(strict_point(), activate=True)
    page.run()
    assert list(page.dataframe[0].value["verdict"]) == ["REJECT", "REJECT"]
    assert "All 2 photos here were judged anew from the stored scores: 1 verdict changed." in page.info[0].value
    records.deactivate("tiny")
    page.run()
    assert list(page.dataframe[0].value["verdict"]) == ["REJECT", "PASS"]


@pytest.mark.usefixtures("models")
def test_a_point_of_another_version_of_the_model_is_not_applied_and_the_page_says_so(records: Records) -> None:
    records.save_point(replace(strict_point(), model_sha256="0" * 64), activate=True)
    page = inspect_page()
    page.session_state["batches"] = judged("tiny", {"green.jpg": GREEN})
    page.run()
    assert list(page.dataframe[0].value["verdict"]) == ["PASS"]
    assert "another version of this model" in page.warning[0].value


@pytest.mark.usefixtures("models")
def test_without_the_database_photos_are_judged_and_the_page_says_which_point_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "damaged.sqlite").write_bytes(b"damaged " * 1000)
    monkeypatch.setenv("DEFECT_APP_DATABASE_URL", f"sqlite:///{tmp_path / 'damaged.sqlite'}")
    page = inspect_page()
    page.session_state["batches"] = judged("tiny", {"green.jpg": GREEN})
    page.run()
    assert not page.exception
    assert list(page.dataframe[0].value["verdict"]) == ["PASS"]
    assert "default point is used" in page.warning[0].value
