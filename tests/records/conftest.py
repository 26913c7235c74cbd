"""A fresh database for each test, of each kind: the same tests run on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from defect_app.decision import OperatingPoint
from defect_app.records import Records, open_records
from tests.postgresql import postgresql_server, run_statement

SHA = "a1" * 32


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    with postgresql_server() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Give the address of an empty database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'records.sqlite'}"
        return
    server = request.getfixturevalue("server")
    # Faster than a database for each test.
    run_statement(server, "DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    yield f"{server}/postgres"


@pytest.fixture
def records(url: str) -> Iterator[Records]:
    opened = open_records(url)
    yield opened
    opened.close()


def a_point(name: str = "night", review_at: float = 0.2, reject_at: float = 0.6, **more: object) -> OperatingPoint:
    known: dict = {"model_id": "tiny", "model_sha256": SHA, "split": "validation", "n": 702, "rule": "by hand"}
    return OperatingPoint(name, review_at=review_at, reject_at=reject_at, **{**known, **more})
