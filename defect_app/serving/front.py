"""What stands before the processes of an API that Ray Serve spreads: its own answers become ours."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from defect_app.hosting.process import begin_process
from defect_app.serving.api.problems import MEDIA_TYPE, problem_response
from defect_app.serving.connections import Connections, hold_by, most_connections

OWN_PAGES: Final = "/-/"
"""Below this, Serve tells of its routes and its health; nobody needs to ask."""
SAID: Final = {
    HTTPStatus.SERVICE_UNAVAILABLE: ("So much waits already that no request more fits.", "Send it again later."),
    HTTPStatus.NOT_FOUND: ("There is nothing at this address.", ""),
    HTTPStatus.REQUEST_TIMEOUT: ("The request did not arrive, or was not answered, in time.", "Send it again."),
}


def middlewares() -> list[Middleware]:
    """Return what Serve's process that listens puts before its routes; named to it by an import path."""
    begin_process("warning")
    hold_by(Connections(most_connections()))
    return [Middleware(ProblemsOfTheFront)]


class ProblemsOfTheFront:
    """Middleware that turns errors which are not the API's own, such as a full queue, into problem documents.

    Parameters
    ----------
    app : ASGIApp
        What answers.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if scope["path"].startswith(OWN_PAGES):
            await problem_response(404, SAID[HTTPStatus.NOT_FOUND][0])(scope, receive, send)
            return
        replaced = False

        async def sent(message: Message) -> None:
            nonlocal replaced
            if message["type"] == "http.response.start" and message["status"] >= HTTPStatus.BAD_REQUEST:
                form = Headers(raw=message.get("headers", [])).get("content-type", "")
                replaced = not form.startswith(MEDIA_TYPE)
                if replaced:
                    said = SAID.get(message["status"], ("Something went wrong here. Ray's logs say more.", ""))
                    await problem_response(_status(message["status"]), *said)(scope, receive, send)
            if not replaced:
                await send(message)

        await self._app(scope, receive, sent)


def _status(given: int) -> int:
    """Return a status that has a name; Serve says 499 of clients that went away."""
    try:
        return HTTPStatus(given).value
    except ValueError:
        return HTTPStatus.INTERNAL_SERVER_ERROR.value
