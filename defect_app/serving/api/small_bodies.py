"""Bodies that are read whole: small ones, that arrive without long silence; all others are refused as they come in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from defect_app.serving.api.problems import RefusedRequest, of_error
from defect_app.serving.api.request_body import RequestBody

MOST_BYTES: Final = 100_000
_WITH_BODY: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})


class SmallBodies:
    """Middleware that hands a request on once its body is there, where that is small.

    Parameters
    ----------
    app : ASGIApp
        What answers.
    applies : callable
        Whether the body of a request to a path is meant to be small.
    """

    def __init__(self, app: ASGIApp, applies: Callable[[str], bool]) -> None:
        self._app = app
        self._applies = applies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on, or refuse it."""
        if scope["type"] != "http" or scope["method"] not in _WITH_BODY or not self._applies(scope["path"]):
            await self._app(scope, receive, send)
            return
        body = b""
        try:
            async for chunk in RequestBody(Request(scope, receive)).chunks():
                body += chunk
                if len(body) > MOST_BYTES:
                    raise RefusedRequest(413, f"More than {MOST_BYTES // 1000} kB are not taken here.")
        except RefusedRequest as error:
            answer = of_error(error)
            answer.headers["Connection"] = "close"
            await answer(scope, receive, send)
            return
        except ClientDisconnect:
            return
        messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

        async def replayed() -> Message:
            return messages.pop() if messages else await receive()

        await self._app(scope, replayed, send)
