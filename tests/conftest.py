"""What several rooms' tests share: tiny real models, made once; and which tests can run on this machine."""

import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from streamlit.components.v2 import manifest_scanner

from defect_app.points import Records, open_records, store
from defect_app.storage import database, migrating, postgresql_engine, sqlite_engine
from defect_app.storage.database import database_memory
from tests.migrated_once import MIGRATED_ONCE
from tests.model_folders import make_model_folder
from tests.postgresql import postgresql_server, run_statement

PATIENCE_S = 100


@pytest.fixture(scope="session")
def tiny_models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a models folder with an inspection model ``tiny`` and a recognition model ``colours``; do not change it."""
    root = tmp_path_factory.mktemp("models")
    make_model_folder(root, "tiny")
    make_model_folder(root, "colours", task="recognition")
    return root


@pytest.fixture(scope="session", autouse=True)
def records_of_the_tests(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the records of all tests, and of the apps that they start, away from those of the person who runs them."""
    patch = pytest.MonkeyPatch()
    patch.setenv("DEFECT_APP_DATABASE_URL", f"sqlite:///{tmp_path_factory.mktemp('records')}/records.sqlite")
    patch.setenv("DEFECT_APP_PHOTOS", str(tmp_path_factory.mktemp("photos")))
    patch.setenv("DEFECT_APP_LAST_KNOWN", str(tmp_path_factory.mktemp("last-known")))
    patch.setenv("DEFECT_APP_TAUGHT_MODELS", str(tmp_path_factory.mktemp("taught")))
    yield
    patch.undo()


@pytest.fixture(scope="session", autouse=True)
def migrations_run_once() -> Iterator[None]:
    """Make the hundreds of databases of the tests without Alembic; tests/storage runs the migrations themselves."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(migrating, "_migrate", MIGRATED_ONCE)
        yield


@pytest.fixture(scope="session", autouse=True)
def installed_packages_are_read_once() -> Iterator[None]:
    """Let Streamlit's harness look for components in what is installed once, not anew for every page that is run.

    Reading the metadata of all packages takes ten times as long as a page of the app.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest_scanner, "scan_component_manifests", cache(manifest_scanner.scan_component_manifests))
        yield


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    with postgresql_server() as url:
        yield url


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a database answer as late as a busy machine lets it; tests that ask how long is waited do without this."""
    for module, name in (
        (postgresql_engine, "CONNECT_S"),
        (postgresql_engine, "ANSWER_S"),
        (postgresql_engine, "READ_WAIT_S"),
        (postgresql_engine, "WAIT_S"),
        (sqlite_engine, "READ_WAIT_S"),
        (sqlite_engine, "WAIT_S"),
        (database, "ANSWER_S"),
        (store, "ANSWER_S"),
    ):
        monkeypatch.setattr(module, name, PATIENCE_S)
    # What a test before found silent may answer this one.
    monkeypatch.setattr(postgresql_engine, "_servers", {})


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path, patient: None) -> Iterator[str]:
    """Give the address of an empty database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'records.sqlite'}"
        return
    server = request.getfixturevalue("server")
    # Faster than a database for each test.
    run_statement(server, "DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    database_memory(f"{server}/postgres").forget()
    yield f"{server}/postgres"


@pytest.fixture
def records(url: str) -> Iterator[Records]:
    opened = open_records(url)
    yield opened
    opened.close()


def pytest_report_header() -> str:
    """Say whether the tests on the real data run."""
    folder = os.environ.get("DEFECT_APP_DATA")
    return (
        f"data sets: {folder}" if folder else "data sets: DEFECT_APP_DATA is not set, tests marked 'data' are left out"
    )


NOT_MEASURED = ("tests/browser/", "tests/ui/")
"""What runs rooms through as a whole: each room's own tests must reach its lines, and tracing costs these a third."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what needs the data sets where there are none, and what repeats a path of the code that is tested."""
    for item in items:
        if item.nodeid.startswith(NOT_MEASURED):
            item.add_marker("no_cover")
        if item.nodeid.startswith("tests/browser/"):
            # A browser, a server and this process share a busy machine. What fails twice fails.
            item.add_marker(pytest.mark.flaky(reruns=1))
    left_out = set[str]()
    if not config.getoption("--thorough"):
        left_out.add("thorough")
    if not os.environ.get("DEFECT_APP_DATA"):
        left_out.add("data")
    without = [item for item in items if any(item.get_closest_marker(name) for name in left_out)]
    config.hook.pytest_deselected(items=without)
    items[:] = [item for item in items if item not in without]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add what ``make test-all`` runs: every cell of the fault matrix, and all cases of a kind, not one alone."""
    parser.addoption("--all-faults", action="store_true", help="run every cell of the fault matrix")
    parser.addoption("--thorough", action="store_true", help="run the cases too that repeat a path of the code")
