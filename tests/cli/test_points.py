"""``points``: save, activate, show, take along; and ``classify`` follows."""

import json
import shutil
from pathlib import Path

import pytest

from defect_app.cli import main
from defect_app.decision import Costs
from defect_app.points import open_records
from tests.cli.commands import ClassifyOne, Points, Record
from tests.model_folders import TinyNetwork, make_model_folder
from tests.operating_points import a_point


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a models folder of one's own, and records of one's own."""
    monkeypatch.setenv("DEFECT_APP_DATABASE_URL", f"sqlite:///{tmp_path / 'records.sqlite'}")
    root = tmp_path / "models"
    make_model_folder(root, "tiny")
    make_model_folder(root, "colours", task="recognition")
    return root


@pytest.fixture
def points(models: Path, capsys: pytest.CaptureFixture[str]) -> Points:
    """Return a function that runs the command and gives status, standard output and standard error."""

    def run(*arguments: object) -> tuple[int, str, str]:
        status = main(["points", *map(str, arguments), "--models-folder", str(models)])
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return run


@pytest.fixture
def verdict_of(models: Path, photos: Path, capsys: pytest.CaptureFixture[str]) -> ClassifyOne:
    """Return a function that classifies the green photo and gives status, record and what was said."""

    def run(*arguments: str) -> tuple[int, Record, str]:
        green = str(photos / "b green.png")
        status = main(["classify", green, "--model", "tiny", "--models-folder", str(models), *arguments])
        captured = capsys.readouterr()
        return status, json.loads(captured.out or "{}"), captured.err

    return run


STRICT = ("save", "tiny", "strict", "--review-at", "0", "--reject-at", "0")


def test_at_first_every_model_is_used_with_its_default_point(points: Points, verdict_of: ClassifyOne) -> None:
    assert points("list") == (0, "", "No operating points are saved; every model is used with its default point.\n")
    status, record, said = verdict_of()
    assert (status, record["verdict"]) == (0, "PASS")
    assert record["operating_point"].startswith("default: Reject at 0.7 and above, review from 0.3")
    assert "The model's default point. Reject at 0.7 and above" in said


def test_a_saved_point_can_be_named_and_an_active_one_is_applied_without_a_name(
    points: Points, verdict_of: ClassifyOne
) -> None:
    status, _, said = points(*STRICT, "--who", "Ada", "--note", "a bad day")
    assert status == 0
    assert "strict, saved by Ada on" in said
    assert "It is not active." in said
    assert verdict_of()[1]["verdict"] == "PASS"
    assert verdict_of("--operating-point", "strict")[1]["verdict"] == "REJECT"
    assert points("activate", "tiny", "strict")[0] == 0
    _, record, said = verdict_of()
    assert record["verdict"] == "REJECT"
    assert record["operating_point"] == "strict: Reject at 0 and above, no review band: set by hand."
    assert "strict, saved by Ada on" in said
    assert verdict_of("--operating-point", "default")[1]["verdict"] == "PASS"
    points("activate", "tiny", "default")
    assert verdict_of()[1]["verdict"] == "PASS"


def test_save_and_activate_in_one_step_and_roll_back(points: Points, verdict_of: ClassifyOne) -> None:
    points(*STRICT, "--activate")
    points("save", "tiny", "strict", "--review-at", "0.9", "--reject-at", "1", "--activate")
    assert verdict_of()[1]["verdict"] == "PASS"
    points("activate", "tiny", "strict", "--version", "1", "--who", "Bob")
    assert verdict_of()[1]["verdict"] == "REJECT"
    listed = json.loads(points("list", "tiny", "--json")[1])
    assert [(p["name"], p["version"]) for p in listed] == [("strict", 2)]
    assert listed[0]["state"] == "version 1 is active"
    shown = points("show", "tiny", "strict", "--version", "1")[1]
    assert "rolled back to" in shown
    assert "Bob" in shown


def test_the_decision_sheet_of_a_version_is_written_in_the_form_that_its_ending_names(
    points: Points, tmp_path: Path
) -> None:
    points(*STRICT, "--who", "Ada", "--note", "a bad day")
    points(*STRICT, "--who", "Bob")
    page = tmp_path / "sheet.html"
    status, _, said = points("sheet", "tiny", "strict", "--version", "1", "--out", page)
    assert status == 0
    assert "strict, version 1: written to" in said
    assert "<td>a bad day</td>" in page.read_text(encoding="utf-8")
    assert points("sheet", "tiny", "strict", "--out", tmp_path / "sheet.pdf")[0] == 0
    assert (tmp_path / "sheet.pdf").read_bytes().startswith(b"%PDF-")
    status, _, said = points("sheet", "tiny", "strict", "--out", tmp_path / "sheet.docx")
    assert status == 2
    assert "Name a .html or .pdf file" in said
    assert points("sheet", "tiny", "strict", "--out", tmp_path / "nowhere" / "sheet.pdf")[0] == 2


def test_a_recognition_model_has_one_threshold(points: Points) -> None:
    assert points("save", "colours", "sure", "--accept-at", "0.8", "--activate")[0] == 0
    status, _, said = points("save", "colours", "wrong", "--review-at", "0.1", "--reject-at", "0.2")
    assert status == 2
    assert "Give --accept-at" in said


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("save", "tiny", "x", "--reject-at", "0.5"), "either review_at and reject_at"),
        (("save", "tiny", "x", "--review-at", "0.6", "--reject-at", "0.5"), "above the reject threshold"),
        (("save", "tiny", "x", "--review-at", "nan", "--reject-at", "0.5"), "from 0 to 1, got nan"),
        (("save", "tiny", "x", "--review-at", "-1", "--reject-at", "0.5"), "from 0 to 1"),
        (("save", "tiny", "x", "--accept-at", "0.5"), "Give --review-at and --reject-at"),
        (("save", "tiny", "default", "--review-at", "0", "--reject-at", "0"), "delivered with"),
        (("save", "tiny", "", "--review-at", "0", "--reject-at", "0"), "has no name"),
        (("save", "nothing", "x", "--review-at", "0", "--reject-at", "0"), "no model 'nothing'"),
        (("activate", "tiny", "x"), "no operating point called 'x'"),
        (("activate", "nothing", "x"), "no model 'nothing'"),
        (("show", "tiny", "x"), "no such operating point"),
        (("sheet", "tiny", "x", "--out", "x.pdf"), "no such operating point"),
        (("export", "tiny"), "No operating points"),
        (("import", "nowhere.json"), "cannot be read"),
        (("explode",), "invalid choice"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_wrong_usage_has_status_2_and_says_why(points: Points, arguments: tuple[str, ...], said: str) -> None:
    status, out, err = points(*arguments)
    assert status == 2
    assert said in err
    assert out == ""


def test_a_point_of_another_version_of_the_model_is_not_applied_silently(
    points: Points, verdict_of: ClassifyOne, models: Path
) -> None:
    points(*STRICT, "--activate")
    # The same model with other weights.
    shutil.rmtree(models / "tiny")
    make_model_folder(models, "tiny", network=TinyNetwork(compress_to_fp16=True))
    status, record, said = verdict_of()
    assert (status, record["verdict"]) == (5, "REVIEW")
    assert "strict was saved for another version of this model" in said
    assert ", so it is not applied" in said
    assert verdict_of("--operating-point", "strict")[0] == 2
    assert points("activate", "tiny", "strict")[0] == 2
    assert "not applied" in json.loads(points("list", "--json")[1])[0]["state"]


def test_an_export_is_imported_elsewhere(points: Points, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    points(*STRICT, "--activate")
    file = tmp_path / "points.json"
    assert points("export", "tiny", "--out", file)[:2] == (0, "")
    assert json.loads(points("export", "tiny")[1]) == json.loads(file.read_text())
    monkeypatch.setenv("DEFECT_APP_DATABASE_URL", f"sqlite:///{tmp_path / 'other.sqlite'}")
    assert points("import", file, "--who", "Bob")[0] == 0
    (listed,) = json.loads(points("list", "--json")[1])
    assert (listed["name"], listed["who"], listed["active"]) == ("strict", "Bob", False)
    file.write_text("{}")
    assert points("import", file)[0] == 2


def test_without_the_database_photos_are_judged_and_points_say_why_they_cannot(
    points: Points, verdict_of: ClassifyOne, tmp_path: Path
) -> None:
    (tmp_path / "records.sqlite").write_bytes(b"damaged " * 1000)
    status, record, said = verdict_of()
    assert (status, record["verdict"]) == (5, "REVIEW")
    assert "damaged" in record["operating_point"]
    assert "damaged" in said
    status, _, said = points("list")
    assert status == 2
    assert "damaged" in said


def test_a_lost_database_leaves_the_point_in_force_until_a_person_says_otherwise(
    points: Points,
    models: Path,
    verdict_of: ClassifyOne,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    points(*STRICT, "--activate")
    status, record, _ = verdict_of()
    assert status == 0
    strict = record["verdict"]
    for leftover in tmp_path.glob("records.sqlite*"):
        leftover.unlink()
    status, record, said = verdict_of()
    assert (status, record["verdict"]) == (5, strict)
    assert strict != "PASS"
    assert record["operating_point"].startswith("strict: ")
    assert "Last known to be in force" in record["operating_point"]
    assert "were in use and are gone" in said
    assert main(["records", "adopt", "--models-folder", str(models)]) == 0
    assert "stay in force for: tiny" in capsys.readouterr().err
    status, record, _ = verdict_of()
    assert (status, record["verdict"]) == (0, strict)
    points("activate", "tiny", "default")
    assert verdict_of()[1]["verdict"] == "PASS"


def test_names_with_brackets_and_formulas_are_printed_as_they_are(points: Points) -> None:
    points("save", "tiny", "=[bold]x", "--review-at", "0", "--reject-at", "0.5")
    assert "=[bold]x" in points("list")[1]


def test_by_the_two_person_rule_a_milder_point_waits_for_a_second_person(
    points: Points, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEFECT_APP_SECOND_PERSON", "true")
    given = ("save", "tiny", "milder", "--review-at", "0.9", "--reject-at", "0.95", "--activate", "--who", "Ada")
    status, _, said = points(*given)
    assert status == 0
    assert "It is proposed, and not active" in said
    status, _, said = points("activate", "tiny", "milder", "--who", "Bo")
    assert status == 0
    assert "milder, saved by Ada" in said.splitlines()[-1]


def test_a_point_is_shown_with_what_it_was_chosen_for(points: Points) -> None:
    records = open_records()
    records.save_point(a_point("strict"), costs=Costs(100, 2, 0.5), defect_rate=0.013)
    records.close()
    status, shown, _ = points("show", "tiny", "strict")
    assert status == 0
    for said in ("missed defect", "costs 100.00", "false reject", "costs 2.00", "human review", "costs 0.50", "0.013"):
        assert said in shown


def test_points_that_cannot_be_written_down_are_said(points: Points, tmp_path: Path) -> None:
    assert "Save one first." in points("export", "tiny")[2]
    points(*STRICT)
    status, _, said = points("export", "tiny", "--out", tmp_path)
    assert status == 2
    assert f"The points cannot be written to {tmp_path}: Is a directory. Choose another place." in said
