"""What the API changes: points saved and made active, reviews given and taken back; by whom, and what is refused."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from fastapi.testclient import TestClient
from starlette.types import ASGIApp, Receive, Scope, Send

from defect_app.hosting.local_model_host import LocalModelHost
from defect_app.inspection.framing import FixedFrame
from defect_app.inspections import InspectionStore
from defect_app.inspections.fixed_frames import FixedFrames
from defect_app.people.roles import Role
from defect_app.people.sign_in import Identity
from defect_app.serving.api import create_api, request_body
from defect_app.storage.database import Database
from tests.inspections.records import a_new_inspection
from tests.model_folders import part_photo
from tests.photo_files import jpeg_bytes

NIGHT = {"model": "tiny", "name": "night", "review_at": 0.1, "reject_at": 0.2, "who": "Ada"}
MILD = {"model": "tiny", "name": "mild", "review_at": 0.8, "reject_at": 0.9}


class As:
    """Stands for the server's door: whoever asks has signed in as this person."""

    def __init__(self, app: ASGIApp, identity: Identity) -> None:
        self._app, self._identity = app, identity

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope.setdefault("state", {})["identity"] = self._identity
        await self._app(scope, receive, send)


@pytest.fixture
def api(tiny_models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ASGIApp:
    monkeypatch.setenv("DEFECT_APP_DATABASE_URL", f"sqlite:///{tmp_path / 'records.sqlite'}")
    return create_api(LocalModelHost(tiny_models))


@pytest.fixture
def client(api: ASGIApp) -> TestClient:
    return TestClient(api)


def as_role(api: ASGIApp, name: str, role: Role) -> TestClient:
    return TestClient(As(api, Identity(name, role)))


def verdict(client: TestClient, address: str = "") -> str:
    photo = [("files", ("green.jpg", jpeg_bytes(part_photo(-1.2)), "image/jpeg"))]
    return str(client.post(f"/classify?model=tiny{address}", files=photo).json()[0]["verdict"])


def test_a_point_is_saved_found_and_made_active_and_photos_are_judged_at_it(client: TestClient) -> None:
    strict = NIGHT | {"review_at": 0.0, "reject_at": 0.0, "note": "all out", "costs": None}
    saved = client.post("/operating-points", json=strict)
    assert saved.status_code == 201
    assert (saved.json()["version"], saved.json()["active"], saved.json()["who"]) == (1, False, "Ada")
    assert verdict(client) == "PASS"
    assert verdict(client, "&operating_point=night") == "REJECT"
    active = client.put("/active-point", json={"model": "tiny", "name": "night", "who": "Ada"})
    assert (active.status_code, active.json()["active"]) == (200, True)
    assert verdict(client) == "REJECT"
    found = client.get("/operating-points/night?model=tiny").json()
    assert (found["reject_at"], found["note"], found["active"]) == (0.0, "all out", True)
    off = client.put("/active-point", json={"model": "tiny", "name": "default", "who": "Ada"})
    assert (off.status_code, off.json()["active"]) == (200, False)
    assert verdict(client) == "PASS"


def test_an_older_version_is_rolled_back_to(client: TestClient) -> None:
    client.post("/operating-points", json=NIGHT | {"reject_at": 0.3})
    client.post("/operating-points", json=NIGHT | {"activate": True})
    client.put("/active-point", json={"model": "tiny", "name": "night", "version": 1})
    listed = client.get("/operating-points/night?model=tiny&version=1").json()
    assert (listed["active"], listed["reject_at"]) == (True, 0.3)


@pytest.mark.parametrize(
    ("method", "path", "sent", "status"),
    [
        ("POST", "/operating-points", NIGHT | {"model": "nothing"}, 404),
        ("POST", "/operating-points", NIGHT | {"name": "default"}, 422),
        ("POST", "/operating-points", NIGHT | {"name": ""}, 422),
        ("POST", "/operating-points", NIGHT | {"name": "n" * 81}, 422),
        ("POST", "/operating-points", NIGHT | {"review_at": 0.5}, 422),
        ("POST", "/operating-points", NIGHT | {"accept_at": 0.5}, 422),
        ("POST", "/operating-points", {"model": "tiny", "name": "n", "accept_at": 0.5}, 422),
        ("POST", "/operating-points", NIGHT | {"reject_at": 1.5}, 422),
        ("POST", "/operating-points", NIGHT | {"reject_at": "0,5"}, 422),
        ("POST", "/operating-points", NIGHT | {"activ": True}, 422),
        ("POST", "/operating-points", NIGHT | {"note": "x" * 200_000}, 413),
        ("PUT", "/active-point", {"model": "tiny", "name": "nothing"}, 404),
        ("PUT", "/active-point", {"model": "tiny", "name": "default"}, 409),
        ("GET", "/operating-points/night?model=tiny", None, 404),
        ("GET", "/operating-points/a/b?model=tiny", None, 404),
    ],
)
def test_what_is_no_point_is_refused_in_words(
    client: TestClient, method: str, path: str, sent: dict[str, Any] | None, status: int
) -> None:
    answer = client.request(method, path, json=sent)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert answer.json()["detail"]
    assert client.get("/operating-points?model=tiny").json() == []


def test_who_saves_and_activates_comes_from_the_sign_in(api: ASGIApp) -> None:
    ada = as_role(api, "Ada", Role.ANALYST)
    assert ada.post("/operating-points", json=NIGHT | {"who": "Bob"}).json()["who"] == "Ada"
    operator = as_role(api, "Olga", Role.OPERATOR)
    assert operator.post("/operating-points", json=NIGHT).status_code == 403
    assert operator.put("/active-point", json={"model": "tiny", "name": "night"}).status_code == 403
    assert operator.get("/operating-points?model=tiny").json()[0]["active"] is False


def test_a_milder_point_takes_a_second_person(api: ASGIApp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEFECT_APP_SECOND_PERSON", "1")
    ada, bob = as_role(api, "Ada", Role.ANALYST), as_role(api, "Bob", Role.ANALYST)
    saved = ada.post("/operating-points", json=MILD | {"activate": True}).json()
    assert saved["active"] is False
    assert "second person" in saved["waits_for"]
    again = ada.put("/active-point", json={"model": "tiny", "name": "mild"})
    assert (again.status_code, again.json()["active"]) == (202, False)
    second = bob.put("/active-point", json={"model": "tiny", "name": "mild"})
    assert (second.status_code, second.json()["active"], second.json()["waits_for"]) == (200, True, "")


def test_a_key_is_neither_of_the_two_persons(api: ASGIApp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEFECT_APP_SECOND_PERSON", "1")
    ada = as_role(api, "Ada", Role.ANALYST)
    assert ada.post("/operating-points", json=MILD | {"activate": True}).json()["active"] is False
    key = TestClient(As(api, Identity("press 4", Role.ANALYST, is_person=False)))
    refused = key.put("/active-point", json={"model": "tiny", "name": "mild"})
    assert refused.status_code == 422
    assert "a key is none" in refused.json()["detail"]
    strict = NIGHT | {"review_at": 0.0, "reject_at": 0.0, "activate": True}
    assert key.post("/operating-points", json=strict).json()["active"] is True, "what lets less pass takes nobody else"


@pytest.fixture
def inspection(client: TestClient) -> str:
    with closing(Database()) as database:
        (stored,) = InspectionStore(database).append([a_new_inspection(1, verdict="REVIEW")])
    return stored.id


def test_an_answer_is_given_read_and_taken_back(client: TestClient, inspection: str) -> None:
    said = {"inspection": inspection, "answer": "defective", "who": "Ada", "marks": [{"x": 0.2, "y": 0.3}]}
    given = client.post("/reviews", json=said)
    assert given.status_code == 201
    assert client.get(f"/reviews?inspection={inspection}").json() == [given.json()]
    assert given.json()["marks"] == [{"x": 0.2, "y": 0.3, "width": 0.0, "height": 0.0}]
    token = given.json()["token"]
    assert client.delete(f"/reviews/{token}?who=Bob").status_code == 404, "another's answer stays"
    assert client.delete(f"/reviews/{token}?who=Ada").status_code == 204
    assert client.get(f"/reviews?inspection={inspection}").json() == []


def test_an_answer_that_is_sent_twice_is_stored_once(client: TestClient, inspection: str) -> None:
    said = {"inspection": inspection, "answer": "good", "token": "line-4-0017"}
    assert client.post("/reviews", json=said).json() == client.post("/reviews", json=said).json()
    assert len(client.get(f"/reviews?inspection={inspection}").json()) == 1


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"inspection": "no-id"}, 404),
        ({"inspection": "01997c5e-1f0a-7c3e-9a54-0f6b7d1c2e3f"}, 404),
        ({"answer": "perhaps"}, 422),
        ({"marks": [{"x": 0.9, "y": 0.9, "width": 0.5}]}, 422),
        ({"marks": [{"x": 0.5, "y": 0.5}] * 51}, 422),
        ({"seconds": -1}, 422),
    ],
)
def test_what_is_no_answer_is_refused_in_words(
    client: TestClient, inspection: str, change: dict[str, Any], status: int
) -> None:
    answer = client.post("/reviews", json={"inspection": inspection, "answer": "good"} | change)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")


def test_who_answers_comes_from_the_sign_in(api: ASGIApp, inspection: str) -> None:
    olga = as_role(api, "Olga", Role.OPERATOR)
    assert (
        olga.post("/reviews", json={"inspection": inspection, "answer": "good", "who": "Ada"}).json()["who"] == "Olga"
    )


def classified(client: TestClient, address: str) -> Any:
    photo = [("files", ("red.jpg", jpeg_bytes(part_photo(1.2)), "image/jpeg"))]
    return client.post(f"/classify?{address}", files=photo)


def test_a_frame_is_judged_where_one_is_named(client: TestClient) -> None:
    (record,) = classified(client, "model=tiny&frame=4,8,20,16").json()
    assert record["frame"] == [4, 8, 20, 16]
    outside = classified(client, "model=tiny&frame=0,0,5000,10")
    assert (outside.status_code, outside.headers["content-type"]) == (422, "application/problem+json")
    assert "does not lie within red.jpg" in outside.json()["detail"]
    assert classified(client, "model=tiny&frame=a").status_code == 422


def test_frames_that_are_saved_for_a_product_are_judged_each_unless_another_is_named(client: TestClient) -> None:
    with closing(Database()) as database:
        FixedFrames(database).save("casting", [FixedFrame(0, 0, 0.5, 1), FixedFrame(0.5, 0, 0.5, 1)])
    tray = [("files", ("tray.jpg", jpeg_bytes(np.hstack([part_photo(-1.2), part_photo(1.2)])), "image/jpeg"))]

    def answers(address: str = "") -> list[tuple[str, list[int]]]:
        records = client.post(f"/classify?model=tiny{address}", files=tray).json()
        assert {record["file"] for record in records} == {"tray.jpg"}
        return [(record["verdict"], record["frame"]) for record in records]

    assert answers() == [("PASS", [0, 0, 96, 96]), ("REJECT", [96, 0, 96, 96])]
    assert answers("&frame=96,0,96,96") == [("REJECT", [96, 0, 96, 96])]
    assert [frame for _, frame in answers("&fixed_frames=false")] == [[0, 0, 192, 96]]
    stored = client.post("/classify?model=tiny&store=true&batch=a", files=tray).json()
    again = client.post("/classify?model=tiny&store=true&batch=a", files=tray).json()
    assert len({record["id"] for record in stored}) == 2
    assert [record["id"] for record in again] == [record["id"] for record in stored]


def test_as_many_classes_are_told_as_are_asked_for(client: TestClient) -> None:
    (whole,) = classified(client, "model=colours").json()
    (first,) = classified(client, "model=colours&top=1").json()
    assert first["p"] == {whole["label"]: max(whole["p"].values())}
    assert len(whole["p"]) > 1


def test_the_page_about_the_api_needs_nothing_from_elsewhere(client: TestClient) -> None:
    answer = client.get("/docs")
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    for address in client.get("/openapi.json").json()["paths"]:
        assert address in answer.text
    assert "script" not in answer.text
    assert "http://" not in answer.text
    assert "https://" not in answer.text


@pytest.mark.parametrize(("at_once", "status"), [(0, 408), (50_000, 413)], ids=["silent", "endless"])
def test_a_body_that_never_ends_is_refused_as_it_arrives(
    api: ASGIApp, monkeypatch: pytest.MonkeyPatch, at_once: int, status: int
) -> None:
    monkeypatch.setattr(request_body, "MOST_SILENCE_S", 0.2)

    async def pieces() -> AsyncIterator[bytes]:
        yield b'{"note": "'
        while True:
            await asyncio.sleep(0 if at_once else 5)
            yield b"x" * at_once

    async def post() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(api), base_url="http://test") as asking:
            return await asking.post("/reviews", content=pieces(), headers={"Content-Type": "application/json"})

    answer = asyncio.run(post())
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
