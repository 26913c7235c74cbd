"""What the API lets each role do: a request beyond it is a problem that names the role."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from defect_app.hosting.local_model_host import LocalModelHost
from defect_app.people.roles import Permission, Role
from defect_app.people.sign_in import Identity
from defect_app.serving.api import create_api
from defect_app.serving.api.context import IDENTITY
from defect_app.serving.api.storing import recorder_of_process
from tests.model_folders import part_photo
from tests.photo_files import jpeg_bytes

RED = jpeg_bytes(part_photo(1.0, 1))


@pytest.fixture
def api(tiny_models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setenv("DEFECT_APP_DATABASE_URL", f"sqlite:///{tmp_path / 'records.sqlite'}")
    monkeypatch.setenv("DEFECT_APP_PHOTOS", str(tmp_path / "photos"))
    recorder_of_process.cache_clear()
    host = LocalModelHost(tiny_models)
    yield create_api(host)
    if recorder_of_process.cache_info().currsize:
        recorder_of_process().close()
    recorder_of_process.cache_clear()
    host.close()


def asked_by(api: Any, identity: Identity) -> TestClient:
    """Return a client whose requests come with who asks, as the guard at the door leaves it."""

    async def behind_the_guard(scope: Any, receive: Any, send: Any) -> None:
        scope.setdefault("state", {})[IDENTITY] = identity
        await api(scope, receive, send)

    return TestClient(behind_the_guard)


def test_a_role_that_may_not_is_told_which_it_is_and_whom_to_ask(api: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("defect_app.people.roles._PERMISSIONS", {Role.OPERATOR: frozenset({Permission.INSPECT})})
    client = asked_by(api, Identity("press 4", Role.OPERATOR))
    for address in ("/inspections", "/operating-points?model=tiny", "/metrics"):
        answer = client.get(address)
        assert answer.status_code == 403
        assert answer.json()["detail"] == "The role operator does not allow this."
        assert answer.json()["remedy"] == "Ask an admin for another."
    assert client.post("/classify?model=tiny", files={"files": ("red.jpg", RED, "image/jpeg")}).status_code == 200


def test_what_a_program_has_stored_is_stored_in_its_own_name_whatever_it_says(api: Any) -> None:
    client = asked_by(api, Identity("press 4", Role.OPERATOR))
    asked = "/classify?model=tiny&store=true&batch=monday&who=Eve&part=SN-1"
    (record,) = client.post(asked, files={"files": ("red.jpg", RED, "image/jpeg")}).json()
    assert (record["who"], record["part"], record["source"]) == ("press 4", "SN-1", "api")
    assert client.get(f"/inspections/{record['id']}").json()["who"] == "press 4"


def test_stored_with_a_map_a_record_has_both(api: Any) -> None:
    client = TestClient(api)
    asked = "/classify?model=tiny&store=true&map=grad-cam&map_form=numbers"
    (record,) = client.post(asked, files={"files": ("red.jpg", RED, "image/jpeg")}).json()
    assert record["id"]
    assert record["map"]["numbers"]


def test_a_saved_point_is_applied_by_its_name_and_the_default_by_its_own(api: Any) -> None:
    client = TestClient(api)
    file = {"files": ("red.jpg", RED, "image/jpeg")}
    (record,) = client.post("/classify?model=tiny&operating_point=default", files=file).json()
    assert record["operating_point"].startswith("default")
    missing = client.post("/classify?model=tiny&operating_point=night", files=file)
    assert missing.status_code == 404
    assert "night" in missing.json()["detail"]


def test_nothing_of_an_address_or_method_that_is_not_there(api: Any) -> None:
    client = TestClient(api)
    assert client.get("/nothing").json()["detail"] == "There is nothing at this address."
    refused = client.delete("/models")
    assert (refused.status_code, refused.json()["detail"]) == (405, "This address does not answer DELETE.")
    assert refused.headers["allow"] == "GET"
