"""The decision sheet of a saved point: who, when, figures as counted from the rows, and what was not taken and why."""

import re
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from defect_app.catalog import InspectionThresholds, ModelSpec, RecognitionThresholds, read_spec, weights_sha256
from defect_app.decision import BY_HAND, ChosenThresholds, Costs, OperatingPoint, default_point
from defect_app.errors import DefectLensError
from defect_app.evaluation.line import line_figures
from defect_app.evaluation.opening import open_evaluation
from defect_app.evaluation.results import EvaluationResults
from defect_app.evaluation.selection import Selection
from defect_app.evaluation.thresholds import verdict_counts
from defect_app.points import Records, open_records
from defect_app.reports.decision.content import DecisionSheet, SheetSection, decision_sheet
from defect_app.reports.decision.writing import sheet_bytes
from tests.evaluation.caches import casting_rows, generated, rows_of, write_cache
from tests.model_folders import RECOGNITION_CLASSES, make_model_folder

MADE = datetime(2026, 11, 27, 9, 30, tzinfo=UTC)
BAD, SCORES = generated(300, seed=1)
BAD_VALIDATION, SCORES_VALIDATION = generated(200, seed=2)
COSTS = Costs(500.0, 20.0, 2.0)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DEFECT_APP_DATABASE_URL", f"sqlite:///{tmp_path / 'records.sqlite'}")
    made = make_model_folder(tmp_path / "models", "tiny", familiarity=False)
    test = casting_rows(BAD, SCORES)
    validation = casting_rows(BAD_VALIDATION, SCORES_VALIDATION, split="validation")
    validation["sha256"] = [f"{i + 10_000:064x}" for i in range(len(validation))]
    write_cache(made, pd.concat([test, validation]))
    return made


@pytest.fixture
def records(folder: Path) -> Records:
    return open_records()


def a_point(spec: ModelSpec, name: str, review_at: float, reject_at: float, *, split: str = "") -> OperatingPoint:
    lines = InspectionThresholds(review_at, reject_at)
    chosen = ChosenThresholds(lines, split, 300 if split else 0, BY_HAND)
    return OperatingPoint(name, spec.id, chosen, spec.identity)


def sheet_of(folder: Path, records: Records, name: str, version: int | None = None) -> DecisionSheet:
    spec = read_spec(folder)
    saved = records.find_point(spec.id, name, version)
    assert saved is not None
    results = EvaluationResults(open_evaluation(folder, spec, weights_sha256(folder)))
    return decision_sheet(spec, results, saved, records.history(spec.id), records.points(spec.id), MADE)


def section(sheet: DecisionSheet, title: str) -> SheetSection:
    return next(one for one in sheet.sections if one.title.startswith(title))


def facts(sheet: DecisionSheet, title: str = "Who decided what") -> dict[str, str]:
    table = section(sheet, title).table
    assert table is not None
    return {row[0]: row[1] for row in table.rows}


def test_who_when_why_and_whether_it_is_in_force_stand_first(folder: Path, records: Records) -> None:
    spec = read_spec(folder)
    point = a_point(spec, "Night", 0.2, 0.6)
    saved = records.save_point(point, note="Two escapes.\nAgreed with Bob.", who="Ann", activate=True)
    sheet = sheet_of(folder, records, "Night")
    found = facts(sheet)
    assert sheet.title == f"{spec.title}: Night, version 1"
    assert "Sheet made on 2026-11-27 09:30 UTC." in sheet.sentences
    assert (found["Saved by"], found["Why, in the person's words"]) == ("Ann", "Two escapes. Agreed with Bob.")
    assert found["Saved on"] == f"{saved.created:%Y-%m-%d %H:%M} UTC"
    assert found["State"].startswith("in force since ")
    assert found["State"].endswith("UTC by Ann")
    assert found["Model"] == f"tiny, {spec.identity}"
    records.deactivate("tiny", who="Bob")
    assert "not in force; it was switched off on" in facts(sheet_of(folder, records, "Night"))["State"]
    records.save_point(a_point(spec, "Never", 0.1, 0.9))
    assert facts(sheet_of(folder, records, "Never"))["State"] == "saved, never in force"
    assert facts(sheet_of(folder, records, "Never"))["Why, in the person's words"] == "nothing was written down"


def test_the_figures_are_those_of_the_rows_with_the_costs_kept_with_the_point(folder: Path, records: Records) -> None:
    spec = read_spec(folder)
    records.save_point(a_point(spec, "Night", 0.2, 0.6, split="test"), costs=COSTS, defect_rate=0.03)
    sheet = sheet_of(folder, records, "Night")
    table = section(sheet, "What it does").table
    assert table is not None
    on_test, on_validation = table.rows
    scores = SCORES.astype(np.float32)
    assert on_test[0] == f"{(~BAD).sum()} good, {BAD.sum()} defective: 300 test photos (chosen on these)"
    assert on_test[1].startswith(f"{(BAD & (scores < 0.2)).sum()} of {BAD.sum()}: ")
    assert on_test[2].startswith(f"{(~BAD & (scores >= 0.6)).sum()} of {(~BAD).sum()}: ")
    assert on_test[3].startswith(f"{((scores >= 0.2) & (scores < 0.6)).sum()} of 300: ")
    assert "set by hand on test photos" in " ".join(section(sheet, "What it does").sentences)
    # Chosen on test photos, so the line's figures are carried over from the others.
    results = EvaluationResults(open_evaluation(folder, spec, weights_sha256(folder)))
    validation = results.part(Selection("validation"))
    expected = line_figures(verdict_counts(validation.scores, InspectionThresholds(0.2, 0.6)), 0.03, COSTS)
    assert expected.cost is not None
    found = facts(sheet, "On the line")
    assert found["Cost"] == expected.cost.words
    assert found["Defective parts that pass"] == expected.escapes.words
    assert on_validation[0].endswith("200 validation photos")


def test_what_was_not_taken_is_weighed_on_the_same_photos(folder: Path, records: Records) -> None:
    spec = read_spec(folder)
    records.save_point(a_point(spec, "Day", 0.3, 0.6), who="Bob", activate=True)
    records.save_point(a_point(spec, "Strict", 0.01, 0.02))
    records.save_point(a_point(spec, "Night", 0.2, 0.6), costs=COSTS, defect_rate=0.03, activate=True)
    table = section(sheet_of(folder, records, "Night"), "What was not taken").table
    assert table is not None
    titles = [row[0] for row in table.rows]
    assert [re.split(r"[:.,]", title)[0] for title in titles] == [
        "In force before", "The model's default point", "Least cost at these amounts", "Saved",
    ]  # fmt: skip
    assert titles[0].startswith("In force before: Day, saved by Bob on ")
    assert titles[-1].startswith("Saved: Strict")
    # Day passes what lies between 0.2 and 0.3, which Night sends to a person.
    scores = SCORES.astype(np.float32)
    between = (scores >= 0.2) & (scores < 0.3)
    day = table.rows[0]
    assert day[1].startswith(f"{(BAD & (scores < 0.3)).sum()} of {BAD.sum()}: ")
    more = (BAD & between).sum()
    assert day[-1].startswith(f"{more} more escapes, {between.sum()} fewer to review; ")
    dearer = 1000 * (0.03 * 498 * more / BAD.sum() - 0.97 * 2 * (~BAD & between).sum() / (~BAD).sum())
    assert f"; {abs(dearer):,.1f} {'dearer' if dearer > 0 else 'cheaper'} per 1,000 parts (" in day[-1]


def test_a_cheaper_one_that_was_not_taken_asks_for_its_reason(folder: Path, records: Records) -> None:
    spec = read_spec(folder)
    records.save_point(a_point(spec, "Costly", 0.0, 0.0), costs=COSTS, defect_rate=0.03)
    records.save_point(a_point(spec, "Priceless", 0.0, 0.0), note="The customer asks for it.")
    said = " ".join(section(sheet_of(folder, records, "Costly"), "What was not taken").sentences)
    assert "At least one of them costs less on these photos. No reason was written down." in said
    said = " ".join(section(sheet_of(folder, records, "Priceless"), "What was not taken").sentences)
    assert "No amounts were kept with the point, so that nothing is priced." in said
    assert "costs less" not in said


def test_a_point_of_another_version_of_the_model_has_no_figures(folder: Path, records: Records) -> None:
    stale = OperatingPoint("Old", "tiny", ChosenThresholds(InspectionThresholds(0.1, 0.2)), "ab" * 32)
    records.save_point(stale)
    sheet = sheet_of(folder, records, "Old")
    assert [one.title for one in sheet.sections] == ["Who decided what"]
    assert "another version of this model" in sheet.sentences[-1]


def test_without_an_evaluation_the_sheet_says_so(folder: Path, records: Records) -> None:
    records.save_point(a_point(read_spec(folder), "Night", 0.2, 0.6))
    (folder / "evaluation.parquet").unlink()
    sheet = sheet_of(folder, records, "Night")
    assert [one.title for one in sheet.sections] == ["Who decided what"]
    assert sheet.sentences[-1].startswith("There are no figures:")


def test_a_point_of_a_model_that_names_things_counts_labels(tmp_path: Path, records: Records) -> None:
    colours = make_model_folder(tmp_path / "models", "colours", "recognition", familiarity=False)
    p = np.eye(3)[np.arange(90) % 3] * np.linspace(0.05, 0.9, 90)[:, None] + 0.1
    p /= p.sum(axis=1, keepdims=True)
    write_cache(colours, rows_of([RECOGNITION_CLASSES[i % 3].name for i in range(90)], p, RECOGNITION_CLASSES))
    spec = read_spec(colours)
    records.save_point(default_point(spec).moved(RecognitionThresholds(0.55), "Sure"))
    sheet = sheet_of(colours, records, "Sure")
    accepted = int((p.astype(np.float32).max(axis=1) >= 0.55).sum())
    table = section(sheet, "What it does").table
    assert table is not None
    assert table.rows[0][1].startswith(f"{accepted} of 90: ")
    other = section(sheet, "What was not taken").table
    assert other is not None
    by_default = int((p.astype(np.float32).max(axis=1) >= default_point(spec).thresholds.decisive).sum())
    assert other.rows[0][-1] == f"{accepted - by_default} fewer labels given"


def test_both_forms_hold_the_sheet_and_escape_what_people_wrote(folder: Path, records: Records) -> None:
    records.save_point(a_point(read_spec(folder), "<b>Nacht</b>", 0.2, 0.6), who="Łukasz", note="<script>x</script>")
    sheet = sheet_of(folder, records, "<b>Nacht</b>")
    page = sheet_bytes(sheet, ".html").decode()
    assert "&lt;script&gt;x&lt;/script&gt;" in page
    assert "<b>Nacht" not in page
    assert "<script>x" not in page
    assert "Łukasz" in page
    assert "Signature" in page
    printed = sheet_bytes(sheet, ".pdf")
    assert printed.startswith(b"%PDF-")
    assert printed.rstrip().endswith(b"%%EOF")
    with pytest.raises(DefectLensError, match="docx") as caught:
        sheet_bytes(sheet, ".docx")
    assert ".pdf" in caught.value.remedy
