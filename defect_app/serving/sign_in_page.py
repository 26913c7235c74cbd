"""The sign-in page: a name and a password for a token that only this server's pages get to use."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from jinja2 import Environment
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from defect_app.errors import RecordsUnavailable
from defect_app.people.oidc import OidcService
from defect_app.people.sign_in import COOKIE, VALID_S, SignIn, TooManyAttempts
from defect_app.serving.oidc_page import oidc_routes
from defect_app.serving.visitors import OIDC_PATH, SIGN_IN_PATH, SIGN_OUT_PATH

WRONG: Final = "Name and password do not belong together."
_TEMPLATE: Final = Environment(autoescape=True).from_string(
    Path(__file__).with_name("sign_in.html").read_text(encoding="utf-8")
)
_NO_SCRIPTS: Final = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'"


def sign_in_routes(
    sign_in: Callable[[], SignIn | None], base_path: str = "", service: OidcService | None = None, secret: bytes = b""
) -> list[Route]:
    """Return the routes of the page.

    Parameters
    ----------
    sign_in : callable
        Returns who knows names and passwords; None where sign-in is off.
    base_path : str
        What stands before every address.
    service : OidcService, optional
        Where people sign in that have no password here.
    secret : bytes
        Signs what is remembered while somebody is there.
    """
    home = f"{base_path}/"

    def page(problem: str = "", name: str = "", status: int = 200) -> Response:
        elsewhere = f"{base_path}{OIDC_PATH}" if service is not None else ""
        drawn = _TEMPLATE.render(
            problem=problem, name=name, action=f"{base_path}{SIGN_IN_PATH}", elsewhere=elsewhere, home=""
        )
        return HTMLResponse(drawn, status, {"Content-Security-Policy": _NO_SCRIPTS, "Cache-Control": "no-store"})

    async def show(_: Request) -> Response:
        return page() if sign_in() is not None else RedirectResponse(home, 303)

    async def enter(request: Request) -> Response:
        door = sign_in()
        if door is None:
            return RedirectResponse(home, 303)
        async with request.form(max_files=0, max_fields=4, max_part_size=4096) as form:
            name, password = str(form.get("name", ""))[:80], str(form.get("password", ""))[:201]
        try:
            token = await run_in_threadpool(door.enter, name, password)
        except TooManyAttempts as error:
            return page(str(error), name, 429)
        except RecordsUnavailable as error:
            return page(f"Nobody can sign in: {error}", name, 503)
        if token is None:
            return page(WRONG, name, 401)
        return with_token(request, RedirectResponse(home, 303), token)

    def with_token(request: Request, answer: Response, token: str) -> Response:
        answer.set_cookie(
            COOKIE,
            token,
            max_age=VALID_S,
            path=home,
            secure=request.url.scheme == "https",
            httponly=True,
            samesite="strict",
        )
        return answer

    def came_back(request: Request, token: str) -> Response:
        # No redirect: a browser that comes from the service would not send the token along.
        drawn = _TEMPLATE.render(home=home)
        headers = {"Content-Security-Policy": _NO_SCRIPTS, "Cache-Control": "no-store"}
        return with_token(request, HTMLResponse(drawn, headers=headers), token)

    async def leave(_: Request) -> Response:
        left = RedirectResponse(f"{base_path}{SIGN_IN_PATH}", 303)
        left.delete_cookie(COOKIE, path=home)
        return left

    def refused(problem: str, status: int) -> Response:
        return page(problem, status=status)

    others = [] if service is None else oidc_routes(sign_in, service, secret, base_path, (came_back, refused))
    return [
        *others,
        Route(f"{base_path}{SIGN_IN_PATH}", show, methods=["GET"]),
        Route(f"{base_path}{SIGN_IN_PATH}", enter, methods=["POST"]),
        Route(f"{base_path}{SIGN_OUT_PATH}", leave, methods=["POST", "GET"]),
    ]
