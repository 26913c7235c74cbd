"""Opening a database: created, migrated, shared by many; and what is said, and hidden, when it cannot be opened."""

import multiprocessing
import sqlite3
import threading
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text

from defect_app.errors import RecordsUnavailable
from defect_app.records import open_records
from defect_app.records.migrating import SCRIPTS, schema_version
from defect_app.records.tables import SCHEMA_VERSION, metadata
from tests.postgresql import PASSWORD, PLAIN_PASSWORD, run_statement
from tests.records.conftest import a_point

FRESH = multiprocessing.get_context("forkserver")
FRESH.set_forkserver_preload(["defect_app.records", "alembic.command"])
"""Processes of their own, without the threads of this one."""


def test_a_new_database_is_created_at_the_newest_version_with_the_tables_that_the_code_expects(url: str) -> None:
    open_records(url)
    with create_engine(url).connect() as connection:
        assert schema_version(connection) == SCHEMA_VERSION
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_the_newest_migration_is_the_one_that_the_code_expects() -> None:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    assert ScriptDirectory.from_config(config).get_heads() == [SCHEMA_VERSION]


def test_the_file_is_created_with_its_folder_and_keeps_a_write_ahead_log(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "folder of mine" / "records.sqlite"
    open_records(f"sqlite:///{file}").save_point(a_point())
    with sqlite3.connect(file) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_the_setting_names_the_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEFECT_APP_DATABASE_URL", f"sqlite:///{tmp_path / 'mine.sqlite'}")
    open_records().save_point(a_point("here"))
    assert [p.name for p in open_records(f"sqlite:///{tmp_path / 'mine.sqlite'}").points("tiny")] == ["here"]


def test_a_postgresql_address_works_without_the_drivers_name(server: str) -> None:
    short = server.replace("postgresql+psycopg", "postgresql")
    run_statement(server, "CREATE DATABASE short_name")
    open_records(f"{short}/short_name").save_point(a_point())
    assert len(open_records(f"{server}/short_name").points("tiny")) == 1


def open_and_save(url: str, ready: "multiprocessing.synchronize.Barrier", who: str) -> None:
    ready.wait(60)
    open_records(url).save_point(a_point(), who=who, activate=True)


def test_processes_that_open_a_new_database_at_once_all_succeed(url: str) -> None:
    ready = FRESH.Barrier(4)
    processes = [FRESH.Process(target=open_and_save, args=(url, ready, f"p{i}")) for i in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [p.exitcode for p in processes] == [0] * 4
    versions = [e.saved.version for e in open_records(url).history("tiny") if e.action == "saved" and e.saved]
    assert versions == [4, 3, 2, 1]


def test_people_who_save_at_once_lose_nothing(url: str) -> None:
    opened = [open_records(url) for _ in range(4)]

    def save(i: int) -> int:
        return opened[i % 4].save_point(a_point(), who=f"w{i}", activate=True).version

    with ThreadPoolExecutor(8) as pool:
        versions = list(pool.map(save, range(40)))
    assert sorted(versions) == list(range(1, 41))
    history = opened[0].history("tiny")
    assert len(history) == 80
    assert {e.who for e in history} == {f"w{i}" for i in range(40)}
    active = opened[0].active_point("tiny")
    assert active is not None
    assert active == history[0].saved


def test_readers_do_not_wait_for_a_writer(url: str) -> None:
    records = open_records(url)
    records.save_point(a_point(), activate=True)
    writing, done = threading.Event(), threading.Event()

    def hold() -> None:
        with records._database.writing():
            writing.set()
            done.wait(10)

    writer = threading.Thread(target=hold)
    writer.start()
    writing.wait(10)
    started = time.monotonic()
    active = open_records(url).active_point("tiny")
    took_s = time.monotonic() - started
    done.set()
    writer.join()
    assert active is not None
    assert took_s < 2


def test_a_step_that_fails_leaves_nothing_behind(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    records = open_records(url)
    day = records.save_point(a_point("day"), activate=True)
    import defect_app.records.records as room

    def fail(*_: object) -> None:
        raise RuntimeError("the power went")

    monkeypatch.setattr(room, "version_by_id", fail)
    with pytest.raises(RuntimeError):
        records.save_point(a_point("night"), activate=True)
    monkeypatch.undo()
    assert records.points("tiny") == (day,)
    assert records.active_point("tiny") == day
    assert len(records.history("tiny")) == 2


def test_a_database_of_a_newer_version_is_left_alone(url: str) -> None:
    records = open_records(url)
    records.save_point(a_point())
    with create_engine(url).begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(RecordsUnavailable, match="newer version") as caught:
        open_records(url)
    assert "Update" in caught.value.remedy


def damaged(file: Path) -> None:
    file.write_bytes(b"this is no database, " * 500)


def torn(file: Path) -> None:
    open_records(f"sqlite:///{file}").save_point(a_point())
    content = bytearray(file.read_bytes())
    content[4096:] = b"\x5a" * (len(content) - 4096)
    file.write_bytes(content)


def a_folder(file: Path) -> None:
    file.mkdir()


@pytest.mark.parametrize(
    ("spoil", "said"),
    [(damaged, "no SQLite database, or damaged"), (torn, "damaged"), (a_folder, "cannot be opened")],
)
def test_a_file_that_cannot_be_used_is_named_with_what_to_do(tmp_path: Path, spoil, said: str) -> None:
    file = tmp_path / "records.sqlite"
    spoil(file)
    with pytest.raises(RecordsUnavailable, match=said) as caught:
        open_records(f"sqlite:///{file}").points("tiny")
    assert str(file) in str(caught.value)
    assert "move it away" in caught.value.remedy


def test_a_folder_that_cannot_be_made_is_an_error_with_a_remedy(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(RecordsUnavailable):
        open_records(f"sqlite:///{tmp_path}/file/records.sqlite")


def test_a_locked_file_is_told_within_seconds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("defect_app.records.database.WAIT_S", 0.2)
    url = f"sqlite:///{tmp_path / 'records.sqlite'}"
    records = open_records(url)
    with sqlite3.connect(tmp_path / "records.sqlite", isolation_level=None) as holder:
        holder.execute("BEGIN EXCLUSIVE")
        with pytest.raises(RecordsUnavailable, match="locked"):
            records.save_point(a_point())
        holder.execute("ROLLBACK")
    assert records.save_point(a_point()).version == 1


def test_a_server_that_goes_away_is_told_and_one_that_comes_back_is_used_again(server: str) -> None:
    run_statement(server, "CREATE DATABASE going_away")
    records = open_records(f"{server}/going_away")
    records.save_point(a_point())
    end_all = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'going_away'"
    run_statement(server, end_all)
    assert len(records.points("tiny")) == 1

    def lose_the_server_while_saving() -> None:
        with records._database.writing() as connection:
            run_statement(server, end_all)
            connection.execute(text("SELECT 1"))

    with pytest.raises(RecordsUnavailable, match="closed the connection"):
        lose_the_server_while_saving()
    assert records.save_point(a_point()).version == 2


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda url: url.replace(PASSWORD, "wr0ng-secret"), "refused the user or the password"),
        (lambda url: url.replace("127.0.0.1:", "127.0.0.1:1"), "address is not valid"),
        (lambda url: url.replace("/postgres", "/nothing"), "no such database"),
        (lambda url: url.replace(PASSWORD, PLAIN_PASSWORD), "name is not known"),
        (lambda url: url.split("://")[0] + f"://inspector@127.0.0.1:1/x?password={PASSWORD}", "no server answers"),
        (lambda url: url.replace("postgresql+psycopg", "mysql"), "not supported"),
        (lambda url: "://" + url, "not the address"),
        (lambda url: url.replace("127.0.0.1:", "127.0.0.1:x"), "not the address"),
        (lambda url: url + f"?sslmode={PASSWORD}", "address is not valid"),
    ],
    ids=[
        "wrong password",
        "wrong port",
        "no database",
        "unescaped",
        "in the query",
        "mysql",
        "garbled",
        "port",
        "option",
    ],
)
def test_no_part_of_an_address_is_ever_shown(server: str, change, said: str) -> None:
    with pytest.raises(RecordsUnavailable, match=said) as caught:
        open_records(change(f"{server}/postgres"))
    shown = f"{caught.value} {caught.value.remedy}"
    everything = shown + "".join(traceback.format_exception(caught.value))
    for secret in (PASSWORD, PLAIN_PASSWORD, "wr0ng-secret", "ss@127"):
        assert secret not in shown
        # The lines of this very test are in the traceback; none of them spells a secret out.
        assert secret not in everything


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
def test_a_database_that_would_not_outlive_the_app_is_refused(url: str) -> None:
    with pytest.raises(RecordsUnavailable, match="outlive"):
        open_records(url)
