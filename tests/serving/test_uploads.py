"""What requests bring, and how they fail: every answer is a problem document, and no file stops another."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient

from defect_app.hosting.local_model_host import LocalModelHost
from defect_app.intake import MAX_BYTES
from defect_app.serving.api import create_api, request_body
from tests.model_folders import part_photo
from tests.photo_files import jpeg_bytes

CLASSIFY = "/classify?model=tiny"


@pytest.fixture(scope="module")
def host(tiny_models: Path) -> Iterator[LocalModelHost]:
    made = LocalModelHost(tiny_models)
    yield made
    made.close()


@pytest.fixture(scope="module")
def client(host: LocalModelHost) -> Iterator[TestClient]:
    with TestClient(create_api(host), raise_server_exceptions=False) as made:
        yield made


def upload(*files: tuple[str, bytes], field: str = "files") -> list[tuple[str, tuple[str, bytes, str]]]:
    return [(field, (name, data, "application/octet-stream")) for name, data in files]


def red(seed: int = 0) -> bytes:
    return jpeg_bytes(part_photo(1.2, seed))


def assert_problem(answer: httpx.Response, status: int) -> dict[str, Any]:
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    problem: dict[str, Any] = answer.json()
    assert problem["status"] == status
    assert problem["title"]
    assert problem["detail"]
    return problem


def test_a_file_above_the_ceiling_is_refused_in_its_place_with_its_size(client: TestClient) -> None:
    large = b"\xff\xd8\xff" + bytes(MAX_BYTES + 2_000_000)
    records = client.post(CLASSIFY, files=upload(("large.jpg", large), ("red.jpg", red()))).json()
    assert [r["verdict"] for r in records] == ["REJECTED_FILE", "REJECT"]
    assert "27.0 MB, the limit is 25 MB" in records[0]["reason"]


@pytest.mark.parametrize(
    ("request_of", "status", "said"),
    [
        ({"json": {"files": []}}, 415, "multipart/form-data"),
        ({"content": b"hello", "headers": {"Content-Type": "multipart/form-data"}}, 415, "multipart/form-data"),
        ({"content": b"hello", "headers": {"Content-Type": "multipart/form-data; boundary=b"}}, 400, "multipart"),
        ({"content": b"--b\r\n", "headers": {"Content-Type": "multipart/form-data; boundary=b"}}, 400, "multipart"),
        ({"files": upload(("a.jpg", b"x"), field="photos")}, 422, "no file in the field 'files'"),
        ({"files": upload(("n" * 20_000, b"x"))}, 400, ""),
    ],
    ids=["json", "no boundary", "no form", "cut short", "another field", "a name without end"],
)
def test_a_body_that_is_no_form_with_photos_is_a_problem_that_says_so(
    client: TestClient, request_of: dict[str, Any], status: int, said: str
) -> None:
    assert said in assert_problem(client.post(CLASSIFY, **request_of), status)["detail"]


def test_what_was_sent_is_not_sent_back(client: TestClient) -> None:
    answer = client.post("/classify", params={"operating_point": "x" * 1000}, data={"field": "y" * 1_000_000})
    problem = assert_problem(answer, 422)
    assert problem["faults"] == [{"where": "query.model", "problem": "Field required"}]
    assert len(answer.content) < 1000


@pytest.mark.parametrize(
    ("method", "address", "status"),
    [
        ("GET", "/nothing", 404),
        ("GET", "/models/nothing", 404),
        ("GET", "/classify", 405),
        ("POST", "/classify?model=nothing", 404),
    ],
)
def test_every_error_is_a_problem_document(client: TestClient, method: str, address: str, status: int) -> None:
    files = upload(("red.jpg", red())) if method == "POST" else None
    assert_problem(client.request(method, address, files=files), status)


def test_a_fault_of_ours_is_a_problem_that_tells_nothing_of_the_inside(
    client: TestClient, host: LocalModelHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr(host, "catalog", fail)
    assert "secret" not in json.dumps(assert_problem(client.get("/health"), 500))


def test_one_model_is_described_like_in_the_list(client: TestClient) -> None:
    assert client.get("/models/tiny").json() == next(m for m in client.get("/models").json() if m["id"] == "tiny")


def test_as_lines_come_the_records_that_come_at_once(client: TestClient) -> None:
    files = [(f"{n}.jpg", red(n % 5)) for n in range(30)]
    at_once = client.post(CLASSIFY, files=upload(*files)).json()
    answer = client.post(CLASSIFY, files=upload(*files), headers={"Accept": "application/x-ndjson"})
    assert answer.headers["content-type"].startswith("application/x-ndjson")
    assert [json.loads(line) for line in answer.text.splitlines()] == at_once
    assert len(at_once) == 30


def test_what_is_wrong_with_a_request_for_lines_has_its_status(client: TestClient) -> None:
    asked = {"Accept": "application/x-ndjson"}
    assert_problem(client.post(CLASSIFY, json={}, headers=asked), 415)
    assert_problem(client.post("/classify?model=nothing", files=upload(("a", red())), headers=asked), 404)


def body_of(count: int) -> tuple[bytes, dict[str, str]]:
    request = httpx.Request("POST", "http://test", files=upload(*[(f"{n}.jpg", red(n)) for n in range(count)]))
    return request.read(), dict(request.headers)


def test_photos_are_judged_while_the_request_still_arrives(host: LocalModelHost, client: TestClient) -> None:
    body, headers = body_of(40)
    sent: list[int] = []

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(body), 20_000):
            sent.append(host.queue.photos)
            yield body[start : start + 20_000]
            await asyncio.sleep(0.02)

    async def post() -> httpx.Response:
        transport = httpx.ASGITransport(create_api(host))
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as c:
            return await c.post(CLASSIFY, content=pieces(), headers=headers)

    answer = asyncio.run(post())
    assert len(answer.json()) == 40
    assert max(sent[1:]) < 20, "what has arrived is judged, and does not pile up"


@pytest.mark.parametrize(("at_once", "every_s"), [(2000, 5.0), (1, 0.01)], ids=["silent", "a byte now and then"])
def test_a_sender_who_does_not_send_is_given_up(
    host: LocalModelHost, monkeypatch: pytest.MonkeyPatch, at_once: int, every_s: float
) -> None:
    monkeypatch.setattr(request_body, "MOST_SILENCE_S", 0.2)
    body, headers = body_of(3)

    async def pieces() -> AsyncIterator[bytes]:
        yield body[:-2000]
        for start in range(len(body) - 2000, len(body), at_once):
            await asyncio.sleep(every_s)
            yield body[start : start + at_once]

    async def post() -> httpx.Response:
        transport = httpx.ASGITransport(create_api(host))
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as c:
            return await c.post(CLASSIFY, content=pieces(), headers=headers)

    assert_problem(asyncio.run(post()), 408)
    assert host.queue.photos == 0


def test_the_description_for_programs_names_every_form_that_it_refers_to(client: TestClient) -> None:
    description = client.get("/openapi.json").json()
    told = json.dumps(description)
    referred = set(re.findall(r'"#/components/schemas/([^"]+)"', told))
    assert referred <= set(description["components"]["schemas"])
    assert "Problem" in referred
    assert "HTTPValidationError" not in told
    assert set(description["paths"]["/classify"]["post"]["requestBody"]["content"]) == {"multipart/form-data"}
