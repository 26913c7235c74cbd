"""Signing in at the site's own service: who comes in, as whom and as what, and which tokens are not taken."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from defect_app.errors import InvalidPerson, InvalidSetting
from defect_app.people import sign_in as signing_in
from defect_app.people.oidc import OidcClaims, OidcService, configured_service, roles_by_group
from defect_app.people.roles import Role
from defect_app.people.sign_in import SignIn
from defect_app.people.store import People
from defect_app.serving.sign_in_page import sign_in_routes
from defect_app.serving.visitors import VisitorGuard
from defect_app.storage.database import Database
from tests.people.oidc_provider import CLIENT, ISSUER, SECRET, Provider

ADA = {"email": "ada@plant.example", "email_verified": True, "groups": ["quality", "everybody"]}
GROUPS = {"quality": Role.ANALYST, "line 4": Role.OPERATOR, "it": Role.ADMIN}
LENS = "https://lens.example"


async def who(request: Request) -> Response:
    identity = request.scope["state"]["identity"]
    return JSONResponse([identity.name, identity.role])


@pytest.fixture
def database(tmp_path: Path) -> Iterator[str]:
    url = f"sqlite:///{tmp_path / 'records.sqlite'}"
    with closing(Database(url)):
        yield url


@pytest.fixture
def provider() -> Provider:
    return Provider(dict(ADA))


@pytest.fixture
def browser(provider: Provider, database: str) -> TestClient:
    """Give a browser before the app, which follows redirects only where a test lets it."""
    service = OidcService(
        ISSUER, CLIENT, SECRET, OidcClaims(groups=GROUPS), lambda: TestClient(provider.app, base_url=ISSUER)
    )
    door = SignIn(lambda: Database(database), b"secret")
    app = Starlette(
        routes=[*sign_in_routes(lambda: door, "/lens", service, b"secret"), Route("/lens/who", who)],
        middleware=[Middleware(VisitorGuard, sign_in=lambda: door, base_path="/lens")],
    )
    return TestClient(app, base_url=LENS, follow_redirects=False)


def way_back(browser: TestClient, provider: Provider) -> str:
    """Leave for the service, sign in there, and return the address that it sends the browser back to."""
    left = browser.get("/lens/sign-in/service")
    assert (left.status_code, urlsplit(left.headers["location"]).netloc) == (303, "login.example")
    with TestClient(provider.app, base_url=ISSUER, follow_redirects=False) as at_the_service:
        return str(at_the_service.get(left.headers["location"]).headers["location"])


def signed_in(browser: TestClient, provider: Provider) -> Any:
    return browser.get(way_back(browser, provider))


def test_the_sign_in_page_leads_to_the_service_and_back_as_who_one_is_there(
    browser: TestClient, provider: Provider
) -> None:
    assert 'href="/lens/sign-in/service"' in browser.get("/lens/sign-in").text
    answer = signed_in(browser, provider)
    assert answer.status_code == 200
    assert 'content="0;url=/lens/"' in answer.text
    cookie = next(c for c in answer.headers.get_list("set-cookie") if c.startswith(signing_in.COOKIE)).lower()
    assert {"httponly", "secure", "samesite=strict", "path=/lens/"} <= set(cookie.split("; "))
    assert browser.get("/lens/who").json() == ["ada@plant.example", "analyst"]


@pytest.mark.parametrize(
    ("groups", "role"),
    [(["line 4"], "operator"), ("it", "admin"), (["line 4", "quality", "it"], "admin")],
    ids=["a list of one", "a text", "the most powerful of many"],
)
def test_the_role_comes_from_a_claim(browser: TestClient, provider: Provider, groups: Any, role: str) -> None:
    provider.claims["groups"] = groups
    signed_in(browser, provider)
    assert browser.get("/lens/who").json()[1] == role


@pytest.mark.parametrize(
    ("claims", "said"),
    [
        ({"groups": ["visitors"]}, "have no role here"),
        ({"groups": ["admin"]}, "have no role here"),
        ({"email": ""}, "no usable email"),
        ({"email_verified": False}, "has not verified"),
        ({"aud": "another app"}, "not in order"),
        ({"iss": "https://evil.example"}, "not in order"),
        ({"exp": 1_000_000_000}, "not in order"),
        ({"nonce": "of yesterday"}, "another question"),
        ({"azp": "another app"}, "for another app"),
    ],
    ids=[
        "no role",
        "a role's name that is mapped",
        "no name",
        "not verified",
        "audience",
        "issuer",
        "old",
        "nonce",
        "party",
    ],
)
def test_a_token_that_is_not_in_order_opens_nothing(
    browser: TestClient, provider: Provider, claims: dict[str, Any], said: str
) -> None:
    provider.claims |= claims
    answer = signed_in(browser, provider)
    assert answer.status_code == 403
    assert said in answer.text
    assert browser.get("/lens/who").status_code == 401


def test_a_signature_that_anybody_could_make_is_not_taken(browser: TestClient, provider: Provider) -> None:
    provider.algorithm = "HS256"
    assert signed_in(browser, provider).status_code == 403


def test_a_service_that_changes_its_key_goes_on(browser: TestClient, provider: Provider) -> None:
    signed_in(browser, provider)
    provider.change_key()
    browser.cookies.clear()
    assert signed_in(browser, provider).status_code == 200


def test_an_answer_for_another_browser_opens_nothing(browser: TestClient, provider: Provider) -> None:
    address = way_back(browser, provider)
    browser.cookies.clear()
    assert browser.get(address).status_code == 400
    state = parse_qs(urlsplit(address).query)["state"][0]
    way_back(browser, provider)
    assert browser.get(f"/lens/sign-in/service/back?code=guess&state={state}").status_code == 400
    assert browser.get("/lens/sign-in/service/back").status_code == 400


def test_a_code_is_taken_once(browser: TestClient, provider: Provider) -> None:
    address = way_back(browser, provider)
    attempt = dict(browser.cookies)
    assert browser.get(address).status_code == 200
    browser.cookies.clear()
    for name, value in attempt.items():
        browser.cookies.set(name, value, domain="lens.example", path="/lens/sign-in/service")
    assert browser.get(address).status_code == 403


def test_nobody_comes_in_under_the_name_of_somebody_with_a_password(
    browser: TestClient, provider: Provider, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signing_in, "LOOK_AGAIN_S", 0.0)
    signed_in(browser, provider)
    assert browser.get("/lens/who").status_code == 200
    with closing(Database(database)) as opened:
        People(opened).add("Ada@plant.example", Role.OPERATOR, "a long enough password")
    assert browser.get("/lens/who").status_code == 401, "so does an admin shut somebody out"
    assert signed_in(browser, provider).status_code == 403


def test_a_service_that_does_not_answer_is_said_and_passwords_still_work(database: str) -> None:
    service = OidcService("http://127.0.0.1:9", CLIENT, SECRET, OidcClaims())
    with closing(Database(database)) as opened:
        People(opened).add("Ada", Role.OPERATOR, "a long enough password")
    door = SignIn(lambda: Database(database), b"secret")
    app = Starlette(routes=sign_in_routes(lambda: door, "", service, b"secret"))
    with TestClient(app, base_url=LENS, follow_redirects=False) as browser:
        answer = browser.get("/sign-in/service")
        assert (answer.status_code, "does not answer" in answer.text) == (503, True)
        assert browser.post("/sign-in", data={"name": "Ada", "password": "a long enough password"}).status_code == 303


def test_settings_name_the_service(monkeypatch: pytest.MonkeyPatch) -> None:
    assert configured_service() is None
    monkeypatch.setenv("DEFECT_APP_OIDC_ISSUER", ISSUER)
    monkeypatch.setenv("DEFECT_APP_OIDC_CLIENT_ID", CLIENT)
    monkeypatch.setenv("DEFECT_APP_OIDC_CLIENT_SECRET", SECRET)
    service = configured_service()
    assert service is not None
    assert service.issuer == ISSUER
    assert roles_by_group("line 4=operator, cn=a=admin,") == {"line 4": Role.OPERATOR, "cn=a": Role.ADMIN}
    with pytest.raises(InvalidPerson, match="no role 'boss'"):
        roles_by_group("quality=boss")
    monkeypatch.setenv("DEFECT_APP_OIDC_ROLES", "quality=boss")
    with pytest.raises(InvalidSetting, match="DEFECT_APP_OIDC_ROLES: There is no role 'boss'"):
        configured_service()
