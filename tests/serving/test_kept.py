"""What the API tells of what is kept: saved points and stored inspections, page by page."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from defect_app.decision import InspectionThresholds
from defect_app.hosting.local_model_host import LocalModelHost
from defect_app.inspection import Inspector
from defect_app.inspections import InspectionStore
from defect_app.points import open_records
from defect_app.serving.api import create_api
from defect_app.storage.database import Database
from tests.inspections.records import a_new_inspection


@pytest.fixture
def client(tiny_models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    monkeypatch.setenv("DEFECT_APP_DATABASE_URL", f"sqlite:///{tmp_path / 'records.sqlite'}")
    with TestClient(create_api(LocalModelHost(tiny_models))) as made:
        yield made


def test_saved_points_say_which_is_in_use(client: TestClient, tiny_models: Path) -> None:
    assert client.get("/operating-points?model=tiny").json() == []
    default = Inspector.from_id("tiny", tiny_models).default_point
    with closing(open_records()) as records:
        records.save_point(default.moved(InspectionThresholds(0.2, 0.6), "day"), who="Ada", activate=True)
        records.save_point(default.moved(InspectionThresholds(0.1, 0.6), "night"), note="tried", activate=False)
    night, day = client.get("/operating-points?model=tiny").json()
    assert (day["name"], day["version"], day["active"], day["who"]) == ("day", 1, True, "Ada")
    assert (night["name"], night["active"], night["note"]) == ("night", False, "tried")
    assert "review from 0.2" in day["sentence"]
    assert client.get("/operating-points?model=nothing").status_code == 404


@pytest.fixture
def stored(client: TestClient) -> list[str]:
    """Store 25 inspections, every fifth a REJECT; return their ids, newest first."""
    with closing(Database()) as database:
        new = [a_new_inspection(n, verdict="REJECT" if n % 5 == 0 else "PASS") for n in range(1, 26)]
        kept = InspectionStore(database).append(new)
    return [one.id for one in reversed(kept)]


def test_stored_inspections_come_newest_first_page_by_page(client: TestClient, stored: list[str]) -> None:
    found: list[str] = []
    cursor = ""
    for _ in range(3):
        page = client.get(f"/inspections?limit=10{cursor}").json()
        found += [record["id"] for record in page["inspections"]]
        cursor = f"&cursor={page['cursor']}"
    assert found == stored
    assert page["cursor"] is None


def test_stored_inspections_are_narrowed_by_what_is_asked(client: TestClient, stored: list[str]) -> None:
    rejected = client.get("/inspections?verdict=REJECT&model=tiny").json()["inspections"]
    assert len(rejected) == 5
    assert {record["verdict"] for record in rejected} == {"REJECT"}
    at = rejected[0]["judged_at"]
    before = client.get("/inspections", params={"until": at, "limit": 100}).json()["inspections"]
    assert all(record["judged_at"] < at for record in before)
    since = client.get("/inspections", params={"since": at, "limit": 100}).json()["inspections"]
    assert len(before) + len(since) == len(stored)
    assert client.get("/inspections?model=other").json() == {"inspections": [], "cursor": None}


def test_one_inspection_is_found_by_its_id(client: TestClient, stored: list[str]) -> None:
    record = client.get(f"/inspections/{stored[3]}").json()
    assert record["id"] == stored[3]
    assert record == client.get("/inspections?limit=4").json()["inspections"][3]
    for unknown in ("nothing", "0" * 36, stored[3][:-1]):
        answer = client.get(f"/inspections/{unknown}")
        assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


@pytest.mark.parametrize(
    "wrong",
    [
        "limit=0",
        "limit=501",
        "cursor=-1",
        "since=yesterday",
        "since=0001-01-01T00:00:00%2B14:00",
        "until=9999-12-31T23:59:59-14:00",
        "cursor=99999999999999999999",
    ],
)
def test_what_cannot_be_asked_is_said(client: TestClient, wrong: str) -> None:
    answer = client.get(f"/inspections?{wrong}")
    assert answer.status_code == 422
    assert answer.json()["faults"][0]["where"].startswith("query.")
