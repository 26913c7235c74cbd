"""The Glossary page: terms in one line, examples that are the evaluation's own figures, and what misleads."""

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from defect_app.catalog import weights_sha256
from defect_app.evaluation import Evaluation, EvaluationOrigin, write_evaluation
from defect_app.ui.glossary.examples import _EXAMPLES
from defect_app.ui.parts.terms import found_terms, term_line, terms
from tests.evaluation.caches import rows_of
from tests.model_folders import INSPECTION_CLASSES, make_model_folder

HOME = Path(__file__).resolve().parents[2] / "streamlit_app.py"
WORDS_WITHOUT_EXPLANATION = (
    "attended", "rank correlation", "deletion and insertion area", "Brier score", "calibration error",
    "confident learning", "run", "bundled model", "leak-free", "spread the ends", "out-of-fold", "INT8",
    "frozen features", "WearNet",
)  # fmt: skip


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Make a model whose lines, 0.3 and 0.7, pass 1, review 2 and reject 7 of 10 defective parts, and pass 8 of 10."""
    root = tmp_path / "models"
    scores = np.r_[[0.1, 0.4, 0.5], np.full(7, 0.9), np.full(8, 0.05), [0.4, 0.8]]
    names = ["def_front"] * 10 + ["ok_front"] * 10
    rows = rows_of(names, np.stack([scores, 1 - scores], axis=1), INSPECTION_CLASSES)
    folder = make_model_folder(root, "tiny")
    origin = EvaluationOrigin("tiny", weights_sha256(folder), "generated", "cd" * 32, versions={})
    write_evaluation(folder, Evaluation(pd.DataFrame(rows), origin))
    monkeypatch.setenv("DEFECT_APP_MODELS", str(root))
    monkeypatch.setenv("DEFECT_APP_DATABASE_URL", f"sqlite:///{tmp_path / 'records.sqlite'}")
    st.cache_resource.clear()
    yield root
    st.cache_resource.clear()


def page_of(**params: str) -> AppTest:
    page = AppTest.from_file(str(HOME), default_timeout=300)
    page.switch_page("pages/glossary.py")
    for name, value in params.items():
        page.query_params[name] = value
    return page.run()


def plain(page: AppTest) -> str:
    return "\n".join(element.value for element in page.markdown).replace("\\", "")


def test_every_term_is_whole_and_in_order() -> None:
    assert [term.name.casefold() for term in terms().values()] == sorted(t.name.casefold() for t in terms().values())
    for key, term in terms().items():
        assert re.fullmatch(r"[a-z0-9_]+", key)
        assert term.line.endswith(".")
        assert term.misread.endswith(".")
        assert len(term.line) <= 200, key
    assert {term.example for term in terms().values()} - {""} == set(_EXAMPLES)


@pytest.mark.parametrize("word", WORDS_WITHOUT_EXPLANATION)
def test_words_that_stood_on_pages_without_explanation_are_found(word: str) -> None:
    assert found_terms(word)


@pytest.mark.usefixtures("models")
def test_examples_are_the_figures_of_the_model_at_its_point_in_use() -> None:
    page = page_of()
    assert not page.exception
    shown = plain(page)
    for sentence in (
        "Of 10 defective parts 1 pass: 10.0 %",
        "Of 10 defective parts 7 are rejected: 70.0 %",
        "Of 10 good parts 1 are rejected: 10.0 %",
        "8 parts are rejected, 7 of them defective: 87.5 %",
        "2 × 7 ÷ (2 × 7 + 1 + 3) = 0.778",
        "3 of 20 photos go to a person: 15.0 %",
        "of the good parts 8, 1, 1; of the defective parts 1, 2, 7",
    ):
        assert sentence in shown
    assert len(page.subheader) == len(terms())


@pytest.mark.usefixtures("models")
def test_a_link_finds_a_term_and_nonsense_is_said() -> None:
    page = page_of(term="kappa")
    assert [heading.value for heading in page.subheader] == ["Kappa"]
    assert "No term here" in page_of(term="<b>xyzzy").info[0].value


def test_without_a_model_terms_stand_without_examples(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEFECT_APP_MODELS", str(tmp_path))
    st.cache_resource.clear()
    page = page_of()
    assert not page.exception
    assert len(page.subheader) == len(terms())
    assert "Here:" not in plain(page)


def test_a_line_is_at_hand_by_its_key() -> None:
    assert term_line("escape") == "A defective part that passes."
    with pytest.raises(KeyError):
        term_line("no_such_term")
