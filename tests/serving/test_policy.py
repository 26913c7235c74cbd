"""What a page may load and run: nothing from elsewhere, its own inline script by its digest, and never framed."""

import base64
import hashlib
from collections.abc import Mapping

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient
from streamlit import file_util

from defect_app.serving.page_guard import PageGuard

BROWSER = {"Accept": "text/html,*/*;q=0.8", "Accept-Encoding": "gzip, deflate, br"}


async def streamlits_page(_: Request) -> Response:
    return FileResponse(f"{file_util.get_static_dir()}/index.html")


async def with_its_own(_: Request) -> Response:
    return HTMLResponse("<p>Sign in</p>", headers={"Content-Security-Policy": "default-src 'none'"})


async def report(_: Request) -> Response:
    return HTMLResponse('<html lang="en"><head><title>Shift report</title></head></html>')


async def numbers(_: Request) -> Response:
    return JSONResponse([1])


@pytest.fixture(scope="module")
def client() -> TestClient:
    routes = [
        Route("/", streamlits_page),
        Route("/sign-in", with_its_own),
        Route("/api", numbers),
        Route("/report", report),
    ]
    return TestClient(Starlette(routes=routes, middleware=[Middleware(PageGuard), Middleware(GZipMiddleware)]))


def policy(headers: Mapping[str, str]) -> dict[str, list[str]]:
    parts = [part.split() for part in headers["content-security-policy"].split(";")]
    return {part[0]: part[1:] for part in parts}


def test_a_browser_that_takes_packed_pages_gets_them_marked_and_with_a_policy(client: TestClient) -> None:
    answer = client.get("/", headers=BROWSER)
    assert 'translate="no"' in answer.text
    found = policy(answer.headers)
    assert found["default-src"] == ["'none'"]
    assert found["frame-ancestors"] == ["'self'"]
    assert not {"'unsafe-inline'", "'unsafe-eval'", "http:", "https:", "*"} & set(found["script-src"])
    script = answer.text.split("<script>")[1].split("</script>")[0].encode()
    assert f"'sha256-{base64.b64encode(hashlib.sha256(script).digest()).decode()}'" in found["script-src"]
    assert int(answer.headers["content-length"]) == len(answer.content)


def test_a_page_that_a_browser_has_kept_comes_with_the_policy_of_today(client: TestClient) -> None:
    etag = client.get("/", headers=BROWSER).headers["etag"]
    again = client.get("/", headers=BROWSER | {"If-None-Match": etag})
    assert (again.status_code, "default-src" in policy(again.headers)) == (200, True)


def test_a_stricter_policy_of_a_page_stays_and_data_has_none(client: TestClient) -> None:
    assert client.get("/sign-in", headers=BROWSER).headers.get_list("content-security-policy") == ["default-src 'none'"]
    answer = client.get("/api", headers=BROWSER)
    assert "content-security-policy" not in answer.headers
    assert (answer.headers["x-frame-options"], answer.headers["x-content-type-options"]) == ("SAMEORIGIN", "nosniff")


def test_a_report_is_marked_and_gets_no_script(client: TestClient) -> None:
    assert "window.__streamlit" in client.get("/", headers=BROWSER).text
    answer = client.get("/report", headers=BROWSER)
    assert 'translate="no"' in answer.text
    assert "<script" not in answer.text
