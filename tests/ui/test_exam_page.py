"""The inspector's exam on its page: a person answers first, truth and model are shown, the result is the answers'."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from defect_app.evaluation.exam import ExamAnswer
from defect_app.scenes import render
from defect_app.scenes.seeds import MOST_EXAMS, PARTS_IN_EXAM, exam_seed, review_seed
from defect_app.ui.lessons.marking import Mark, read_mark
from defect_app.ui.session import Key
from tests.ui.test_lessons_page import lessons_page


def press(page: AppTest, label: str) -> None:
    next(button for button in page.button if button.label == label).click().run()


@pytest.fixture(autouse=True)
def own_records(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEFECT_APP_DATABASE_URL", f"sqlite:///{tmp_path / 'records.sqlite'}")


def test_truth_and_model_are_shown_after_the_answer_and_never_before() -> None:
    page = lessons_page(exam="casting", exam_seed="3")
    assert not page.exception
    assert [h.value for h in page.header] == [f"Part 1 of {PARTS_IN_EXAM}: good or defective?"]
    assert not [m for m in page.markdown if "The model" in m.value]
    scene = render("casting", exam_seed(3, 0))
    press(page, "Good")
    assert not page.exception
    truth = "defective" if scene.mask.any() else "good"
    assert page.header[0].value == f"{'No' if scene.mask.any() else 'Right'}: the part is {truth}"
    assert any("The model" in m.value for m in page.markdown)
    press(page, "Next part")
    assert page.header[0].value.startswith("Part 2 of")


def test_the_last_answer_leads_to_the_result() -> None:
    page = lessons_page(exam="casting", exam_seed="4")
    exams = page.session_state[Key.LESSONS_EXAMS]
    for key in list(exams):
        exams[key] += [ExamAnswer(str(n), "", n % 2 == 0, True, False, "PASS", 0.1) for n in range(PARTS_IN_EXAM)]
    page.run()
    assert not page.exception
    assert page.header[0].value == f"You are right on 6 of {PARTS_IN_EXAM}"
    assert "6 of 12" in str(page.table[0].value)


def test_an_exam_that_is_not_here_is_said() -> None:
    assert "`bottle`" in lessons_page(exam="bottle").warning[0].value


def test_no_scene_of_an_exam_is_one_of_the_review() -> None:
    assert exam_seed(MOST_EXAMS - 1, PARTS_IN_EXAM - 1) < review_seed(0)


@pytest.mark.parametrize(
    "sent",
    [None, {}, {"part": "a", "x": 2, "y": 0}, {"part": "b", "x": 0.1, "y": 0.1}, {"part": "a", "x": "1", "y": 0}],
)
def test_what_a_browser_sends_is_no_mark_unless_it_is_one(sent: object) -> None:
    assert read_mark(sent, "a") is None
    assert read_mark({"part": "a", "x": 0.25, "y": 1}, "a") == Mark(0.25, 1.0)
