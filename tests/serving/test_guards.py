"""What stands before pages and API, in process: who is let in, from where, by which name, with which headers."""

import re
import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from fastapi.testclient import TestClient
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from defect_app.people import sign_in as signing_in
from defect_app.people.api_keys import ApiKeys
from defect_app.people.roles import Role
from defect_app.people.sign_in import COOKIE, SignIn
from defect_app.people.store import People
from defect_app.serving.api.context import name_of
from defect_app.serving.hosts import HostGuard, is_loopback
from defect_app.serving.page_guard import PageGuard
from defect_app.serving.sign_in_page import sign_in_routes
from defect_app.serving.visitors import VisitorGuard
from defect_app.storage.database import Database

PASSWORD = "a long enough password"
BASE = "/lens"
AS_BROWSER = {"Accept": "text/html,application/xhtml+xml"}


async def page(_: Request) -> Response:
    return HTMLResponse('<!doctype html><html lang="en"><body>Inspect</body></html>')


async def who(request: Request) -> Response:
    return JSONResponse({"who": name_of(request)})


async def socket(websocket: WebSocket) -> None:
    await websocket.accept()
    await websocket.send_text("come in")
    await websocket.close()


def app_of(door: SignIn | None, **host_options: object) -> Starlette:
    """Return an app with a page, an API and a websocket below the base path, behind all guards."""
    routes = [
        Route(f"{BASE}/", page),
        Route(f"{BASE}/api/who", who, methods=["GET", "POST"]),
        Route(f"{BASE}/api/health", who),
        WebSocketRoute(f"{BASE}/_stcore/stream", socket),
        *sign_in_routes(lambda: door, BASE),
    ]
    guards = [
        Middleware(PageGuard),
        Middleware(HostGuard, **host_options),  # type: ignore[arg-type]
        Middleware(VisitorGuard, sign_in=lambda: door, base_path=BASE),
    ]
    return Starlette(routes=routes, middleware=guards)


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Give a database with Ada, an operator, and the key of a program; made once, since passwords are slow to hash."""
    file = tmp_path_factory.mktemp("door") / "records.sqlite"
    with closing(Database(f"sqlite:///{file}")) as database:
        People(database).add("Ada", Role.OPERATOR, PASSWORD)
        return file, ApiKeys(database).add("press 4", Role.OPERATOR)


@pytest.fixture
def file(records: tuple[Path, str], tmp_path: Path) -> Path:
    return Path(shutil.copy(records[0], tmp_path / "records.sqlite"))


@pytest.fixture
def key(records: tuple[Path, str]) -> str:
    return records[1]


@pytest.fixture
def door(file: Path) -> SignIn:
    return SignIn(lambda: Database(f"sqlite:///{file}"), b"secret")


@pytest.fixture
def client(door: SignIn) -> Iterator[TestClient]:
    with TestClient(app_of(door), base_url="http://localhost", follow_redirects=False) as made:
        yield made


def enter(client: TestClient, password: str = PASSWORD) -> httpx.Response:
    answer: httpx.Response = client.post(f"{BASE}/sign-in", data={"name": "Ada", "password": password})
    return answer


class TestVisitors:
    """Whoever has not signed in."""

    def test_a_browser_is_sent_to_the_sign_in_page_below_the_base_path(self, client: TestClient) -> None:
        answer = client.get(f"{BASE}/", headers=AS_BROWSER)
        assert (answer.status_code, answer.headers["location"]) == (303, f"{BASE}/sign-in")

    @pytest.mark.parametrize("headers", [AS_BROWSER, {}, {"Authorization": "Bearer wrong"}])
    def test_a_program_is_told_what_to_send_and_is_never_sent_to_a_page(
        self, client: TestClient, headers: dict[str, str]
    ) -> None:
        answer = client.get(f"{BASE}/api/who", headers=headers)
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
        assert answer.json()["remedy"].startswith("Send a key as Authorization: Bearer KEY")

    def test_a_websocket_is_closed_before_it_says_anything(self, client: TestClient) -> None:
        with pytest.raises(WebSocketDisconnect) as raised, client.websocket_connect(f"{BASE}/_stcore/stream"):
            pass
        assert (raised.value.code, raised.value.reason) == (1008, "not signed in")

    def test_health_is_told_to_everybody(self, client: TestClient) -> None:
        assert client.get(f"{BASE}/api/health").json() == {"who": ""}

    def test_a_key_lets_a_program_in_under_its_name(self, client: TestClient, key: str) -> None:
        for scheme in ("Bearer", "bearer"):
            answer = client.get(f"{BASE}/api/who", headers={"Authorization": f"{scheme} {key}"})
            assert answer.json() == {"who": "press 4"}

    def test_without_the_database_nobody_is_let_in_and_a_browser_keeps_its_page(
        self, client: TestClient, file: Path
    ) -> None:
        file.write_bytes(b"damaged " * 100)
        answer = client.get(f"{BASE}/api/who", headers={"Authorization": "Bearer unknown"})
        assert answer.status_code == 503
        assert answer.json()["remedy"]
        entering = enter(client)
        assert entering.status_code == 503
        assert "Nobody can sign in:" in entering.text

    def test_where_sign_in_is_off_everybody_comes_in_and_the_page_leads_home(self) -> None:
        with TestClient(app_of(None), base_url="http://localhost", follow_redirects=False) as client:
            assert client.get(f"{BASE}/api/who").json() == {"who": ""}
            for answer in (client.get(f"{BASE}/sign-in"), client.post(f"{BASE}/sign-in", data={"name": "Ada"})):
                assert (answer.status_code, answer.headers["location"]) == (303, f"{BASE}/")


class TestSignInPage:
    """Name and password for a token."""

    def test_the_page_runs_no_script_and_is_kept_nowhere(self, client: TestClient) -> None:
        answer = client.get(f"{BASE}/sign-in")
        assert answer.status_code == 200
        assert "<script" not in answer.text
        assert answer.headers["cache-control"] == "no-store"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert f'action="{BASE}/sign-in"' in answer.text

    def test_a_right_password_opens_pages_api_and_websocket_until_the_visitor_leaves(self, client: TestClient) -> None:
        entered = enter(client)
        assert (entered.status_code, entered.headers["location"]) == (303, f"{BASE}/")
        cookie = entered.headers["set-cookie"]
        for wanted in (f"{COOKIE}=", "HttpOnly", f"Path={BASE}/", "SameSite=strict"):
            assert wanted in cookie
        assert "Secure" not in cookie
        assert client.get(f"{BASE}/api/who").json() == {"who": "Ada"}
        assert client.get(f"{BASE}/", headers=AS_BROWSER).status_code == 200
        token = {"Cookie": cookie.split(";")[0]}
        with client.websocket_connect(f"{BASE}/_stcore/stream", headers=token) as websocket:
            assert websocket.receive_text() == "come in"
        left = client.post(f"{BASE}/sign-out")
        assert (left.status_code, left.headers["location"]) == (303, f"{BASE}/sign-in")
        assert client.get(f"{BASE}/api/who").status_code == 401

    def test_over_https_the_token_is_never_sent_without(self, door: SignIn) -> None:
        with TestClient(app_of(door), base_url="https://localhost", follow_redirects=False) as client:
            assert "Secure" in enter(client).headers["set-cookie"]

    def test_a_wrong_password_keeps_the_name_and_says_no_more_than_that(self, client: TestClient) -> None:
        answer = client.post(f"{BASE}/sign-in", data={"name": "<b>Ada</b>", "password": "wrong"})
        assert answer.status_code == 401
        assert "Name and password do not belong together." in answer.text
        assert "&lt;b&gt;Ada&lt;/b&gt;" in answer.text
        assert COOKIE not in answer.headers.get("set-cookie", "")

    def test_guessing_has_to_wait(self, client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(signing_in, "FREE_ATTEMPTS", 1)
        assert enter(client, "wrong").status_code == 401
        answer = enter(client)
        assert answer.status_code == 429
        assert re.search(r"Try again in \d+ seconds", answer.text)


class TestHosts:
    """Which names are answered, and from which pages changes are taken."""

    @pytest.fixture
    def open_client(self) -> Iterator[TestClient]:
        app = app_of(None, names=["lens.example", " "], open_to_network=True)
        with TestClient(app, base_url="http://lens.example", follow_redirects=False) as made:
            yield made

    @pytest.mark.parametrize(
        ("host", "status"),
        [
            ("localhost:8501", 200),
            ("127.0.0.1", 200),
            ("[::1]:8501", 200),
            ("evil.example", 421),
            ("lens.example", 421),
            ("10.0.0.4", 421),
            ("[broken", 421),
        ],
    )
    def test_closed_to_the_network_only_names_of_this_machine_are_answered(
        self, client: TestClient, host: str, status: int
    ) -> None:
        answer = client.get(f"{BASE}/api/health", headers={"Host": host})
        assert answer.status_code == status
        if status == 421:
            assert answer.json()["remedy"] == "DEFECT_APP_HOSTS names those that it answers to."

    @pytest.mark.parametrize(("host", "status"), [("lens.example", 200), ("10.0.0.4:8501", 200), ("evil.example", 421)])
    def test_open_to_it_names_of_the_setting_and_numbers_are_answered(
        self, open_client: TestClient, host: str, status: int
    ) -> None:
        assert open_client.get(f"{BASE}/api/health", headers={"Host": host}).status_code == status

    @pytest.mark.parametrize(
        ("origin", "status"),
        [
            (None, 200),
            ("http://lens.example", 200),
            ("https://lens.example:8443", 200),
            ("http://evil.example", 403),
            ("null", 403),
            ("http://localhost:3000", 403),
        ],
        ids=["a program", "the same", "the same name behind a proxy", "another", "a file", "another app here"],
    )
    def test_changes_are_taken_from_our_own_pages_and_from_programs(
        self, open_client: TestClient, origin: str | None, status: int
    ) -> None:
        headers = {} if origin is None else {"Origin": origin}
        assert open_client.post(f"{BASE}/api/who", headers=headers).status_code == status
        assert open_client.get(f"{BASE}/api/who", headers=headers).status_code == 200

    def test_loopback_is_this_machine_alone(self) -> None:
        assert [is_loopback(host) for host in ("127.0.0.2", "::1", "localhost")] == [True] * 3
        assert [is_loopback(host) for host in ("0.0.0.0", "10.0.0.4", "lens.example", "")] == [False] * 4


class TestPages:
    """What an answer carries for the browser."""

    def test_pages_are_marked_not_to_be_translated_and_their_length_is_right(self, client: TestClient) -> None:
        enter(client)
        answer = client.get(f"{BASE}/", headers=AS_BROWSER)
        assert '<html lang="en" translate="no" class="notranslate">' in answer.text
        assert int(answer.headers["content-length"]) == len(answer.content)

    def test_every_answer_is_shown_in_no_foreign_frame_and_its_type_is_not_guessed(self, client: TestClient) -> None:
        for address in (f"{BASE}/api/health", f"{BASE}/sign-in", f"{BASE}/nothing"):
            headers = client.get(address).headers
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["x-frame-options"] == "SAMEORIGIN"
            assert headers["referrer-policy"] == "same-origin"
