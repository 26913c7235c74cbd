"""Opening a database: created, migrated, shared by many; and what is said, and hidden, when it cannot be opened."""

import errno
import gc
import sqlite3
import threading
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import NullPool, create_engine, event, inspect, text

from defect_app.errors import RecordsUnavailable
from defect_app.inspections import InspectionStore
from defect_app.points import open_records
from defect_app.storage import migrating
from defect_app.storage.database import database_memory
from defect_app.storage.failures import sqlite_failure
from defect_app.storage.migrating import SCRIPTS, schema_version
from defect_app.storage.tables import SCHEMA_VERSION, metadata
from tests.fresh_processes import FRESH
from tests.inspections.records import a_new_inspection
from tests.migrated_once import MIGRATED_ONCE, MigratedOnce
from tests.operating_points import a_point
from tests.postgresql import PASSWORD, PLAIN_PASSWORD, run_statement

"""Processes of their own, without the threads of this one."""


@pytest.fixture(autouse=True)
def real_migrations(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrating, "_migrate", MIGRATED_ONCE.really)


def schema_of(url: str) -> list[tuple[object, ...]]:
    """Return what a database says of its own tables, columns and indexes."""
    engine = create_engine(url, poolclass=NullPool)
    asked = (
        ("SELECT type, name, sql FROM sqlite_master ORDER BY name",)
        if engine.dialect.name == "sqlite"
        else (
            "SELECT table_name, column_name, data_type, is_nullable, column_default, character_maximum_length"
            " FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, 2",
            "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1",
            "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'public'::regnamespace"
            " ORDER BY 1",
        )
    )
    with engine.connect() as connection:
        version = schema_version(connection)
        return [(version,), *(tuple(row) for query in asked for row in connection.execute(text(query)))]


def test_what_other_tests_open_has_the_schema_that_the_migrations_make(
    url: str, request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_records(url).close()
    made = schema_of(url)
    assert len(made) > 20
    once = MigratedOnce()
    monkeypatch.setattr(migrating, "_migrate", once)
    for time in range(2):  # the first is listened to, the second made by what was heard
        if url.startswith("sqlite"):
            url = f"sqlite:///{tmp_path / f'other-{time}.sqlite'}"
        else:
            run_statement(request.getfixturevalue("server"), "DROP SCHEMA public CASCADE; CREATE SCHEMA public")
            database_memory(url).forget()
        open_records(url).close()
        assert schema_of(url) == made


def test_a_new_database_is_created_at_the_newest_version_with_the_tables_that_the_code_expects(url: str) -> None:
    open_records(url)
    with create_engine(url, poolclass=NullPool).connect() as connection:
        assert schema_version(connection) == SCHEMA_VERSION
        # What makes searches quick is each database's own, and no table that the code reads.
        options = {
            "include_name": lambda name, kind, parents: (
                "inspection_words" not in str(name) and not (kind == "index" and name == "ix_inspections_words")
            )
        }
        assert compare_metadata(MigrationContext.configure(connection, opts=options), metadata) == []


def test_a_database_of_the_first_round_is_taken_along_with_its_points(url: str) -> None:
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect().execution_options(writing=True) as connection, connection.begin():
        config = Config()
        config.set_main_option("script_location", str(SCRIPTS))
        config.set_main_option("path_separator", "os")
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.execute(
            text(
                "INSERT INTO saved_points (id, model_id, name, version, review_at, reject_at, model_sha256,"
                " evaluation_sha256, split, n, rule, note, who, created)"
                " VALUES (1, 'tiny', 'night', 1, 0.2, 0.6, 'a1', '', 'test', 9, 'by hand', '', 'Ada',"
                " '2026-11-01 08:00:00.000000')"
            )
        )
    engine.dispose()
    records = open_records(url)
    assert [(p.name, p.who) for p in records.points("tiny")] == [("night", "Ada")]
    store = InspectionStore(records._database)
    (stored,) = store.append([a_new_inspection()])
    assert store.find(stored.id) == stored
    records.close()


def test_the_newest_migration_is_the_one_that_the_code_expects() -> None:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    assert ScriptDirectory.from_config(config).get_heads() == [SCHEMA_VERSION]


def test_every_migration_can_be_taken_back_and_made_again(url: str) -> None:
    open_records(url)
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    config.set_main_option("path_separator", "os")
    with create_engine(url, poolclass=NullPool).begin() as connection:
        before = sorted(inspect(connection).get_table_names())
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
        assert schema_version(connection) is None
        assert inspect(connection).get_table_names() == ["alembic_version"]
    open_records(url)
    with create_engine(url, poolclass=NullPool).connect() as connection:
        assert sorted(inspect(connection).get_table_names()) == before


def test_the_file_is_created_with_its_folder_and_keeps_a_write_ahead_log(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "folder of mine" / "records.sqlite"
    open_records(f"sqlite:///{file}").save_point(a_point())
    with sqlite3.connect(file) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_the_setting_names_the_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEFECT_APP_DATABASE_URL", f"sqlite:///{tmp_path / 'mine.sqlite'}")
    open_records().save_point(a_point("here"))
    assert [p.name for p in open_records(f"sqlite:///{tmp_path / 'mine.sqlite'}").points("tiny")] == ["here"]


def test_a_postgresql_address_works_without_the_drivers_name(server: str, patient: None) -> None:
    short = server.replace("postgresql+psycopg", "postgresql")
    run_statement(server, "CREATE DATABASE short_name")
    open_records(f"{short}/short_name").save_point(a_point())
    assert len(open_records(f"{server}/short_name").points("tiny")) == 1


def open_and_save(url: str, ready: Barrier, who: str) -> None:
    ready.wait(300)
    open_records(url).save_point(a_point(), who=who, activate=True)


def test_processes_that_open_a_new_database_at_once_all_succeed(url: str) -> None:
    ready = FRESH.Barrier(4)
    processes = [FRESH.Process(target=open_and_save, args=(url, ready, f"p{i}")) for i in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(300)
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
            done.wait(300)

    writer = threading.Thread(target=hold)
    writer.start()
    writing.wait(300)
    active = open_records(url).active_point("tiny")
    assert writer.is_alive(), "it was answered while the other still wrote"
    done.set()
    writer.join()
    assert active is not None


@pytest.mark.filterwarnings("error")
def test_a_database_that_nobody_holds_any_more_leaves_no_connection_open(url: str) -> None:
    def open_and_forget() -> None:
        open_records(url).save_point(a_point())

    open_and_forget()
    gc.collect()  # the driver warns of a connection that is collected while it is open
    engine = create_engine(url, poolclass=NullPool)
    if engine.dialect.name == "postgresql":
        with engine.connect() as connection:
            others = (
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            assert connection.execute(text(others)).scalar() == 0


def test_a_step_that_fails_leaves_nothing_behind(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    records = open_records(url)
    day = records.save_point(a_point("day"), activate=True)
    import defect_app.points.store as room

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
    with create_engine(url, poolclass=NullPool).begin() as connection:
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
    ("spoil", "said", "remedy"),
    [
        (damaged, "no SQLite database, or damaged", "move it away"),
        (torn, "damaged", "move it away"),
        (a_folder, "a folder of that name", "Move the folder away"),
    ],
)
def test_a_file_that_cannot_be_used_is_named_with_what_to_do(
    tmp_path: Path, spoil: Callable[[Path], None], said: str, remedy: str
) -> None:
    file = tmp_path / "records.sqlite"
    spoil(file)
    with pytest.raises(RecordsUnavailable, match=said) as caught:
        open_records(f"sqlite:///{file}").points("tiny")
    assert str(file) in str(caught.value)
    assert remedy in caught.value.remedy


def test_a_full_disk_is_said_and_nothing_is_lost(tmp_path: Path) -> None:
    records = open_records(f"sqlite:///{tmp_path / 'records.sqlite'}")
    day = records.save_point(a_point("day"))

    @event.listens_for(records._database._engine, "connect")
    def keep_from_growing(connection: sqlite3.Connection, _: object) -> None:
        connection.execute("PRAGMA max_page_count = 1")  # SQLite then answers as it does on a full disk

    def save_many() -> None:
        for _ in range(10):
            records.save_point(a_point("night"), note="x" * 2000)

    with pytest.raises(RecordsUnavailable, match="the disk is full") as caught:
        save_many()
    assert "Make room" in caught.value.remedy
    assert day in records.points("tiny")


def test_a_folder_that_went_away_is_said(tmp_path: Path) -> None:
    records = open_records(f"sqlite:///{tmp_path / 'kept' / 'records.sqlite'}")
    (tmp_path / "kept").rename(tmp_path / "elsewhere")
    with pytest.raises(RecordsUnavailable, match=f"its folder {tmp_path / 'kept'} is missing") as caught:
        records.points("tiny")
    assert "Bring the folder back" in caught.value.remedy


def test_a_dropped_table_is_said_as_such(url: str) -> None:
    records = open_records(url)
    with create_engine(url, poolclass=NullPool).begin() as connection:
        connection.execute(text("DROP TABLE point_events"))
    with pytest.raises(RecordsUnavailable, match="it lacks tables that belong to it") as caught:
        records.history("tiny")
    assert "estore" in caught.value.remedy


def test_a_locked_table_of_the_server_is_said(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("defect_app.storage.postgresql_engine.WAIT_S", 0.2)
    run_statement(server, "CREATE DATABASE locked_table")
    records = open_records(f"{server}/locked_table")
    with create_engine(f"{server}/locked_table", poolclass=NullPool).begin() as holder:
        holder.execute(text("LOCK TABLE point_events IN ACCESS EXCLUSIVE MODE"))
        with pytest.raises(RecordsUnavailable, match="another program keeps it locked"):
            records.save_point(a_point())


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (PermissionError(errno.EACCES, "denied"), "may not be made"),
        (OSError(errno.ENOSPC, "full"), "the disk is full"),
        (NotADirectoryError(errno.ENOTDIR, "no"), "cannot be made"),
        (sqlite3.OperationalError("secret words"), "an unexpected OperationalError"),
    ],
)
def test_what_the_file_system_says_is_put_in_words(tmp_path: Path, error: Exception, said: str) -> None:
    failure = sqlite_failure(error, tmp_path / "records.sqlite")
    assert said in failure.reason
    assert "secret" not in failure.reason + failure.remedy


def test_a_folder_that_cannot_be_made_is_an_error_with_a_remedy(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(RecordsUnavailable):
        open_records(f"sqlite:///{tmp_path}/file/records.sqlite")


def test_a_locked_file_is_told_within_seconds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("defect_app.storage.sqlite_engine.WAIT_S", 0.2)
    url = f"sqlite:///{tmp_path / 'records.sqlite'}"
    records = open_records(url)
    with sqlite3.connect(tmp_path / "records.sqlite", isolation_level=None) as holder:
        holder.execute("BEGIN EXCLUSIVE")
        with pytest.raises(RecordsUnavailable, match="locked") as caught:
            records.save_point(a_point())
        assert caught.value.remedy == "Wait until that program is done, or end it."
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
def test_no_part_of_an_address_is_ever_shown(server: str, change: Callable[[str], str], said: str) -> None:
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
