"""The client against the real API, in one process: the records are those of the pipeline, and problems are errors."""

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from fastapi.testclient import TestClient

from defect_app.client import MOST_TRIES, ApiProblem, Client, record_of_json
from defect_app.hosting.local_model_host import LocalModelHost
from defect_app.inspection import Inspector
from defect_app.inspection.batch import judge_batch
from defect_app.intake import PhotoFile
from defect_app.serving.api import create_api
from tests.model_folders import part_photo
from tests.photo_files import jpeg_bytes


@pytest.fixture
def photos(tmp_path: Path) -> list[Path]:
    files = []
    for name, level in (("red.jpg", 1.2), ("green.jpg", -1.2)):
        file = tmp_path / name
        file.write_bytes(jpeg_bytes(part_photo(level)))
        files.append(file)
    return files


def in_process(models: Path) -> httpx.BaseTransport:
    """Return a transport to an API below ``/api``, without a network."""
    api = TestClient(create_api(LocalModelHost(models)))

    def answer(request: httpx.Request) -> httpx.Response:
        path = request.url.raw_path.decode().removeprefix("/api")
        found = api.request(request.method, path, content=request.read(), headers=dict(request.headers))
        return httpx.Response(found.status_code, headers=found.headers, content=found.content)

    return httpx.MockTransport(answer)


@pytest.fixture
def client(tiny_models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    monkeypatch.setenv("DEFECT_APP_DATABASE_URL", f"sqlite:///{tmp_path / 'records.sqlite'}")
    with Client("http://lens.example", transport=in_process(tiny_models)) as made:
        yield made


def test_records_are_those_of_the_pipeline(client: Client, tiny_models: Path, photos: list[Path]) -> None:
    files = [replace(PhotoFile.at(path), name=path.name) for path in photos]
    expected = [judged.record for judged in judge_batch(Inspector.from_id("tiny", tiny_models), files)]
    assert client.classify(photos, "tiny") == expected


def test_models_are_named(client: Client) -> None:
    assert set(client.models()) == {"colours", "tiny"}


def test_what_the_server_says_of_a_problem_is_the_error(client: Client, photos: list[Path]) -> None:
    with pytest.raises(ApiProblem, match="nothing") as caught:
        client.classify(photos, "nothing")
    assert caught.value.status == 404
    assert "tiny" in caught.value.remedy


def test_stored_inspections_are_taken_over_all_pages(client: Client, photos: list[Path]) -> None:
    for batch in ("first", "second"):
        stored = client.classify(photos, "tiny", store=True, batch=batch)
        assert all(record.id for record in stored)
    found = list(client.inspections(model="tiny", limit="1"))
    assert [(record.batch, record.file) for record in found] == [
        ("second", "green.jpg"),
        ("second", "red.jpg"),
        ("first", "green.jpg"),
        ("first", "red.jpg"),
    ]


def test_a_busy_server_is_asked_again_after_the_time_that_it_says(
    monkeypatch: pytest.MonkeyPatch, photos: list[Path]
) -> None:
    pauses: list[float] = []
    bodies: list[int] = []
    monkeypatch.setattr(time, "sleep", pauses.append)

    def busy(request: httpx.Request) -> httpx.Response:
        bodies.append(len(request.read()))
        return httpx.Response(503, headers={"Retry-After": "3"}) if len(bodies) < 3 else httpx.Response(200, json=[])

    with Client("http://lens.example", transport=httpx.MockTransport(busy)) as client:
        assert client.classify(photos, "tiny") == []
    assert pauses == [3, 3]
    assert len(set(bodies)) == 1, "what was sent is sent again, whole"
    with (
        Client(
            "http://l", transport=httpx.MockTransport(lambda _: httpx.Response(503, headers={"Retry-After": "1"}))
        ) as c,
        pytest.raises(ApiProblem, match="503"),
    ):
        c.models()
    assert len(pauses) == 2 + MOST_TRIES - 1


def test_a_key_is_sent_and_a_server_that_is_not_there_is_a_problem() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.headers["authorization"] != "Bearer dl_key":
            return httpx.Response(401)
        raise httpx.ConnectError("refused")

    refusing = httpx.MockTransport(answer)
    with (
        Client("http://l", "dl_key", transport=refusing) as client,
        pytest.raises(ApiProblem, match="reached: refused"),
    ):
        client.models()


def test_keys_of_a_later_version_are_passed_over() -> None:
    entry: dict[str, object] = {
        name: None for name in ("label", "p_defect", "familiar", "operating_point", "duplicate_of")
    }
    entry |= {"file": "a", "sha256": "", "verdict": "PASS", "p": {}, "reason": "", "model": "m", "model_sha256": ""}
    record = record_of_json(entry | {"frame": [1, 2, 3, 4], "to_come": 1})
    assert record.frame is not None
    assert record.frame.width == 3
