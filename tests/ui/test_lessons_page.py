"""Lessons: files checked in words, figures computed from rows, questions before answers, steps held by the address."""

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from defect_app.errors import InvalidDocument
from defect_app.studies import outcome_of, read_result
from defect_app.studies.results import STUDIES_FOLDER
from defect_app.ui.lessons.figures import with_figures
from defect_app.ui.lessons.lesson import BUNDLED, Lesson, lessons, read_lesson
from defect_app.ui.lessons.wording import lesson_markdown
from tests.evaluation.caches import rows_of, write_cache
from tests.model_folders import INSPECTION_CLASSES, make_model_folder

ROOT = Path(__file__).resolve().parents[2]
OWN = """
title = "Ours"
summary = "Of our own line."
[[steps]]
title = "First"
text = "Of the defective ones {tiny test escapes} pass. <b>[x](http://example.org)</b>"
question = "How many?"
choices = ["One", "Two"]
right = 2
answer = "Two, **of course**."
note = "Wait."
link = { page = "evaluate", label = "Look", state = { model = "tiny" } }
[[steps]]
title = "Second"
text = "The end."
"""


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Make a lesson of one's own, and the model that its figures are of: 2 of 10 defective parts pass."""
    folder = tmp_path / "lessons"
    folder.mkdir()
    (folder / "ours.toml").write_text(OWN, encoding="utf-8")
    model = make_model_folder(tmp_path / "models", "tiny", familiarity=False)
    scores = [0.1, 0.1, *[0.9] * 8, *[0.05] * 10]
    names = ["def_front"] * 10 + ["ok_front"] * 10
    write_cache(model, rows_of(names, np.array([[p, 1 - p] for p in scores]), INSPECTION_CLASSES))
    monkeypatch.setenv("DEFECT_APP_LESSONS", str(folder))
    monkeypatch.setenv("DEFECT_APP_MODELS", str(tmp_path / "models"))
    monkeypatch.setenv("DEFECT_APP_DATABASE_URL", f"sqlite:///{tmp_path / 'records.sqlite'}")
    st.cache_resource.clear()
    yield folder
    st.cache_resource.clear()


def lessons_page(**parameters: str) -> AppTest:
    page = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=300)
    page.switch_page("pages/lessons.py")
    for name, value in parameters.items():
        page.query_params[name] = value
    return page.run()


def words(page: AppTest) -> str:
    return "\n".join(element.value for element in [*page.markdown, *page.header, *page.caption]).replace("\\", "")


def bundled() -> dict[str, Lesson]:
    return {one.name: one.lesson for one in lessons(None) if one.lesson is not None}


def test_every_bundled_lesson_is_whole() -> None:
    assert len(bundled()) == len(list(BUNDLED.glob("*.toml"))) >= 10


def test_no_measured_figure_is_typed_into_a_bundled_lesson() -> None:
    """Counts and shares with decimals stand in choices, which are guesses, and in speakers' notes alone."""
    typed = re.compile(r"\d+ of \d+|\d+\.\d+ %|\d\d\.\d+")
    for name, lesson in bundled().items():
        for step in lesson.steps:
            assert not typed.search(f"{lesson.summary} {step.title} {step.text} {step.question} {step.answer}"), name


def test_every_figure_and_link_of_a_bundled_lesson_is_there() -> None:
    models = {path.parent.name for path in (ROOT / "models").glob("*/model.toml")}
    studies = {path.stem for path in STUDIES_FOLDER.glob("*.parquet")}  # those that have been run
    for lesson in bundled().values():
        for step in lesson.steps:
            assert "(no figure" not in with_figures(f"{lesson.summary} {step.text} {step.answer}")
            if step.link is not None:
                assert (ROOT / "pages" / f"{step.link.page}.py").is_file()
                assert step.link.state.get("model", "metal-cnn") in models
                assert step.link.state.get("study", "boxes-imbalance") in studies


def test_what_a_lesson_says_of_a_study_is_what_the_study_found() -> None:
    step = next(s for s in bundled()["class-imbalance"].steps if s.link is not None and s.link.page == "studies")
    result = read_result("boxes-imbalance")
    assert result is not None
    best = max(outcome_of(result).figures, key=lambda variant: variant.defects_found.rate).facts.name
    named = {"Leaving out intact boxes": "Undersampled", "Weighing damaged ones more": "Weighted loss",
             "Focal loss": "Focal loss"}  # fmt: skip
    assert set(named.values()) <= {facts.name for facts in result.origin.variants}
    assert named[step.choices[step.right - 1]] == best


def test_figures_of_the_report_are_counted_and_bounded() -> None:
    assert with_figures("{report box recall}") == "5 of 8 (62.5 %, 95 % interval 30.6 to 86.3 %)"
    assert with_figures("{report box most_frequent}").startswith("24 of 32 (75.0 %")
    assert "of 263 parts 7; of 453 parts 0" in with_figures("{report casting recalls}")


@pytest.mark.parametrize(
    ("entry", "instead", "said"),
    [
        ('right = 2', 'right = 3', "right must be one of the choices, 1 to 2, got 3"),
        ('title = "Ours"', 'titel = "Ours"', "unknown entry 'titel'"),
        ('page = "evaluate"', 'page = "evaluat"', "page must be one of inspect,"),
        ('{ model = "tiny" }', '{ modell = "tiny" }', "no page's address has modell"),
        ("{tiny test escapes}", "{tiny test escape}", "names no figure; there are photos, accuracy"),
        ('answer = "Two, **of course**."', "", "a question needs an answer"),
        ('note = "Wait."', 'show = ["matrx tiny test"]', "'matrx' cannot be shown; there are samples"),
        ('note = "Wait."', 'show = ["judged tiny casting/no.jpg"]', "there is no sample 'casting/no.jpg'"),
        ('note = "Wait."', 'terms = ["recal"]', "the glossary has no term 'recal'"),
        ('text = "The end."', "", "'steps[1].text' is missing"),
    ],
)  # fmt: skip
def test_a_wrong_entry_is_said_with_its_file_and_what_is_expected(
    tmp_path: Path, entry: str, instead: str, said: str
) -> None:
    file = tmp_path / "ours.toml"
    assert entry in OWN
    file.write_text(OWN.replace(entry, instead), encoding="utf-8")
    with pytest.raises(InvalidDocument) as raised:
        read_lesson(file)
    assert str(raised.value).startswith("ours.toml: ")
    assert said in f"{raised.value} {raised.value.remedy}"


def test_a_lesson_of_ones_own_stands_in_the_list_and_a_broken_one_says_why(own: Path) -> None:
    (own / "broken.toml").write_text('title = "x"', encoding="utf-8")
    page = lessons_page()
    assert not page.exception
    assert "**Ours**" in words(page)
    assert "broken.toml" in page.error[0].value.replace("\\", "")
    assert len([b for b in page.button if b.label == "Begin"]) == len(bundled()) + 1


def test_a_question_stands_before_its_answer_and_a_choice_shows_it(own: Path) -> None:
    page = lessons_page(lesson="ours")
    assert "Of the defective ones 2 of 10 (20.0 %" in words(page)
    assert "of course" not in words(page)
    page.radio[0].set_value("One").run()
    assert "Not quite: **Two**" in page.warning[0].value
    assert "**of course**" in words(page)
    page.radio[0].set_value("Two").run()
    assert page.success[0].value == "That is it."


def test_text_of_a_lesson_is_drawn_as_it_is_but_for_bold_words_and_lists() -> None:
    drawn = lesson_markdown("A [x](http://a.b) **bold: c** d.\n\n- one\n- two\n  more")
    assert "[x](" not in drawn
    assert "**bold\\: c** d" in drawn
    assert drawn.endswith("- one\n- two more")
    assert "**" not in lesson_markdown("an ** odd one").replace("\\*\\*", "")


@pytest.mark.usefixtures("own")
def test_the_address_alone_holds_a_lesson() -> None:
    shown = lessons_page(lesson="ours", step="1", answer="1", present="1")
    assert "**of course**" in words(shown)
    assert [b.label for b in shown.button if b.label in ("Next", "Answer")] == ["Next"]
    assert [h.value for h in lessons_page(lesson="ours", step="2").header] == ["Second"]
    wrong = lessons_page(lesson="ours", step="9")
    assert "this lesson has 1 to 2" in wrong.warning[0].value
    assert [h.value for h in wrong.header] == ["First"]
    assert "no-such" in lessons_page(lesson="no-such").warning[0].value


@pytest.mark.usefixtures("own")
def test_on_shows_the_answer_first_and_back_goes_the_same_way() -> None:
    page = lessons_page(lesson="ours")

    def press(label: str) -> None:
        next(b for b in page.button if b.label == label).click().run()

    press("Answer")
    assert page.query_params["answer"] == "1"
    press("Next")
    assert page.query_params["step"] == "2"
    assert next(b for b in page.button if b.label == "Next").disabled
    press("Back")
    assert "of course" not in words(page)
    page.toggle[0].set_value(True).run()
    assert "Wait" in page.info[0].value
