"""``report``, ``records`` and ``selftest``: written and said from what is stored, with an exit status that tells."""

import json
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from defect_app.catalog import read_spec, write_spec
from defect_app.cli import main
from defect_app.cli.records import SECOND_PERSON
from defect_app.cli.selftest import NOT_READY
from defect_app.inspections import InspectionStore
from defect_app.inspections.photo_store import PhotoStore
from defect_app.inspections.stored_inspection import KeptPhoto
from defect_app.intake import content_hash
from defect_app.points import Adoption
from defect_app.publishing.release import write_release_answers
from defect_app.storage.database import Database
from tests.inspections.records import a_new_inspection
from tests.model_folders import make_model_folder
from tests.photo_files import jpeg_bytes, photo_pixels

JPEG = jpeg_bytes(photo_pixels(seed=4))
NOW = datetime.now(UTC)


@pytest.fixture
def photos(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PhotoStore:
    """Store two passed parts and a rejected one of a year ago, whose photo is kept."""
    url = f"sqlite:///{tmp_path / 'records.sqlite'}"
    monkeypatch.setenv("DEFECT_APP_DATABASE_URL", url)
    monkeypatch.setenv("DEFECT_APP_PHOTOS", str(tmp_path / "kept"))
    monkeypatch.setattr("defect_app.readiness.machine.LEAST_FREE_MB", 0)
    store = PhotoStore()
    store.keep_photo(content_hash(JPEG), JPEG)
    old = a_new_inspection(
        3, verdict="REJECT", sha256=content_hash(JPEG), judged_at=NOW - timedelta(days=366), photo=KeptPhoto.FULL
    )
    new = [a_new_inspection(n, judged_at=NOW - timedelta(minutes=n)) for n in (1, 2)]
    with closing(Database(url)) as database:
        InspectionStore(database).append([old, *new])
    return store


@pytest.mark.parametrize("ending", [".html", ".pdf", ".xlsx"])
def test_a_report_is_written_in_the_form_that_its_ending_says(
    ending: str, photos: PhotoStore, tmp_path: Path, tiny_models: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / f"shift{ending.upper()}"
    assert main(["report", "--out", str(file), "--models-folder", str(tiny_models)]) == 0
    begin = {".html": b"<!DOCTYPE html>", ".pdf": b"%PDF-", ".xlsx": b"PK"}[ending]
    assert file.read_bytes().lstrip().startswith((begin, begin.lower()))
    assert capsys.readouterr().err.startswith("3 photos, 3 of them judged.")


def test_a_report_is_of_what_the_options_say(photos: PhotoStore, tmp_path: Path, tiny_models: Path) -> None:
    file = tmp_path / "rejects.html"
    options = ["--verdict", "reject", "--until", f"{NOW - timedelta(days=1):%Y-%m-%d}"]
    assert main(["report", "--out", str(file), *options, "--models-folder", str(tiny_models)]) == 0
    page = file.read_text(encoding="utf-8")
    assert "1 photos, 1 of them judged." in page
    assert "part-0003.jpg" in page
    assert "part-0001.jpg" not in page


def test_a_report_of_no_known_form_or_to_no_folder_is_refused(
    photos: PhotoStore, tmp_path: Path, tiny_models: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    models = ["--models-folder", str(tiny_models)]
    assert main(["report", "--out", str(tmp_path / "shift.doc"), *models]) == 2
    assert "names no form of a report. End it in .html, .pdf, .xlsx." in capsys.readouterr().err
    assert main(["report", "--out", str(tmp_path / "nowhere" / "shift.pdf"), *models]) == 4
    assert "No such file or directory. Make room, or choose another place." in capsys.readouterr().err


def test_tidying_deletes_photos_whose_time_is_over_and_the_inspection_says_so(
    photos: PhotoStore, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DEFECT_APP_KEEP_PHOTOS_DAYS", "365")
    assert photos.photo(content_hash(JPEG)) == JPEG
    assert main(["records", "tidy"]) == 0
    assert capsys.readouterr().err == "1 photo deleted, last judged more than 365 days ago.\n"
    assert photos.photo(content_hash(JPEG)) is None
    assert main(["records", "tidy"]) == 0
    assert capsys.readouterr().err.startswith("0 photos deleted")
    assert main(["inspections", "show", content_hash(JPEG)]) == 0
    shown = capsys.readouterr().out
    assert "REJECT" in shown
    assert "deleted" in shown


def test_of_an_adoption_that_two_persons_must_say_the_status_says_that_one_is_missing(
    photos: PhotoStore, tiny_models: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[str] = []

    def adopt(*, who: str, defaults: list[object]) -> Adoption:
        asked.append(who)
        return Adoption(title="the database", is_done=len(asked) > 1, kept=("tiny",) if len(asked) > 1 else ())

    monkeypatch.setattr("defect_app.points.adopt_records", adopt)
    command = ["records", "adopt", "--models-folder", str(tiny_models)]
    assert main([*command, "--who", "Ada"]) == SECOND_PERSON
    assert "a second person has to adopt the database too" in capsys.readouterr().err
    assert main([*command, "--who", "Bo"]) == 0
    assert capsys.readouterr().err.splitlines() == [
        "From now on the database counts as it is.",
        "The operating points last known stay in force for: tiny.",
    ]
    assert asked == ["Ada", "Bo"]


def test_the_self_test_prints_tables_or_json_and_its_status_says_whether_all_is_well(
    photos: PhotoStore, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = make_model_folder(tmp_path / "models", "tiny")
    write_release_answers(folder, read_spec(folder))
    write_spec(folder, read_spec(folder))
    command = ["selftest", "--models-folder", str(tmp_path / "models")]
    assert main(command) == 0
    printed = capsys.readouterr()
    assert printed.err == "Ready: 1 of 1 model answered as at release.\n"
    assert [word in printed.out for word in ("as at release", "records", "disk", "clock")] == [True] * 4
    (folder / "model.bin").unlink()
    assert main([*command, "--json"]) == NOT_READY
    found = json.loads(capsys.readouterr().out)
    assert not found["ready"]
    assert found["models"][0]["state"] == "out of service"
