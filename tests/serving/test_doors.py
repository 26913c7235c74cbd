"""The real server with sign-in on: who gets in by which way, and what other origins and names get."""

import http.client
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest

from defect_app.people.api_keys import ApiKeys
from defect_app.people.roles import Role
from defect_app.people.store import People
from defect_app.storage.database import Database
from tests.model_folders import make_model_folder
from tests.served_app import ROOT, free_port, served_app

PASSWORD = "a long enough password"


@dataclass(frozen=True)
class Door:
    """A server that asks who its visitors are."""

    netloc: str
    key: str

    def ask(
        self, method: str, path: str, headers: Mapping[str, str] | None = None, body: str = ""
    ) -> tuple[int, http.client.HTTPResponse, str]:
        with closing(http.client.HTTPConnection(self.netloc, timeout=60)) as connection:
            connection.request(method, path, body, dict(headers or {}))
            answer = connection.getresponse()
            return answer.status, answer, answer.read().decode("utf-8", "replace")

    def sign_in(self, password: str = PASSWORD) -> tuple[int, http.client.HTTPResponse, str]:
        form = urlencode({"name": "Ada", "password": password})
        return self.ask("POST", "/lens/sign-in", {"Content-Type": "application/x-www-form-urlencoded"}, form)

    def cookie(self) -> str:
        _, answer, _ = self.sign_in()
        return str(answer.getheader("set-cookie")).split(";")[0]


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    folder = tmp_path_factory.mktemp("door")
    make_model_folder(folder / "models")
    url = f"sqlite:///{folder / 'records.sqlite'}"
    with closing(Database(url)) as database:
        People(database).add("Ada", Role.OPERATOR, PASSWORD)
        key = ApiKeys(database).add("press 4", Role.OPERATOR)
    port = free_port()
    command = (sys.executable, "-m", "defect_app", "app", "--host", "0.0.0.0", "--port", str(port))
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "DEFECT_APP_MODELS": str(folder / "models"),
        "DEFECT_APP_VAR": str(folder / "var"),
        "DEFECT_APP_DATABASE_URL": url,
        "DEFECT_APP_HOSTS": "lens.example",
        "STREAMLIT_SERVER_BASE_URL_PATH": "lens",
    }
    with served_app(folder / "app.log", command, port, folder, environment) as app:
        yield Door(urlsplit(app.url).netloc, key)


@pytest.mark.parametrize("path", ["/lens/", "/lens/inspect", "/lens/_stcore/metrics", "/lens/media/0.png"])
def test_without_a_name_a_browser_gets_the_sign_in_page_alone(door: Door, path: str) -> None:
    status, answer, _ = door.ask("GET", path, {"Accept": "text/html"})
    assert (status, answer.getheader("location")) == (303, "/lens/sign-in")


def test_without_a_name_the_websocket_is_closed(door: Door) -> None:
    upgrade = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    }
    assert door.ask("GET", "/lens/_stcore/stream", upgrade)[0] == 403


def test_a_program_without_a_key_is_told_what_to_send(door: Door) -> None:
    for headers in ({}, {"Authorization": "Bearer dl_guess"}, {"Cookie": "defect_lens_session=guess"}):
        status, answer, body = door.ask("GET", "/lens/api/models", headers)
        assert (status, answer.getheader("content-type")) == (401, "application/problem+json")
        assert "Bearer" in json.loads(body)["remedy"]
    assert door.ask("GET", "/lens/api/health")[0] == 200


def test_a_key_opens_the_api(door: Door) -> None:
    status, _, body = door.ask("GET", "/lens/api/models", {"Authorization": f"Bearer {door.key}"})
    assert (status, [model["id"] for model in json.loads(body)]) == (200, ["tiny"])


def test_a_password_opens_the_pages_with_a_token_for_this_server_alone(door: Door) -> None:
    status, answer, _ = door.sign_in()
    assert (status, answer.getheader("location")) == (303, "/lens/")
    attributes = str(answer.getheader("set-cookie")).lower().split("; ")
    assert {"httponly", "samesite=strict", "path=/lens/"} <= set(attributes)
    cookie = door.cookie()
    assert door.ask("GET", "/lens/", {"Accept": "text/html", "Cookie": cookie})[0] == 200
    assert door.ask("GET", "/lens/api/models", {"Cookie": cookie})[0] == 200


def test_a_wrong_password_says_no_more_than_that(door: Door) -> None:
    status, answer, body = door.sign_in("not the password")
    assert (status, answer.getheader("set-cookie")) == (401, None)
    assert "do not belong together" in body
    assert "not the password" not in body


def test_below_the_base_path_the_api_never_answers_with_a_page(door: Door) -> None:
    status, answer, _ = door.ask("GET", "/lens/api/nothing", {"Authorization": f"Bearer {door.key}"})
    assert (status, answer.getheader("content-type")) == (404, "application/problem+json")


@pytest.mark.parametrize(
    ("host", "status"),
    [("evil.example", 421), ("lens.example", 200), ("192.0.2.7:8501", 200), ("", 421)],
    ids=["another's name", "a named one", "an address", "none"],
)
def test_only_our_own_names_are_answered(door: Door, host: str, status: int) -> None:
    assert door.ask("GET", "/lens/api/health", {"Host": host})[0] == status


@pytest.mark.parametrize(
    ("origin", "status"),
    [("http://evil.example", 403), ("null", 403), ("http://localhost:1", 403), ("https://lens.example", 415)],
)
def test_a_page_of_another_origin_changes_nothing(door: Door, origin: str, status: int) -> None:
    headers = {"Origin": origin, "Cookie": door.cookie()}
    assert door.ask("POST", "/lens/api/classify?model=tiny", headers)[0] == status
    assert door.ask("POST", "/lens/api/classify?model=tiny", {"Cookie": headers["Cookie"]})[0] == 415


def test_the_command_line_makes_people_and_keys(tmp_path: Path) -> None:
    environment = {**os.environ, "DEFECT_APP_VAR": str(tmp_path), "DEFECT_APP_DATABASE_URL": ""}

    def run(*words: str, given: str = "") -> str:
        command = [sys.executable, "-m", "defect_app", *words]
        return subprocess.run(command, env=environment, input=given, text=True, capture_output=True, check=True).stdout

    run("people", "add", "Ada", "--role", "admin", given=f"{PASSWORD}\n")
    assert run("people", "list") == "Ada\tadmin\n"
    key = run("keys", "add", "press 4").strip()
    with closing(Database(f"sqlite:///{tmp_path / 'records.sqlite'}")) as database:
        found = ApiKeys(database).find(key)
    assert found is not None
    assert found.role == Role.OPERATOR
