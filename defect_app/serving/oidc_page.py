"""Leaving for the site's sign-in service, and coming back: a code for a token that only this server's pages use."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from itsdangerous import BadData, URLSafeTimedSerializer
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from defect_app.errors import RecordsUnavailable
from defect_app.people.oidc import NotSignedIn, OidcService, SignInAttempt
from defect_app.people.sign_in import SignIn
from defect_app.serving.visitors import OIDC_BACK_PATH, OIDC_PATH

ATTEMPT_COOKIE: Final = "defect_lens_attempt"
ATTEMPT_S: Final = 600
"""So long may signing in at the service take."""

Refused = Callable[[str, int], Response]
Entered = Callable[[Request, str], Response]


def oidc_routes(
    sign_in: Callable[[], SignIn | None],
    service: OidcService,
    secret: bytes,
    base_path: str,
    answers: tuple[Entered, Refused],
) -> list[Route]:
    """Return the routes to the service and back.

    Parameters
    ----------
    sign_in : callable
        Returns who gives tokens; None where sign-in is off.
    service : OidcService
        The service.
    secret : bytes
        Signs what is remembered meanwhile.
    base_path : str
        What stands before every address.
    answers : (callable, callable)
        Make the answer for somebody who has a token, and for somebody who gets none, with the reason and a status.
    """
    attempts = URLSafeTimedSerializer(secret, salt="defect-lens attempt")
    entered, refused = answers

    def back(request: Request) -> str:
        return f"{request.url.scheme}://{request.url.netloc}{base_path}{OIDC_BACK_PATH}"

    async def leave(request: Request) -> Response:
        attempt = SignInAttempt()
        try:
            address = await run_in_threadpool(service.address, attempt, back(request))
        except NotSignedIn as error:
            return refused(f"{error} {error.remedy}".strip(), 503)
        away = RedirectResponse(address, 303)
        away.set_cookie(
            ATTEMPT_COOKIE,
            str(attempts.dumps([attempt.state, attempt.nonce, attempt.verifier])),
            max_age=ATTEMPT_S,
            path=f"{base_path}{OIDC_PATH}",
            secure=request.url.scheme == "https",
            httponly=True,
            samesite="lax",  # the way back begins at the service
        )
        return away

    async def come_back(request: Request) -> Response:
        door = sign_in()
        if door is None:
            return RedirectResponse(f"{base_path}/", 303)
        try:
            attempt = SignInAttempt(*attempts.loads(request.cookies.get(ATTEMPT_COOKIE, ""), max_age=ATTEMPT_S))
        except (BadData, TypeError, ValueError):
            return refused("Signing in took too long, or began in another browser. Try again.", 400)
        code = request.query_params.get("code", "")
        if request.query_params.get("state") != attempt.state or not code:
            return refused("The sign-in service did not sign you in. Try again.", 400)
        try:
            identity = await run_in_threadpool(service.identity, code, attempt, back(request))
            token = await run_in_threadpool(door.enter_as, identity)
        except NotSignedIn as error:
            return refused(f"{error} {error.remedy}".strip(), 403)
        except RecordsUnavailable as error:
            return refused(f"Nobody can sign in: {error}", 503)
        if token is None:
            return refused(f"The name {identity.name} belongs to somebody with a password here.", 403)
        answer = entered(request, token)
        answer.delete_cookie(ATTEMPT_COOKIE, path=f"{base_path}{OIDC_PATH}")
        return answer

    return [Route(f"{base_path}{OIDC_PATH}", leave), Route(f"{base_path}{OIDC_BACK_PATH}", come_back)]
