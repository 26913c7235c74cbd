"""The Evaluate page's states, run by Streamlit's own test harness on caches made for the purpose."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import streamlit as st
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import TextInput

from defect_app.catalog import ChosenThresholds, ClassSpec, InspectionThresholds, weights_sha256
from defect_app.evaluation import EVALUATION_FILE
from defect_app.evaluation.calibration import calibration
from defect_app.evaluation.calibration_chance import chance_error
from defect_app.evaluation.robustness import Robustness, write_robustness
from defect_app.ui.session import Address, Key
from tests.evaluation.caches import casting_rows, generated, rows_of, write_cache
from tests.evaluation.test_robustness import ORIGIN as ROBUSTNESS_ORIGIN
from tests.evaluation.test_robustness import rows as robustness_rows
from tests.model_folders import make_model_folder
from tests.timing import quiet_ms

ROOT = Path(__file__).resolve().parents[2]
REJECT_AT = 0.7
"""Of the tiny models."""


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("DEFECT_APP_MODELS", str(tmp_path))
    monkeypatch.delenv("DEFECT_APP_DATA", raising=False)
    st.cache_resource.clear()
    yield tmp_path
    st.cache_resource.clear()


def evaluate_page(model: str = "tiny", **parameters: str) -> AppTest:
    page = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=300)
    page.switch_page("pages/evaluate.py")
    for name, value in {"model": model, **parameters}.items():
        page.query_params[name] = value
    return page


def shown_words(page: AppTest) -> str:
    parts = (page.markdown, page.caption, page.info, page.error, page.warning, page.success)
    return " ".join(element.value for part in parts for element in part).replace("\\", "")


def with_rows(models: Path, rows: pd.DataFrame, model: str = "tiny", **origin: object) -> None:
    folder = models / model
    if not folder.exists():
        make_model_folder(models, model, familiarity=False)
    write_cache(folder, rows, **origin)


def test_the_headline_says_escapes_and_false_rejects_as_counted_from_the_rows(models: Path) -> None:
    bad, scores = generated(500, seed=3)
    with_rows(models, casting_rows(bad, scores))
    page = evaluate_page().run()
    assert not page.exception
    rejected = int((scores[~bad] >= REJECT_AT).sum())
    escaped = int((scores[bad] < 0.3).sum())
    assert f"Of {bad.sum()} defective parts {escaped} escaped" in shown_words(page)
    assert f"Of {(~bad).sum()} good parts {rejected} were rejected" in shown_words(page)


def test_the_tables_of_classes_equal_those_of_scikit_learn(models: Path) -> None:
    bad, scores = generated(400, seed=4, step=0.05)
    with_rows(models, casting_rows(bad, scores))
    page = evaluate_page(view="Classes").run()
    assert not page.exception
    table = page.dataframe[0].value
    stored = np.float64(np.float32(scores))
    precision, recall, f1, support = precision_recall_fscore_support(bad, stored >= REJECT_AT, labels=[True, False])
    for name, expected in {"Precision": precision, "Recall": recall, "F1": f1, "Photos": support}.items():
        np.testing.assert_allclose(table[name], expected, rtol=1e-6)


def test_beside_the_calibration_error_stands_what_chance_does_with_so_few_photos(models: Path) -> None:
    bad, scores = generated(47, seed=5)
    with_rows(models, casting_rows(bad, scores))
    page = evaluate_page(view="Calibration").run()
    assert not page.exception
    stored = np.asarray(scores, np.float32).astype(np.float64)
    expected = chance_error(stored, calibration(bad, stored).expected_error)
    assert "With 47 photos a perfectly calibrated model is off by" in expected.sentence
    assert expected.sentence in shown_words(page)


def test_robustness_shows_what_was_measured_on_this_model_and_how_to_measure_it_otherwise(models: Path) -> None:
    bad, scores = generated(60, seed=5)
    with_rows(models, casting_rows(bad, scores))
    page = evaluate_page(view="Robustness").run()
    assert not page.exception
    assert "was not measured" in shown_words(page)
    assert page.code[0].value == "python -m defect_app evaluate tiny --robustness"
    rows = robustness_rows(3)
    for sha256, said in (("cd" * 32, "another version"), (weights_sha256(models / "tiny"), "3 of 16 disturbed")):
        write_robustness(models / "tiny", Robustness(rows, replace(ROBUSTNESS_ORIGIN, model_sha256=sha256)))
        page = evaluate_page(view="Robustness").run()
        assert not page.exception
        assert said in shown_words(page)
    shown = page.dataframe[0].value
    worst = shown[(shown["Disturbance"] == "Blur") & (shown["Strength"] == 2)]
    assert list(worst["Defective parts that pass"]) == ["3 of 4"]


@pytest.mark.parametrize("cell", ["Defective casting → Good casting", "Good casting → Defective casting"])
def test_a_cell_in_the_address_lists_its_photos_the_most_wrong_first_with_how_to_get_the_data(
    models: Path, cell: str
) -> None:
    bad, scores = generated(300, seed=5)
    with_rows(models, casting_rows(bad, scores))
    page = evaluate_page(cell=cell).run()
    assert not page.exception
    missed = cell.startswith("Defective")
    inside = np.flatnonzero((bad == missed) & ((scores >= REJECT_AT) != missed))
    order = inside[np.argsort(scores[inside] if missed else -scores[inside])]
    table = page.dataframe[0].value
    assert list(table["photo"]) == [f"{i:06d}.png" for i in order]
    assert "The photos are not on this machine" in shown_words(page)


def test_the_verdict_matrix_counts_review_apart(models: Path) -> None:
    bad, scores = generated(300, seed=6)
    with_rows(models, casting_rows(bad, scores))
    page = evaluate_page(columns="By verdict", cell="Defective casting → REVIEW").run()
    assert not page.exception
    review = int((bad & (scores >= 0.3) & (scores < REJECT_AT)).sum())
    assert f"Actual Defective casting, verdict REVIEW: {review} photos" in " ".join(s.value for s in page.subheader)


def test_folds_runs_and_leak_free_photos_can_be_chosen(models: Path) -> None:
    bad, scores = generated(200, seed=7)
    leaked = np.arange(200) < 50
    test = casting_rows(bad, scores, leaked=leaked)
    cv = casting_rows(bad, scores, split="cv", fold=np.arange(200) % 5)
    again = casting_rows(bad, np.clip(scores + 0.05, 0, 1), run=1)
    with_rows(models, pd.concat([test, cv, again]))
    assert "150 test photos, without those" in shown_words(evaluate_page(leak_free="leak-free").run())
    folds = evaluate_page(split="All photos, cross-validated", part="Fold 2").run()
    assert re.search(r"Over 5 folds: \d+\.\d\d % ± \d", shown_words(folds))
    assert "40 photos, each judged by a model that had not seen it (5-fold), fold 2" in shown_words(folds)
    assert "200 test photos, run 1" in shown_words(evaluate_page(part="Run 1").run())


@pytest.mark.parametrize(
    ("given", "used"),
    [("0", 0.0), ("1", 1.0), ("0,5", 0.5), ("50 %", REJECT_AT), ("1.5", REJECT_AT), ("-1", REJECT_AT),
     ("nan", REJECT_AT), ("x", REJECT_AT)],
)  # fmt: skip
def test_hostile_29_a_threshold_is_taken_or_the_field_says_why_not(models: Path, given: str, used: float) -> None:
    bad, scores = generated(100, seed=8)
    with_rows(models, casting_rows(bad, scores))
    page = evaluate_page(threshold=given).run()
    assert not page.exception
    assert page.text_input(key=Address.THRESHOLD).value == given
    assert (f"Computed with {REJECT_AT}" in shown_words(page)) == (used == REJECT_AT)
    rejected = int((scores[~bad] >= used).sum())
    assert f"good parts {rejected} were rejected" in shown_words(page).replace("1 was", "1 were")


def test_a_threshold_is_shown_with_all_digits_that_decide(models: Path) -> None:
    with_rows(models, casting_rows(*generated(100, seed=8)))
    page = evaluate_page(threshold="0.30004").run()
    assert page.text_input(key=Address.THRESHOLD).value == "0.30004"
    assert "0.30004" in shown_words(page).replace("\\", "")
    assert evaluate_page().run().text_input(key=Address.THRESHOLD).value == "0.7"


def _broken(folder: Path) -> None:
    (folder / EVALUATION_FILE).write_bytes(b"PAR1 not really")


def _nan(folder: Path) -> None:
    bad, scores = generated(60, seed=9)
    rows = casting_rows(bad, scores)
    rows.loc[:9, "p_def_front"] = np.nan
    write_cache(folder, rows)


HOSTILE: dict[str, tuple[Callable[[Path], object], str]] = {
    "missing": (lambda folder: None, "has no evaluation yet"),
    "damaged": (_broken, "cannot be read"),
    "stale": (
        lambda folder: write_cache(folder, casting_rows(*generated(50)), model_sha256="0" * 64),
        "measured with another version of the model",
    ),
    "not a number": (_nan, "10 photos left out"),
    "all not a number": (
        lambda folder: write_cache(folder, casting_rows(np.ones(5, bool), np.full(5, np.nan))),
        "None of the 5 rows",
    ),
    "only defective": (
        lambda folder: write_cache(folder, casting_rows(np.ones(40, bool), np.linspace(0, 1, 40))),
        "no good parts",
    ),
    "constant": (
        lambda folder: write_cache(folder, casting_rows(generated(40)[0], np.full(40, 0.5))),
        "the same score",
    ),
    "ties": (lambda folder: write_cache(folder, casting_rows(*generated(90, step=0.25))), "share a score"),
    "other columns": (
        lambda folder: write_cache(folder, rows_of(["x"] * 3, np.eye(3), [ClassSpec(n, n) for n in "xyz"])),
        "columns do not fit",
    ),
    "empty": (lambda folder: write_cache(folder, casting_rows(*generated(3)).iloc[:0]), "holds no photos"),
}


@pytest.mark.parametrize(("make", "said"), HOSTILE.values(), ids=HOSTILE)
def test_hostile_28_a_cache_in_any_state_is_explained_on_every_tab(
    models: Path, make: Callable[[Path], object], said: str
) -> None:
    make(make_model_folder(models, "tiny", familiarity=False))
    for view in ("Mistakes", "Curves", "Calibration", "Classes", "Training", "Robustness", "Data check"):
        page = evaluate_page(view=view, cell="All mistakes").run()
        assert not page.exception, view
        assert said in shown_words(page), view
        if page.error:
            # Nothing can be shown, so there are no tabs.
            break


def test_the_data_check_finds_a_wrong_label_copies_and_what_looks_like_nothing(models: Path) -> None:
    bad, scores = np.arange(100) < 50, np.where(np.arange(100) < 50, 0.95, 0.05)
    scores[7], scores[60] = 0.01, 0.52
    test = casting_rows(bad, scores, leaked=np.arange(100) == 3)
    with_rows(models, pd.concat([test, casting_rows(bad, scores, split="validation").iloc[:4]]))
    labels = evaluate_page(view="Data check").run()
    assert list(labels.dataframe[0].value["photo"]) == ["000007.png"]
    copies = evaluate_page(view="Data check", check="Copies across splits").run()
    assert "4 photos lie in more than one split" in shown_words(copies)
    assert "1 of 100 test photos have an exact or near copy" in shown_words(copies)
    strange = evaluate_page(view="Data check", check="Outliers").run()
    assert strange.dataframe[0].value["photo"].iloc[0] == "000060.png"
    assert not labels.exception
    assert not copies.exception
    assert not strange.exception


def thousand_classes(models: Path, n: int = 4000) -> None:
    classes = [ClassSpec(f"c{i:03d}", f"Class {i}") for i in range(1000)]
    make_model_folder(models, "many", "recognition", classes, familiarity=False)
    rng = np.random.default_rng(0)
    actual = rng.integers(0, 1000, n)
    p = rng.random((n, 1000), np.float32) ** 30
    told = np.where(rng.random(n) < 0.1, (actual + 1) % 1000, actual)
    p[np.arange(n), told] += 300
    write_cache(models / "many", rows_of([f"c{i:03d}" for i in actual], p / p.sum(1, keepdims=True), classes))


def test_a_thousand_classes_show_the_most_confused_pairs_and_the_rest_as_other(models: Path) -> None:
    thousand_classes(models)
    page = evaluate_page("many", cell="other → other").run()
    assert not page.exception
    pairs = page.dataframe[0].value
    assert pairs.columns.tolist() == ["actual", "taken for", "photos", "of its class"]
    assert (pairs["photos"].diff().dropna() <= 0).all()
    assert page.selectbox(key="cell").value == "other → other"


def _run_at(threshold: TextInput, value: float) -> None:
    threshold.set_value(str(value)).run()


def test_a_click_on_100_000_rows_or_1_000_classes_answers_within_the_budget(models: Path) -> None:
    # The best of three runs: a run counts the harness too, which builds the whole page as objects.
    with_rows(models, casting_rows(*generated(100_000)))
    thousand_classes(models, 10_000)
    for model in ("tiny", "many"):
        page = evaluate_page(model).run()
        assert not page.exception
        threshold = page.text_input(key=Address.THRESHOLD)
        spent_ms = [quiet_ms(partial(_run_at, threshold, at)) for at in (0.41, 0.52, 0.63)]
        assert min(spent_ms) < 300, (model, spent_ms)


def test_another_model_brings_its_own_threshold_(models: Path) -> None:
    bad, scores = generated(100, seed=8)
    with_rows(models, casting_rows(bad, scores))
    strict = ChosenThresholds(InspectionThresholds(0.1, 0.4), "validation", 40)
    write_cache(make_model_folder(models, "strict", familiarity=False, point=strict), casting_rows(bad, scores))
    page = evaluate_page(threshold="0.6").run()
    assert page.text_input(key=Address.THRESHOLD).value == "0.6"
    page.selectbox(key=Key.SHARED_MODEL).select("Tiny strict").run()
    assert not page.exception
    assert page.text_input(key=Address.THRESHOLD).value == "0.4"
    page.text_input(key=Address.THRESHOLD).set_value("0,5").run()
    assert "from a defect score of 0.5;" in shown_words(page)


def test_no_number_of_the_matrix_differs_from_scikit_learn(models: Path) -> None:
    bad, scores = generated(300, seed=11, step=0.1)
    with_rows(models, casting_rows(bad, scores))
    page = evaluate_page().run()
    expected = confusion_matrix(~bad, ~(np.float64(np.float32(scores)) >= REJECT_AT))
    assert not page.exception
    wrong = f"Defective casting → Good casting: {expected[0, 1]} of {expected[0].sum()}"
    assert wrong in shown_words(page).replace("**", "")
