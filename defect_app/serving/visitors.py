"""Who asks, at the server's door: nobody reaches a page, its websocket or the API without having signed in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from defect_app.errors import RecordsUnavailable
from defect_app.people.sign_in import COOKIE, Identity, SignIn
from defect_app.serving.api.context import IDENTITY
from defect_app.serving.api.problems import problem_response

SIGN_IN_PATH: Final = "/sign-in"
SIGN_OUT_PATH: Final = "/sign-out"
OIDC_PATH: Final = "/sign-in/service"
OIDC_BACK_PATH: Final = "/sign-in/service/back"
_OPEN: Final = (SIGN_IN_PATH, SIGN_OUT_PATH, OIDC_PATH, OIDC_BACK_PATH, "/_stcore/health", "/api/health", "/api/ready")
_BEARER: Final = "bearer "


class VisitorGuard:
    """Middleware that lets in whoever has signed in, or brings a key; the rest it sends to the sign-in page.

    Parameters
    ----------
    app : ASGIApp
        What answers.
    sign_in : callable
        Returns who knows names and keys; None where sign-in is off and everybody may do everything.
    base_path : str
        What stands before every address, such as ``/lens``; empty for nothing.
    """

    def __init__(self, app: ASGIApp, sign_in: Callable[[], SignIn | None], base_path: str = "") -> None:
        self._app = app
        self._sign_in = sign_in
        self._base_path = base_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let one request or websocket in, or turn it away."""
        sign_in = self._sign_in()
        if sign_in is None or scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        path = scope["path"].removeprefix(self._base_path)
        identity: Identity | None = None
        unavailable: RecordsUnavailable | None = None
        try:
            identity = await run_in_threadpool(identity_of, HTTPConnection(scope), sign_in)
        except RecordsUnavailable as error:
            unavailable = error
        if identity is None and path not in _OPEN:
            answer = self._turned_away(path, scope, unavailable)
            await answer(scope, receive, send)
            return
        scope.setdefault("state", {})[IDENTITY] = identity
        await self._app(scope, receive, send)

    def _turned_away(self, path: str, scope: Scope, unavailable: RecordsUnavailable | None) -> ASGIApp:
        if scope["type"] == "websocket":
            return _closed
        if unavailable is not None:
            return problem_response(503, str(unavailable), unavailable.remedy)
        accepts_pages = "text/html" in Headers(scope=scope).get("accept", "")
        if path.startswith("/api") or not accepts_pages:
            answer = problem_response(
                401, "Nobody is signed in.", "Send a key as Authorization: Bearer KEY, or sign in with a browser."
            )
            answer.headers["WWW-Authenticate"] = "Bearer"
            return answer
        return RedirectResponse(f"{self._base_path}{SIGN_IN_PATH}", 303)


def identity_of(connection: HTTPConnection, sign_in: SignIn) -> Identity | None:
    """Return who asks: the owner of the key that comes along, else of the browser's token.

    Raises
    ------
    RecordsUnavailable
        If the database cannot be asked, and whoever it is was not known before.
    """
    authorization = connection.headers.get("authorization", "")
    if authorization.lower().startswith(_BEARER):
        return sign_in.of_key(authorization[len(_BEARER) :].strip())
    token = connection.cookies.get(COOKIE)
    return sign_in.of_token(token) if token else None


async def _closed(_: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.close", "code": 1008, "reason": "not signed in"})
