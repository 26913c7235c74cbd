"""``reviews``: agreement, audit and studies, for persons and for programs, also where there is nothing yet."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from defect_app.cli import main
from defect_app.decision import Verdict
from defect_app.inspections import InspectionStore, StoredInspection
from defect_app.reviews import ReviewStore
from defect_app.reviews.audits import draw_audit
from defect_app.reviews.settled import reviewed_parts
from defect_app.reviews.studies import begin_study
from defect_app.storage.database import Database
from tests.inspections.records import a_new_inspection
from tests.reviews.answers import DEFECTIVE, GOOD, an_answer, answer_all


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ReviewStore]:
    monkeypatch.setenv("DEFECT_APP_DATABASE_URL", f"sqlite:///{tmp_path / 'records.sqlite'}")
    database = Database()
    yield ReviewStore(database)
    database.close()


@pytest.fixture
def parts(store: ReviewStore) -> tuple[StoredInspection, ...]:
    new = [a_new_inspection(n, verdict="PASS" if n < 7 else "REJECT") for n in range(1, 9)]
    return InspectionStore(store.database).append(new)


def answered(capsys: pytest.CaptureFixture[str], command: str) -> dict[str, object]:
    assert main(["reviews", command, "--model", "tiny", "--json"]) == 0
    found: dict[str, object] = json.loads(capsys.readouterr().out)
    return found


@pytest.mark.parametrize("command", ["agreement", "audit", "study"])
def test_where_nothing_was_reviewed_that_is_said(
    store: ReviewStore, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    assert main(["reviews", command, "--model", "tiny"]) == 0
    said = capsys.readouterr().err
    assert any(words in said for words in ("0 parts reviewed", "No audit", "no agreement study"))


def test_agreement_names_every_two_and_what_they_share(
    store: ReviewStore, parts: tuple[StoredInspection, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    answer_all(store, parts[:4], GOOD, "Ada")
    answer_all(store, parts[4:], DEFECTIVE, "Ada")
    answer_all(store, parts[:5], GOOD, "Bo")
    answer_all(store, parts[5:], DEFECTIVE, "Bo")
    found = answered(capsys, "agreement")
    assert (found["parts"], found["shared"], found["disputed"]) == (8, 8, 1)
    pairs = found["pairs"]
    assert isinstance(pairs, list)
    assert len(pairs) == 1
    pair = pairs[0]
    # 7 of 8 alike, half of them by chance: (0.875 - 0.5) / 0.5.
    assert (pair["first"], pair["second"], pair["kappa"]["value"]) == ("Ada", "Bo", pytest.approx(0.75))
    assert main(["reviews", "agreement", "--model", "tiny"]) == 0
    printed = capsys.readouterr()
    assert "1 of them disputed" in printed.err
    assert "0.75" in printed.out


def test_the_audit_says_its_bounds(
    store: ReviewStore, parts: tuple[StoredInspection, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    audit = draw_audit(store.database, "tiny", {Verdict.PASS: 6, Verdict.REJECT: 2}, who="Ada")
    for sample in audit.samples:
        for key in sample.inspections:
            store.add(an_answer(None, GOOD, inspection=key, sample_id=sample.id))
    found = answered(capsys, "audit")
    assert found["by"] == "Ada"
    strata = found["strata"]
    assert isinstance(strata, dict)
    assert strata["PASS"] == {"population": 6, "looked_at": 6, "defective": 0, "undecided": 0}
    assert main(["reviews", "audit", "--model", "tiny"]) == 0
    assert "0 escapes in 6 looked at" in capsys.readouterr().err


def test_a_study_has_the_model_among_its_appraisers(
    store: ReviewStore, parts: tuple[StoredInspection, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    answer_all(store, parts[:6], GOOD, "Ada")
    answer_all(store, parts[6:], DEFECTIVE, "Ada")
    study = begin_study(store.database, "Autumn", "tiny", reviewed_parts(store.of_model("tiny")), 1, "Ada")
    for part in study.parts:
        store.add(an_answer(None, part.reference, "Bo", inspection=part.inspection, study_id=study.id, trial=1))
    found = answered(capsys, "study")
    appraisers = found["appraisers"]
    assert isinstance(appraisers, list)
    assert [one["effectiveness"]["count"] for one in appraisers] == [8, 8]
    assert main(["reviews", "study", "--model", "tiny"]) == 0
    assert "Everybody right in every trial: 100" in capsys.readouterr().err
