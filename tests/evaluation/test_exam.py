"""The inspector's exam: figures counted by hand, kappa as scikit-learn has it, marks near the defect."""

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from defect_app.evaluation.exam import ExamAnswer, exam_result, hits_defect
from defect_app.reports.exam_sheet import exam_sheet


def answers() -> list[ExamAnswer]:
    truth = [1, 1, 1, 1, 0, 0, 0, 0, 0, 0]
    person = [1, 1, 0, 1, 0, 0, 1, 0, 0, 0]
    model = [1, 1, 1, 0, 0, 0, 0, 0, 0, 1]
    hits = [True, False, None, True, None, None, None, None, None, None]
    return [
        ExamAnswer(str(i), "a <b>hole</b>", bool(t), bool(p), bool(m), "REJECT" if m else "PASS", 0.5, h)
        for i, (t, p, m, h) in enumerate(zip(truth, person, model, hits, strict=True))
    ]


def test_figures_are_those_counted_by_hand() -> None:
    result = exam_result(answers())
    counts = {name: (share.count, share.n) for name, share in vars(result).items() if hasattr(share, "count")}
    assert counts == {
        "person_right": (8, 10),
        "model_right": (8, 10),
        "person_escapes": (1, 4),
        "model_escapes": (1, 4),
        "person_false_alarms": (1, 6),
        "model_false_alarms": (1, 6),
        "person_and_model_agreement": (6, 10),
        "places": (2, 3),
    }


def test_kappa_is_that_of_scikit_learn() -> None:
    found = answers()
    result = exam_result(found)
    for kappa, first, second in (
        (result.person_and_truth, "person", "is_defective"),
        (result.model_and_truth, "model", "is_defective"),
        (result.person_and_model, "person", "model"),
    ):
        expected = cohen_kappa_score(*([getattr(a, name) for a in found] for name in (first, second)))
        assert kappa.value == pytest.approx(expected)
        assert kappa.low < kappa.value < kappa.high


def test_an_exam_without_answers_has_figures_of_none() -> None:
    result = exam_result([])
    assert result.person_right.n == 0
    assert result.person_and_model.words == "no parts to tell from"


def test_a_mark_counts_on_the_defect_and_a_little_beside_it() -> None:
    mask = np.zeros((100, 200), bool)
    mask[40:60, 100:120] = True
    assert hits_defect(mask, 0.55, 0.5)
    assert hits_defect(mask, 0.64, 0.5)  # nine pixels beside it, of ten that are allowed
    assert not hits_defect(mask, 0.66, 0.5)
    assert not hits_defect(np.zeros((10, 10), bool), 0.5, 0.5)


def test_the_sheet_holds_figures_and_parts_and_escapes_text() -> None:
    sheet = exam_sheet("Exam", "Ada <i>", "today", "Castings", "lessons?exam=casting", answers())
    assert "8 of 10: 80.0 %" in sheet
    assert "<b>hole" not in sheet
    assert "Ada &lt;i&gt;" in sheet
    assert "on the defect" in sheet
