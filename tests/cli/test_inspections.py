"""``classify --store``, ``inspections`` and ``records verify``: kept once, also when the process is killed."""

import json
import os
import signal
import subprocess
import sys
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import create_engine, text

from defect_app.cli import main
from defect_app.cli.classify import NOT_STORED
from defect_app.inspection.framing import FixedFrame
from defect_app.inspections.fixed_frames import FixedFrames
from defect_app.storage.database import Database
from tests.cli.commands import Classify
from tests.model_folders import part_photo
from tests.operating_points import a_point
from tests.photo_files import jpeg_bytes

KILLS = int(os.environ.get("KILLS", "1"))


@pytest.fixture(autouse=True)
def own_records(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    url = f"sqlite:///{tmp_path / 'records.sqlite'}"
    monkeypatch.setenv("DEFECT_APP_DATABASE_URL", url)
    monkeypatch.setenv("DEFECT_APP_PHOTOS", str(tmp_path / "kept"))
    return url


def listed(capsys: pytest.CaptureFixture[str], *options: str) -> list[dict[str, object]]:
    assert main(["inspections", "list", "--json", *options]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_stored_records_have_an_id_and_a_rerun_stores_none_twice(
    classify: Classify, photos: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, records, _ = classify(photos, "--store", "--who", "Ada", "--part-pattern", "{part} *")
    assert [r["source"] for r in records] == ["cli"] * 3
    assert [r["part"] for r in records] == ["a", "b", "c"]
    _, again, _ = classify(photos, "--store")
    assert [r["id"] for r in again] == [r["id"] for r in records]
    assert [r["id"] for r in listed(capsys)] == [r["id"] for r in records][::-1]
    classify(photos, "--store", "--batch", "tuesday")
    assert len(listed(capsys)) == 6


def test_photos_are_judged_in_the_frames_that_are_saved_for_their_product(
    classify: Classify, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with closing(Database()) as database:
        FixedFrames(database).save("casting", [FixedFrame(0, 0, 0.5, 1), FixedFrame(0.5, 0, 0.5, 1)])
    folder = tmp_path / "trays"
    folder.mkdir()
    for name in ("a.jpg", "b.jpg"):  # the same content twice
        (folder / name).write_bytes(jpeg_bytes(np.hstack([part_photo(-1.2), part_photo(1.2)])))
    _, records, said = classify(folder, "--store", "--heatmaps", tmp_path / "maps")
    assert [(r["verdict"], r["frame"]) for r in records] == [("PASS", [0, 0, 96, 96]), ("REJECT", [96, 0, 96, 96])] * 2
    assert [Path(r["file"]).name for r in records] == ["a.jpg", "a.jpg", "b.jpg", "b.jpg"]
    assert "Judged in 2 fixed frames" in said
    assert len(listed(capsys)) == 4
    assert len(list((tmp_path / "maps").iterdir())) == 2
    _, first, _ = classify(folder, "--checkpoint", tmp_path / "checkpoint")
    _, again, said = classify(folder, "--checkpoint", tmp_path / "checkpoint")
    assert again == first
    assert [(r["verdict"], r["frame"]) for r in again] == [(r["verdict"], r["frame"]) for r in records]
    assert "1 photo judged by earlier runs" in said
    with closing(Database()) as database:
        FixedFrames(database).save("casting", [])
    _, whole, _ = classify(folder, "--checkpoint", tmp_path / "checkpoint")
    assert [r["frame"] for r in whole] == [[0, 0, 192, 96]] * 2


def test_found_shown_and_exported(
    classify: Classify, photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, records, _ = classify(photos, "--store", "--who", "Ada")
    assert [r["verdict"] for r in listed(capsys, "--verdict", "reject")] == ["REJECT"]
    assert len(listed(capsys, "--search", "green ada")) == 1
    assert listed(capsys, "--since", "2999-01-01") == []
    assert main(["inspections", "show", records[0]["id"], "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == records[0]
    assert main(["inspections", "show", "nothing"]) == 2
    table = tmp_path / "all.csv"
    assert main(["inspections", "export", "--csv", str(table), "--csv-separator", "semicolon"]) == 0
    lines = table.read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) == 4
    assert lines[0].startswith("number;file;sha256;verdict")
    assert "id;source;batch;part;who;class_" in lines[0]


def test_the_list_is_a_table_newest_first_that_says_when_there_is_more(
    classify: Classify, photos: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["inspections", "list"]) == 0
    assert capsys.readouterr().err == "No stored inspection is like that.\n"
    classify(photos, "--store", "--who", "Ada")
    assert main(["inspections", "list", "--limit", "2"]) == 0
    captured = capsys.readouterr()
    rows = [line for line in captured.out.splitlines() if "Ada" in line]
    assert [row.split("│")[2].strip() for row in rows] == ["REVIEW", "PASS"]
    assert "There are more than 2: see --limit, or export." in captured.err


def test_a_table_in_a_folder_that_is_not_there_is_refused_before_anything_is_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "nowhere" / "all.csv"
    assert main(["inspections", "export", "--csv", str(table)]) == 2
    assert f"The table cannot be written to {table}: No such file or directory." in capsys.readouterr().err


def test_a_database_that_cannot_be_written_costs_no_verdict(
    classify: Classify, photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from defect_app.errors import RecordsUnavailable
    from defect_app.inspections import InspectionStore

    def fail(*_: object) -> None:
        raise RecordsUnavailable("The records cannot be written: the disk is full.", "Make room.")

    monkeypatch.setattr(InspectionStore, "append", fail)
    status, records, said = classify(photos, "--store")
    assert status == NOT_STORED
    assert [r["verdict"] for r in records][:2] == ["REJECT", "PASS"]
    assert "3 of the verdicts above are not stored" in said
    assert "the disk is full" in said


@pytest.mark.timeout(600 + 12 * KILLS)
def test_kill_9_while_storing_loses_no_row_that_was_written_and_a_rerun_stores_the_rest_once(
    tiny_models: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    for n in range(60):
        (folder / f"{n:03d}.jpg").write_bytes(jpeg_bytes(part_photo(0.02 * n, n)))
    command = [sys.executable, "-m", "defect_app", "classify", str(folder), "--store", "--model", "tiny"]
    command += ["--models-folder", str(tiny_models)]
    written: set[str] = set()
    for kill in range(KILLS):
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        assert process.stdout is not None
        for _ in range(3 + 11 * kill % 50):
            line = process.stdout.readline()
            if not line:
                break
            written.add(json.loads(line)["id"])
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        process.stdout.close()
        assert written <= {str(r["id"]) for r in listed(capsys, "--limit", "1000")}
    done = subprocess.run(command, capture_output=True, check=True)
    ids = [json.loads(line)["id"] for line in done.stdout.splitlines()]
    assert written <= set(ids)
    stored = listed(capsys, "--limit", "1000")
    assert sorted(str(r["id"]) for r in stored) == sorted(ids)
    assert len({r["file"] for r in stored}) == len(stored) == 60


def test_verify_says_whether_the_trail_is_whole(own_records: str, capsys: pytest.CaptureFixture[str]) -> None:
    from defect_app.points import open_records

    records = open_records()
    records.save_point(a_point(), who="Ada", activate=True)
    records.close()
    assert main(["records", "verify"]) == 0
    assert "is whole: 2 entries" in capsys.readouterr().err
    assert main(["records", "audit"]) == 0
    entries = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(e["action"], e["who"]) for e in entries] == [("point saved", "Ada"), ("point activated", "Ada")]
    engine = create_engine(own_records)
    with engine.begin() as connection:
        connection.execute(text("UPDATE audit_entries SET who = 'Eve' WHERE id = 1"))
    engine.dispose()
    assert main(["records", "verify"]) == 3
    assert "Entry 1 was changed" in capsys.readouterr().err


def test_a_sealed_row_that_was_changed_behind_the_apps_back_is_said(
    own_records: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from defect_app.points import open_records

    monkeypatch.setattr("defect_app.storage.seals.SETTLED_AFTER", timedelta(0))
    records = open_records()
    records.save_point(a_point(), who="Ada", activate=True)
    records.close()
    assert main(["records", "verify"]) == 0
    assert "0 rows are as they were sealed; 3 are newer than the last seal" in capsys.readouterr().err
    assert main(["records", "seal"]) == 0
    assert main(["records", "verify"]) == 0
    assert "3 rows are as they were sealed; 0 are newer" in capsys.readouterr().err
    engine = create_engine(own_records)
    with engine.begin() as connection:
        connection.execute(text("UPDATE saved_points SET note = 'nothing to see'"))
    engine.dispose()
    assert main(["records", "verify"]) == 3
    assert "Rows of saved_points from 0 to 1 are not those that were sealed" in capsys.readouterr().err
