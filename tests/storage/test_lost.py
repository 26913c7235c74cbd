"""A database that was in use and is gone is lost, not new; one that may not be written is read all the same."""

import os
import shutil
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from defect_app.errors import RecordsUnavailable
from defect_app.points import adopt_records, open_records
from defect_app.storage.database import database_memory
from defect_app.storage.postgresql_engine import READ_WAIT_S, WAIT_S
from tests.operating_points import a_point
from tests.postgresql import run_statement


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return a SQLite file that holds an active point, closed."""
    made = tmp_path / "site" / "records.sqlite"
    records = open_records(f"sqlite:///{made}")
    records.save_point(a_point(), activate=True)
    records.close()
    return made


@pytest.mark.parametrize("how", ["moved away", "emptied", "folder moved away"])
def test_a_file_that_is_gone_is_lost_and_not_made_anew(file: Path, how: str) -> None:
    if how == "moved away":
        file.rename(file.with_name("elsewhere.sqlite"))
    elif how == "emptied":
        file.write_bytes(b"")
    else:
        file.parent.rename(file.parent.with_name("other"))
    for _ in range(2):  # a first look must not make what the second then finds
        with pytest.raises(RecordsUnavailable, match="were in use and are gone") as caught:
            open_records(f"sqlite:///{file}")
    assert "records adopt" in caught.value.remedy
    assert not file.exists() or file.stat().st_size == 0
    assert adopt_records(f"sqlite:///{file}").kept == ("tiny",)
    assert [saved.name for saved in open_records(f"sqlite:///{file}").points("tiny")] == ["night"]


def test_a_file_that_disappears_while_it_is_open_is_not_made_anew(file: Path) -> None:
    records = open_records(f"sqlite:///{file}")
    file.unlink()
    for leftover in file.parent.glob("records.sqlite-*"):
        leftover.unlink()
    with pytest.raises(RecordsUnavailable):
        records.active_point("tiny")
    with pytest.raises(RecordsUnavailable):
        records.save_point(a_point("new"))
    assert not file.exists()


def test_a_file_of_another_program_is_lost_too(file: Path) -> None:
    file.unlink()
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE shopping (item TEXT)")
    with pytest.raises(RecordsUnavailable, match="were in use and are empty now"):
        open_records(f"sqlite:///{file}")


def test_an_emptied_postgresql_database_is_lost(server: str, patient: None) -> None:
    run_statement(server, "DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    url = f"{server}/postgres"
    database_memory(url).forget()
    open_records(url).save_point(a_point())
    run_statement(server, "DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    with pytest.raises(RecordsUnavailable, match="were in use and are empty now"):
        open_records(url)


def test_a_database_that_was_only_opened_may_be_made_anew(tmp_path: Path) -> None:
    file = tmp_path / "records.sqlite"
    open_records(f"sqlite:///{file}").close()
    file.unlink()
    assert open_records(f"sqlite:///{file}").points("tiny") == ()


_READ = """
import os, sys
import sqlalchemy.dialects.sqlite
from defect_app.points import open_records
from defect_app.errors import RecordsUnavailable
from tests.operating_points import a_point
open_records("sqlite:////tmp/defect-lens-read-only/first.sqlite").active_point("tiny")  # all that is imported late
os.setuid(65534)
records = open_records(sys.argv[1])
print(records.active_point("tiny").name)
try:
    records.save_point(a_point("new"))
except RecordsUnavailable as error:
    print(error)
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may become another user; CI runs as root")
def test_a_file_in_a_read_only_folder_is_read(file: Path) -> None:
    for path in (file, *file.parents[:1]):
        path.chmod(0o755 if path.is_dir() else 0o644)
    shutil.copytree(file.parent, "/tmp/defect-lens-read-only", dirs_exist_ok=True)
    copied = Path("/tmp/defect-lens-read-only/records.sqlite")
    try:
        command = [sys.executable, "-c", _READ, f"sqlite:///{copied}"]
        environment = {**os.environ, "DEFECT_APP_LAST_KNOWN": "/tmp/defect-lens-read-only/copies"}
        done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False, timeout=300)
    finally:
        shutil.rmtree(copied.parent)
    lines = done.stdout.splitlines()
    assert lines[:1] == ["night"], done.stderr
    assert "it may not be written" in lines[1]


def test_a_locked_database_is_given_up_within_two_seconds_not_waited_for_as_by_a_writer(file: Path) -> None:
    assert READ_WAIT_S < 2
    holder = sqlite3.connect(file, isolation_level=None)
    holder.execute("PRAGMA locking_mode = EXCLUSIVE")
    holder.execute("BEGIN EXCLUSIVE")
    started = time.monotonic()
    try:
        with pytest.raises(RecordsUnavailable, match="locked"):
            open_records(f"sqlite:///{file}").active_point("tiny")
        assert time.monotonic() - started < WAIT_S
    finally:
        holder.close()
