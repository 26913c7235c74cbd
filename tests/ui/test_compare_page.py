"""The Compare page's states, run by Streamlit's own test harness on caches made for the purpose."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import streamlit as st
from scipy.stats import binomtest
from streamlit.testing.v1 import AppTest

from defect_app.catalog import InspectionThresholds, read_spec
from defect_app.decision import Costs, default_point
from defect_app.evaluation.recommendation import Candidate, recommendation
from defect_app.points import open_records
from defect_app.ui.session import Address, Key
from tests.evaluation.caches import casting_rows, generated, rows_of, selected_of, write_cache
from tests.model_folders import RECOGNITION_CLASSES, make_model_folder
from tests.ui.test_evaluate_page import shown_words

ROOT = Path(__file__).resolve().parents[2]
REJECT_AT = 0.7
BAD, SCORES = generated(300, seed=21)
OTHER = np.clip(SCORES + np.random.default_rng(22).normal(0, 0.15, len(SCORES)), 0, 1)


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("DEFECT_APP_MODELS", str(tmp_path))
    monkeypatch.delenv("DEFECT_APP_DATA", raising=False)
    for model, scores in (("first", SCORES), ("second", OTHER)):
        make_model_folder(tmp_path, model, familiarity=False)
        write_cache(tmp_path / model, casting_rows(BAD, scores))
    st.cache_resource.clear()
    yield tmp_path
    st.cache_resource.clear()


def compare_page(**parameters: str) -> AppTest:
    page = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=300)
    page.switch_page("pages/compare.py")
    for name, value in parameters.items():
        page.query_params[name] = value
    return page


def side_by_side(page: AppTest, place: int = 0) -> pd.DataFrame:
    """Return the table of figures, or the one after it, as it is read: without the escapes of Markdown."""
    shown: pd.DataFrame = page.table[place].value
    return shown.map(lambda cell: str(cell).replace("\\", "").replace("\N{NO-BREAK SPACE}", " "))


def right(scores: np.ndarray) -> np.ndarray:
    correct: np.ndarray = (scores.astype(np.float32) >= REJECT_AT) == BAD
    return correct


@pytest.mark.usefixtures("models")
def test_figures_stand_side_by_side_as_counted_from_the_rows() -> None:
    page = compare_page().run()
    assert not page.exception
    table = side_by_side(page)
    for model, scores in (("Tiny first", SCORES), ("Tiny second", OTHER)):
        assert str(table.loc[model, "Right"]).startswith(f"{right(scores).sum()} of 300")
        escaped = int((scores.astype(np.float32)[BAD] < 0.3).sum())
        assert str(table.loc[model, "Escapes"]).startswith(f"{escaped} of {BAD.sum()}")
    assert "All on the same 300 test photos" in shown_words(page)


@pytest.mark.usefixtures("models")
@pytest.mark.parametrize("which", ["first", "second"])
def test_the_flip_list_holds_exactly_the_photos_that_only_one_gets_right(which: str) -> None:
    page = compare_page(section="Where they differ", flips=f"Only the {which} right").run()
    assert not page.exception
    one, other = right(SCORES), right(OTHER)
    expected = np.flatnonzero(one & ~other) if which == "first" else np.flatnonzero(other & ~one)
    assert len(expected) > 3
    assert set(page.dataframe[0].value["photo"]) == {f"{i:06d}.png" for i in expected}
    only = int((one & ~other).sum()), int((other & ~one).sum())
    p = binomtest(only[0], sum(only)).pvalue
    assert f"Tiny first alone is right on {only[0]}, Tiny second alone on {only[1]}" in shown_words(page)
    assert f"(p = {p:.2g})" in shown_words(page)


@pytest.mark.usefixtures("models")
def test_a_model_is_recommended_by_cost_at_the_amounts_typed() -> None:
    page = compare_page().run()
    assert not page.exception
    assert "Tiny first costs least at your amounts" in shown_words(page)
    assert "Defect rate and amounts are examples" in shown_words(page)
    models = [
        Candidate(name, selected_of(casting_rows(BAD, scores)), InspectionThresholds(0.3, REJECT_AT), 1.0)
        for name, scores in (("Tiny first", SCORES), ("Tiny second", OTHER))
    ]
    page.text_input(key=Key.COMPARE_RATE).set_value("12,5").run()
    page.text_input(key=Key.COMPARE_HUMAN_REVIEW).set_value("250").run()
    expected = recommendation(models, 0.125, Costs(500.0, 20.0, 250.0))
    assert expected is not None
    assert expected.sentence in shown_words(page)
    assert expected.reasons[0] in shown_words(page)
    against = side_by_side(page, 1)["Against the first"]
    assert f"(p = {expected.ranked[1].p_value:.2g})" in against[expected.ranked[1].candidate.title]


def test_the_point_that_each_model_is_judged_by_is_named(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEFECT_APP_DATABASE_URL", f"sqlite:///{models / 'records.sqlite'}")
    point = default_point(read_spec(models / "second")).moved(InspectionThresholds(0.001, 0.001), "Nothing passes")
    open_records().save_point(point, activate=True, costs=Costs(9000.0, 1.0, 1.0), defect_rate=0.25)
    page = compare_page().run()
    assert not page.exception
    points = side_by_side(page)["Point in use"]
    assert points["Tiny first"] == "default: 0.3 and 0.7"
    assert points["Tiny second"] == "Nothing passes: 0.001 and 0.001"
    assert "Defect rate and amounts are those of Tiny second" in shown_words(page)
    assert page.text_input(key=Key.COMPARE_MISSED_DEFECT).value == "9000"
    assert page.text_input(key=Key.COMPARE_RATE).value == "25"


def test_models_of_other_photos_are_not_compared_photo_by_photo(models: Path) -> None:
    rows = casting_rows(BAD, OTHER)
    rows["sha256"] = [f"{i + 10_000:064x}" for i in range(len(rows))]
    write_cache(models / "second", rows)
    page = compare_page(section="Where they differ").run()
    assert not page.exception
    assert "not measured on the same photos" in shown_words(page)
    words = shown_words(compare_page().run())
    assert "measured on different photos" in words
    assert "none can be recommended" in words


def test_hostile_28_a_model_without_a_usable_evaluation_is_named_and_the_others_shown(models: Path) -> None:
    (models / "second" / "evaluation.parquet").write_bytes(b"broken")
    page = compare_page().run()
    assert not page.exception
    assert "Tiny second: second: evaluation.parquet cannot be read" in shown_words(page)
    assert side_by_side(page).index.tolist() == ["Tiny first"]


def test_one_photo_goes_through_all_general_models_with_labels_time_and_what_they_are_good_for(models: Path) -> None:
    for name in ("colours", "tints"):
        make_model_folder(models, name, "recognition", familiarity=False)
        p = np.eye(3)[np.arange(30) % 3] * 0.7 + 0.1
        write_cache(
            models / name, rows_of([RECOGNITION_CLASSES[i % 3].name for i in range(30)], p, RECOGNITION_CLASSES)
        )
    page = compare_page(product="Everyday things", section="One photo", sample="a tabby cat, close up").run()
    assert not page.exception
    words = shown_words(page)
    for title in ("Tiny colours", "Tiny tints"):
        assert f"**{title}**" in words
    assert words.count("It knows 3 classes: Red, Green, Blue") == 2
    assert words.count("ms from the file's bytes to this answer") == 2


@pytest.mark.usefixtures("models")
def test_speed_is_measured_when_asked_and_not_before() -> None:
    page = compare_page().run()
    assert set(page.dataframe[0].value["One photo"]) == {"not measured"}
    next(b for b in page.button if b.label == "Measure speed here").click().run()
    assert not page.exception
    assert all("ms" in cell for cell in page.dataframe[0].value["One photo"])
    assert all("photos/s" in cell for cell in page.dataframe[0].value["In a batch"])


@pytest.mark.usefixtures("models")
def test_published_figures_stand_beside_ours_with_n_interval_and_caveats() -> None:
    page = compare_page(section="Published against ours").run()
    assert not page.exception
    table = page.dataframe[0].value
    assert set(table["Whose"]) == {"published", "ours"}
    best = table[table["Model"] == "best single run"].iloc[0]
    assert (best["Accuracy"], best["95 % interval"], best["Photos"]) == ("99.72 %", "99.0 to 99.9 %", 715)
    ours = table[table["Whose"] == "ours"].iloc[0]
    assert ours["Accuracy"] == f"{100 * right(SCORES).mean():.2f} %"
    assert "no promise about defects" in shown_words(page)


def test_the_model_at_work_brings_its_product_and_the_address_says_so(models: Path) -> None:
    make_model_folder(models, "colours", "recognition", familiarity=False)
    write_cache(models / "colours", rows_of(["red"] * 30, np.full((30, 3), 1 / 3), RECOGNITION_CLASSES))
    page = compare_page(section="Where they differ")
    page.session_state[Address.MODEL] = "colours"
    page.run()
    assert not page.exception
    assert page.multiselect[0].value == ["colours"]
    assert page.query_params["product"] in ("Everyday things", ["Everyday things"])
    assert "There is only one model of this product." in [info.value for info in page.info]


def test_another_product_brings_its_own_models(models: Path) -> None:
    make_model_folder(models, "colours", "recognition", familiarity=False)
    p = np.eye(3)[np.arange(30) % 3] * 0.7 + 0.1
    write_cache(
        models / "colours", rows_of([RECOGNITION_CLASSES[i % 3].name for i in range(30)], p, RECOGNITION_CLASSES)
    )
    page = compare_page().run()
    assert page.multiselect[0].value == ["first", "second"]
    page.selectbox[0].select("general").run()
    assert not page.exception
    assert page.multiselect[0].value == ["colours"]
    assert not page.warning


@pytest.mark.usefixtures("models")
def test_a_product_in_the_address_that_is_not_here_is_said_and_one_that_is_opens() -> None:
    page = compare_page(product="Bicycles").run()
    assert not page.exception
    assert [warning.value for warning in page.warning if "product = `Bicycles`, which is not here" in warning.value]
    shown = page.selectbox(key=Address.PRODUCT).options[0]
    assert not [
        warning for warning in compare_page(product=shown).run().warning if "which is not here" in warning.value
    ]
