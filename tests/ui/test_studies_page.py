"""The Studies page: what was run with figures, tests, curves, cost and the report's rows; what was not, said."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from defect_app.studies import load_study, outcome_of, study_names, write_result
from defect_app.ui.studies import choices
from tests.studies.made import made_result

HOME = Path(__file__).resolve().parents[2] / "streamlit_app.py"
STUDY = load_study("boxes-imbalance")
RESULT = made_result(STUDY, dict(zip([v.name for v in STUDY.variants], [0.7, 0.72, 0.97, 0.7, 0.71], strict=True)))


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(choices, "STUDIES_FOLDER", tmp_path)
    return tmp_path


def studies_page(**parameters: str) -> AppTest:
    page = AppTest.from_file(str(HOME), default_timeout=300)
    page.switch_page("pages/studies.py")
    for name, value in parameters.items():
        page.query_params[name] = value
    return page.run()


def words(page: AppTest) -> str:
    parts = (page.markdown, page.caption, page.info, page.error, page.warning)
    return " ".join(element.value for part in parts for element in part).replace("\\", "")


def test_a_study_that_was_not_run_says_so_and_how_to_run_it() -> None:
    page = studies_page()
    assert not page.exception
    assert "has not been run" in words(page)
    assert all("(not run yet)" in option for option in page.selectbox(key="study").options)
    assert len(page.selectbox(key="study").options) == len(study_names())
    assert page.code[0].value.startswith("python -m defect_app study ")


def test_a_study_that_was_run_comes_first_with_its_sentence_and_figures(folder: Path) -> None:
    write_result(folder, RESULT)
    page = studies_page()
    assert not page.exception
    outcome = outcome_of(RESULT)
    assert page.selectbox(key="study").value == STUDY.name
    assert f"## {outcome.sentence}" in words(page)
    table = page.dataframe[0].value
    assert list(table["Variant"]) == [v.name for v in STUDY.variants]
    found = outcome.figures[2].defects_found
    assert table["Defective parts found"][2].startswith(f"{found.count:,} of {found.n:,}: {100 * found.rate:.1f} %")


@pytest.mark.parametrize(
    ("section", "said"),
    [
        ("Tests", "Holm's method"),
        ("Curves", "mean over the folds"),
        ("Cost", "CPU time is that of all cores"),
        ("Published beside ours", "Defective Boxes Image Classification"),
    ],
)
def test_every_section_of_a_study_shows_its_figures(folder: Path, section: str, said: str) -> None:
    write_result(folder, RESULT)
    page = studies_page(study=STUDY.name, section=section)
    assert not page.exception
    assert said in words(page)
    if section == "Tests":
        shown = page.dataframe[0].value
        assert list(shown["p, corrected"]) == [f"{t.p_corrected:.3g}" for t in outcome_of(RESULT).tests]
    if section == "Published beside ours":
        first = page.dataframe[0].value.iloc[0]
        assert (first["Published accuracy"], first["Published recall"]) == ("88.00 %", "62.00 %")


def test_a_damaged_result_and_an_unknown_study_are_said(folder: Path) -> None:
    (folder / f"{STUDY.name}.parquet").write_bytes(b"nothing")
    assert "cannot be read" in words(studies_page(study=STUDY.name))
    assert "is not here" in words(studies_page(study="none-such"))
