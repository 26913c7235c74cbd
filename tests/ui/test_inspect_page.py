"""The Inspect page's states, run by Streamlit's own test harness on tiny real models."""

import json
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from defect_app.catalog import ModelVersion, read_spec, write_spec
from defect_app.decision import InspectionThresholds, OperatingPoint
from defect_app.familiarity import FamiliarityModel
from defect_app.hosting.batch import Batch
from defect_app.inspection import Inspector
from defect_app.intake import PhotoFile
from defect_app.points import Records, open_records
from defect_app.ui.parts.text import as_text
from defect_app.ui.parts.verdicts import unguarded
from defect_app.ui.session import Address, Key, KeyOf
from tests.model_folders import make_model_folder, part_photo
from tests.photo_files import jpeg_bytes
from tests.ui.batches import judged_samples
from tests.ui.inspect_table import column, table_of
from tests.waiting import wait_until

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
    page = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=300)
    page.switch_page("pages/inspect.py")
    page.query_params["model"] = model
    return page


def judged(model: str, files: dict[str, bytes]) -> dict[ModelVersion, Batch]:
    inspector = Inspector.from_id(model)
    batch = Batch(inspector)
    batch.add([PhotoFile.of_bytes(name, partial(bytes, data)) for name, data in files.items()])
    batch.wait(300)
    return {inspector.spec.version: batch}


RED, GREEN = jpeg_bytes(part_photo(1.2)), jpeg_bytes(part_photo(-1.2))
BLUE, GREY = jpeg_bytes(part_photo(0.0, blueness=2.0)), jpeg_bytes(part_photo(0.0))


def shown_file(page: AppTest) -> str:
    """Return the name in the large panel: of the row that is marked."""
    follower = next(e for e in page.get("bidi_component") if Key.INSPECT_FOLLOWING in e.proto.id)
    number = json.loads(follower.proto.json)["number"]
    return next(str(row["file"]) for row in table_of(page) if row["number"] == number)


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
    assert not table_of(page)


@pytest.mark.usefixtures("models")
def test_judged_it_shows_counts_the_first_photo_and_the_unusable_file_with_its_remedy() -> None:
    page = inspect_page()
    page.session_state[Key.INSPECT_BATCHES] = judged("tiny", everything())
    page.run()
    assert not page.exception
    verdicts = {row["file"]: row["verdict"] for row in table_of(page)}
    assert verdicts == {"red.jpg": "REJECT", "green.jpg": "PASS", "blue.jpg": "REVIEW", "bad.jpg": "NOT USABLE"}
    assert any("empty file" in m.value for m in page.markdown)
    assert any("Reject at 0" in c.value for c in page.caption)


@pytest.mark.usefixtures("models")
def test_filtered_it_shows_only_the_chosen_verdict() -> None:
    page = inspect_page()
    page.session_state[Key.INSPECT_BATCHES] = judged("tiny", everything())
    page.session_state[Key.INSPECT_FILTER] = "REVIEW"
    page.run()
    assert not page.exception
    assert column(page, "file") == ["blue.jpg"]


@pytest.mark.usefixtures("models")
@pytest.mark.parametrize(
    ("order", "files"),
    [
        (None, ["blue.jpg", "red.jpg", "bad.jpg", "green.jpg"]),
        ("As they came", ["red.jpg", "green.jpg", "blue.jpg", "bad.jpg"]),
        ("By file name", ["bad.jpg", "blue.jpg", "green.jpg", "red.jpg"]),
    ],
    ids=["doubtful, rejected, the rest: the default", "as they came", "by name"],
)
def test_the_order_holds_for_the_table_and_for_the_arrows(order: str | None, files: list[str]) -> None:
    page = inspect_page()
    page.session_state[Key.INSPECT_BATCHES] = judged("tiny", everything())
    if order:
        page.session_state[Key.INSPECT_ORDER] = order
    page.run()
    assert column(page, "file") == files
    walked = []
    for _ in range(6):
        walked.append(shown_file(page))
        page.button(key=Key.INSPECT_NEXT).click().run()
    assert walked == [*files, files[-1], files[-1]], "at the end it stays"


@pytest.mark.usefixtures("models")
def test_what_just_came_is_shown_and_of_several_the_one_that_needs_a_person_most() -> None:
    page = inspect_page()
    page.session_state[Key.INSPECT_BATCHES] = judged("tiny", {"first.jpg": GREEN, "good.jpg": GREEN, "bad.jpg": RED})
    page.session_state[Key.INSPECT_SELECTED] = 1
    page.session_state[Key.INSPECT_NEWEST] = 1
    page.session_state[Key.INSPECT_FILTER] = "PASS"
    page.run()
    assert shown_file(page) == "bad.jpg"
    assert len(table_of(page)) == 3, "no filter hides it"


@pytest.mark.usefixtures("models")
def test_cleared_photos_come_back_by_undo() -> None:
    page = inspect_page()
    page.session_state[Key.INSPECT_BATCHES] = judged("tiny", everything())
    page.run()
    next(b for b in page.button if b.label == "Clear").click().run()
    assert not table_of(page)
    assert "4 photos were cleared." in page.info[0].value
    page.button(key=Key.INSPECT_UNDO).click().run()
    assert len(table_of(page)) == 4
    assert not page.info


@pytest.mark.usefixtures("models")
def test_a_new_session_finds_the_photos_by_the_address_and_says_where_they_are_held_no_more() -> None:
    page = inspect_page()
    page.session_state[Key.INSPECT_BATCHES] = judged("tiny", everything())
    page.run()
    key = str(page.query_params[Address.BATCH])
    again = inspect_page()
    again.query_params[Address.BATCH] = key
    again.run()
    assert column(again, "file") == column(page, "file")
    other = inspect_page("colours")
    other.query_params[Address.BATCH] = key
    other.run()
    assert not table_of(other), "a batch belongs to the model that judged it"
    assert "no longer held" in other.warning[0].value


@pytest.mark.usefixtures("models")
def test_files_that_wait_stand_in_the_table_as_not_judged() -> None:
    page = inspect_page()
    batches = judged("tiny", {"red.jpg": RED})
    (batch,) = batches.values()
    batch.add([PhotoFile.of_bytes(f"{n}.jpg", partial(bytes, b"")) for n in range(502)])
    batch.wait(300)
    page.session_state[Key.INSPECT_BATCHES] = batches
    page.run()
    assert [(row["file"], row["verdict"]) for row in table_of(page)[-2:]] == [
        ("500.jpg", "NOT JUDGED"),
        ("501.jpg", "NOT JUDGED"),
    ]
    assert "2 wait: 500\\.jpg, 501\\.jpg" in page.info[0].value


@pytest.mark.usefixtures("models")
def test_a_recognition_model_shows_labels_and_is_unsure_below_its_threshold() -> None:
    page = inspect_page("colours")
    page.session_state[Key.INSPECT_BATCHES] = judged("colours", {"red.jpg": RED, "grey.jpg": GREY})
    page.run()
    assert not page.exception
    assert column(page, "verdict") == ["UNSURE", "RECOGNISED"]
    assert column(page, "label") == ["unsure", "Red"]


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
def test_home_shows_a_card_for_each_product_and_no_two_links_bear_one_name() -> None:
    home = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=300).run()
    assert not home.exception
    assert [e.label for e in home.expander] == ["1 other model for Tiny colours"]
    labels = [link.proto.label for link in home.get("page_link")]
    assert {"Inspect Tiny colours", "Tiny tiny"} <= set(labels)
    assert len(set(labels)) == len(labels)


@pytest.fixture
def records(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Records:
    monkeypatch.setenv("DEFECT_APP_DATABASE_URL", f"sqlite:///{tmp_path / 'records.sqlite'}")
    return open_records()


def strict_point() -> OperatingPoint:
    """Return a point that rejects every photo that the model knows."""
    return Inspector.from_id("tiny").default_point.moved(InspectionThresholds(0.0, 0.0), "strict *x*")


@pytest.mark.usefixtures("models")
def test_the_active_point_is_applied_and_said_with_who_saved_it(records: Records) -> None:
    records.save_point(strict_point(), who="Ada <b>", activate=True)
    page = inspect_page()
    page.session_state[Key.INSPECT_BATCHES] = judged("tiny", {"green.jpg": GREEN, "blue.jpg": BLUE})
    page.run()
    assert not page.exception
    assert column(page, "verdict") == ["REVIEW", "REJECT"]
    said = [c.value for c in page.caption if "saved by" in c.value]
    assert len(said) == 2, "at the head of the page, and beside the verdict"
    assert all("strict \\*x\\*, saved by Ada \\<b\\> on" in s for s in said)
    assert not page.warning


@pytest.mark.usefixtures("models")
def test_a_point_activated_in_between_judges_the_photos_on_the_page_anew_and_says_so(records: Records) -> None:
    page = inspect_page()
    page.session_state[Key.INSPECT_BATCHES] = judged("tiny", {"red.jpg": RED, "green.jpg": GREEN})
    page.run()
    assert column(page, "verdict") == ["REJECT", "PASS"]
    assert not page.info
    records.save_point(strict_point(), activate=True)
    page.run()
    assert column(page, "verdict") == ["REJECT", "REJECT"]
    assert "All 2 photos here were judged anew from the stored scores: 1 verdict changed." in page.info[0].value
    records.deactivate("tiny")
    page.run()
    assert column(page, "verdict") == ["REJECT", "PASS"]


@pytest.mark.usefixtures("models")
def test_a_point_of_another_version_of_the_model_is_not_applied_and_the_page_says_so(records: Records) -> None:
    records.save_point(replace(strict_point(), model_sha256="0" * 64), activate=True)
    page = inspect_page()
    page.session_state[Key.INSPECT_BATCHES] = judged("tiny", {"green.jpg": GREEN})
    page.run()
    assert column(page, "verdict") == ["REVIEW"]
    assert "another version of this model" in page.warning[0].value
    assert "Every photo goes to review" in page.warning[0].value


@pytest.mark.usefixtures("models")
def test_without_the_database_photos_are_judged_and_the_page_says_which_point_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "damaged.sqlite").write_bytes(b"damaged " * 1000)
    monkeypatch.setenv("DEFECT_APP_DATABASE_URL", f"sqlite:///{tmp_path / 'damaged.sqlite'}")
    page = inspect_page()
    page.session_state[Key.INSPECT_BATCHES] = judged("tiny", {"green.jpg": GREEN})
    page.run()
    assert not page.exception
    assert column(page, "verdict") == ["REVIEW"]
    assert "Which operating point is in force is not known" in page.warning[0].value


@pytest.mark.usefixtures("models")
def test_a_database_that_is_lost_leaves_the_last_point_in_force_also_when_a_person_starts_anew(
    records: Records, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"sqlite:///{tmp_path / 'site.sqlite'}"
    site = open_records(url)
    site.save_point(strict_point(), activate=True)
    site.close()
    (tmp_path / "site.sqlite").write_bytes(b"")
    monkeypatch.setenv("DEFECT_APP_DATABASE_URL", url)
    page = inspect_page()
    page.session_state[Key.INSPECT_BATCHES] = judged("tiny", {"green.jpg": GREEN})
    page.run()
    assert column(page, "verdict") == ["REJECT"]
    assert "were in use and are gone" in page.warning[0].value
    page.button(key=Key.SHARED_ADOPT).click().run()
    assert column(page, "verdict") == ["REJECT"]
    assert not page.warning
    assert "The points last known stay in force" in page.success[0].value
    assert not page.info, "the point is the same as before: nothing was saved with other thresholds"


@pytest.mark.usefixtures("models")
@pytest.mark.parametrize("script", ["inspect", "evaluate", "thresholds", "explain"])
def test_a_link_to_a_model_that_is_not_here_opens_no_other_model_and_says_what_it_asked_for(script: str) -> None:
    page = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=300)
    page.switch_page(f"pages/{script}.py")
    page.query_params["model"] = "gone`*x*"
    page.run()
    assert not page.exception
    assert "This link asks for the model `` gone`*x* ``, which is not here" in page.warning[0].value
    assert Address.MODEL not in page.session_state
    assert page.query_params["model"] == "gone`*x*"
    assert not table_of(page)
    page.button(key=KeyOf.SHARED_USE("tiny")).click().run()
    assert not page.exception
    assert not page.warning
    assert page.session_state[Address.MODEL] == "tiny"


@pytest.mark.usefixtures("models")
def test_a_model_that_went_away_while_a_person_worked_with_it_gives_its_place_to_no_other(models: Path) -> None:
    page = inspect_page().run()
    assert page.title[0].value == "Tiny tiny"
    (models / "tiny").rename(models.parent / "away")
    st.cache_resource.clear()
    page.run()
    assert "the model `tiny`, which is not here" in page.warning[0].value
    assert page.title[0].value == "Inspect"


@pytest.mark.usefixtures("models")
def test_a_photo_that_the_model_does_not_know_has_no_class_and_no_score_and_comes_with_how_to_photograph_the_part() -> (
    None
):
    page = inspect_page()
    page.session_state[Key.INSPECT_BATCHES] = judged("tiny", {"blue.jpg": BLUE})
    page.run()
    assert not page.exception
    (row,) = table_of(page)
    assert (row["label"], row["score"]) == ("not known", None)
    assert any("How to photograph this part" in e.label for e in page.expander)
    assert not page.get("progress")


def test_a_photo_that_another_product_knows_is_judged_there_at_a_press(models: Path) -> None:
    folder = make_model_folder(models, "blues")
    known = FamiliarityModel.load(folder / "familiarity.npz")
    replace(known, limit=2.0).save(folder / "familiarity.npz")
    write_spec(folder, replace(read_spec(folder), product="blues", title="Blue parts (tiny)"))
    page = inspect_page()
    page.session_state[Key.INSPECT_BATCHES] = judged("tiny", {"blue.jpg": BLUE, "green.jpg": GREEN})
    page.run()
    assert any("another product: Blue parts. Change product?" in i.value for i in page.info)
    page.button(key=Key.INSPECT_CHANGE_PRODUCT).click().run()
    assert not page.exception
    assert page.title[0].value == as_text("Blue parts (tiny)")
    assert column(page, "file") == ["blue.jpg"]
    assert not any("no longer held" in w.value for w in page.warning)


def test_a_model_without_a_guard_says_so_and_its_names_are_not_in_the_green_of_a_part_that_may_go_on(
    models: Path,
) -> None:
    make_model_folder(models, "names", task="recognition", familiarity=False)
    page = inspect_page("names")
    page.session_state[Key.INSPECT_BATCHES] = judged("names", {"red.jpg": RED})
    page.run()
    assert not page.exception
    assert as_text(unguarded(3)) in [w.value for w in page.warning]
    (row,) = table_of(page)
    assert (row["verdict"], row["colour"]) == ("RECOGNISED", "blue")


@pytest.mark.usefixtures("models")
def test_a_recognition_model_with_a_guard_names_nothing_that_it_does_not_know() -> None:
    page = inspect_page("colours")
    page.session_state[Key.INSPECT_BATCHES] = judged("colours", {"blue.jpg": BLUE})
    page.run()
    (row,) = table_of(page)
    assert (row["verdict"], row["label"], row["score"]) == ("UNSURE", "not known", None)
    assert not any("no guard" in w.value for w in page.warning)


@pytest.mark.usefixtures("models")
def test_after_a_restart_the_last_batch_goes_on_from_the_records(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DEFECT_APP_DATABASE_URL", f"sqlite:///{tmp_path / 'restart.sqlite'}")
    monkeypatch.setenv("DEFECT_APP_PHOTOS", str(tmp_path / "kept"))
    before = judged_samples(inspect_page())
    (batch,) = before.session_state[Key.INSPECT_BATCHES].values()
    wait_until(lambda: batch.storing.stored == len(batch.entries), "the batch to be stored")
    st.cache_resource.clear()
    page = inspect_page().run()
    assert not table_of(page)
    restore = page.button(key=Key.INSPECT_RESTORE)
    assert restore.label.startswith("Go on with the batch of ")
    restore.click().run()
    assert not page.exception
    assert column(page, "verdict") == column(before, "verdict")
    (again,) = page.session_state[Key.INSPECT_BATCHES].values()
    assert again.keeping.origin.batch == batch.keeping.origin.batch
