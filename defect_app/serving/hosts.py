"""Which addresses the server answers to, and from which pages: no other site acts in a visitor's name."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from defect_app.serving.api.problems import problem_response

_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_OWN: Final = frozenset({"localhost", "127.0.0.1", "::1"})


def is_loopback(host: str) -> bool:
    """Return whether only this machine can reach the address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class HostGuard:
    """Middleware that refuses requests to names that are not ours, and changes that pages of other origins ask for.

    A name of somebody else that leads to this machine (DNS rebinding) would let that one's pages read ours.

    Parameters
    ----------
    app : ASGIApp
        What answers.
    names : iterable of str
        Host names by which the server is reached, beside those of this machine.
    open_to_network : bool
        Whether addresses in numbers and this machine's own name are taken too.
    """

    def __init__(self, app: ASGIApp, names: Iterable[str] = (), *, open_to_network: bool = False) -> None:
        self._app = app
        own_name = {socket.gethostname().lower()} if open_to_network else set()
        self._names = _OWN | own_name | {name.strip().lower() for name in names if name.strip()}
        self._takes_numbers = open_to_network

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)  # Streamlit looks at the origin of websockets itself
            return
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if not self._is_ours(_name_of(f"//{host}")):
            answer = problem_response(
                421,
                "This server does not answer to that host name.",
                "DEFECT_APP_HOSTS names those that it answers to.",
            )
            await answer(scope, receive, send)
            return
        if scope["method"] not in _SAFE and not self._may_change(headers.get("origin"), host):
            await problem_response(403, "A page of another origin may not do this.")(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _is_ours(self, name: str) -> bool:
        return name in self._names or is_loopback(name) or (self._takes_numbers and _is_address(name))

    def _may_change(self, origin: str | None, host: str) -> bool:
        """Return whether a page of an origin, None for a program, may ask the server for changes."""
        if origin is None or urlsplit(origin).netloc.lower() == host.lower():
            return True
        # A proxy may rewrite the host, without its port say: then the name must be one that a setting names.
        return _name_of(origin) in self._names - _OWN


def _name_of(address: str) -> str:
    try:
        return (urlsplit(address).hostname or "").lower()
    except ValueError:
        return ""


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
