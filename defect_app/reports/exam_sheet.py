"""The sheet of an inspector's exam as one HTML page, to print and sign."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from defect_app.evaluation.exam import ExamAnswer, ExamResult, exam_result
from defect_app.evaluation.intervals import Proportion
from defect_app.reports.html_page import ReportSection, html_report

_SAID = {True: "defective", False: "good"}


def exam_table(result: ExamResult) -> pd.DataFrame:
    """Return person and model beside each other, a figure a row."""
    rows: list[tuple[str, str, str]] = [
        (title, _counted(person), _counted(model))
        for title, person, model in (
            ("Right", result.person_right, result.model_right),
            ("Defective parts called good", result.person_escapes, result.model_escapes),
            ("Good parts called defective", result.person_false_alarms, result.model_false_alarms),
        )
    ]
    rows.append(("Agreement with the truth (kappa)", result.person_and_truth.words, result.model_and_truth.words))
    return pd.DataFrame(rows, columns=["Figure", "You", "The model"])


def exam_sheet(title: str, who: str, when: str, model: str, address: str, answers: Sequence[ExamAnswer]) -> str:
    """Return the sheet.

    Parameters
    ----------
    title : str
        Of the exam: its product.
    who, when : str
        Who sat it (may be empty), and when.
    model : str
        The model's title, with its point.
    address : str
        By which the same parts come again.
    answers : sequence of ExamAnswer
        In the order given.
    """
    result = exam_result(answers)
    agreed, kappa = result.person_and_model_agreement, result.person_and_model
    sentences = [
        f"{who or 'Name: ______________________'} · {when}",
        f"{len(answers)} rendered parts whose truth is known. The model: {model}. It counts as saying “defective” "
        "where it rejects a part or asks for a person.",
        f"You and the model agree on {_counted(agreed)}; kappa {kappa.words}.",
        f"Marks on the defect: {_counted(result.places)}." if result.places.n else "",
        f"The same parts again: {address}",
        "Signature: ______________________",
    ]
    rows = [
        {
            "Part": answer.part,
            "Truth": f"{_SAID[answer.is_defective]}: {answer.what}",
            "You": _SAID[answer.person],
            "Place": "" if answer.hit is None else "on the defect" if answer.hit else "elsewhere",
            "The model": f"{answer.verdict}, {answer.score:.3f}",
        }
        for answer in answers
    ]
    return html_report(
        title,
        sentences,
        [ReportSection("Figures", tables=[exam_table(result)]), ReportSection("Parts", tables=[pd.DataFrame(rows)])],
    )


def _counted(share: Proportion) -> str:
    return f"{share.count:,} of {share.n:,}: {share.words}" if share.n else "no such parts"
