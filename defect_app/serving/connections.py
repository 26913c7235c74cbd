"""How connections are held: answers leave at once, none is silent for ever, and there are never more than fit.

Streamlit starts uvicorn with settings of its own choice and takes no others: what they lack is added to uvicorn's
protocol before the first connection is made.
"""

from __future__ import annotations

import asyncio
import resource
import socket
import time
from typing import Any, Final

from uvicorn.protocols.http.h11_impl import H11Protocol

from defect_app.logs import logger

HEAD_S: Final = 15.0
"""Whoever connects has so long for the head of a request; for a further one, up to twice as long."""
MOST_CONNECTIONS: Final = 1000
QUIET_S: Final = 10.0
"""The same trouble of the event loop is logged once in so long."""

_log = logger(__name__)


def most_connections() -> int:
    """Return how many connections are held: half as many as files may be open, since photos and records need some too.

    The system's limit is raised first, as far as it lets us.
    """
    files, most_files = resource.getrlimit(resource.RLIMIT_NOFILE)
    unlimited = resource.RLIM_INFINITY
    wanted = 2 * MOST_CONNECTIONS
    if files != unlimited and files < wanted:
        files = wanted if most_files == unlimited else min(wanted, most_files)
        resource.setrlimit(resource.RLIMIT_NOFILE, (files, most_files))
    return MOST_CONNECTIONS if files == unlimited else max(8, min(wanted, files) // 2)


class Connections:
    """The connections that are at a request, or wait for one; what became a websocket is none of them.

    Parameters
    ----------
    most : int
        How many are held. A further one takes the place of the first that waits, and is turned away where none does.
    head_s : float
        How long a connection may wait, in seconds.
    """

    def __init__(self, most: int, head_s: float = HEAD_S) -> None:
        self._most = most
        self._head_s = head_s
        self._held: dict[Any, Any] = {}  # each with the request that it was at when it was last looked at

    def __len__(self) -> int:
        return len(self._held)

    def hold(self, protocol: Any) -> None:
        """Take a connection in."""
        _send_at_once(protocol.transport)
        if len(self._held) >= self._most and not self._one_gives_way():
            protocol.transport.abort()
            return
        self._held[protocol] = None
        protocol.loop.call_later(self._head_s, self._look_at, protocol)

    def let_go(self, protocol: Any) -> None:
        """Count a connection no more."""
        self._held.pop(protocol, None)

    def _look_at(self, protocol: Any) -> None:
        if protocol not in self._held:
            return
        last_request = self._held.pop(protocol)
        if protocol not in protocol.connections:
            return  # a websocket by now
        if _waits(protocol) and protocol.cycle is last_request:
            protocol.transport.abort()
            return
        self._held[protocol] = protocol.cycle
        protocol.loop.call_later(self._head_s, self._look_at, protocol)

    def _one_gives_way(self) -> bool:
        waiting = next((protocol for protocol in self._held if _waits(protocol)), None)
        if waiting is None:
            return False
        self.let_go(waiting)
        waiting.transport.abort()
        return True


def hold_by(connections: Connections, kind: type[H11Protocol] = H11Protocol) -> None:
    """Have uvicorn's connections, from now on, held by these.

    Parameters
    ----------
    connections : Connections
        Of one server.
    kind : type
        What uvicorn makes for each connection.
    """
    made, lost = kind.connection_made, kind.connection_lost

    def connection_made(protocol: H11Protocol, transport: asyncio.Transport) -> None:
        made(protocol, transport)
        connections.hold(protocol)

    def connection_lost(protocol: H11Protocol, error: Exception | None) -> None:
        connections.let_go(protocol)
        lost(protocol, error)

    kind.connection_made = connection_made  # type: ignore[method-assign, assignment]
    kind.connection_lost = connection_lost  # type: ignore[method-assign, assignment]


def log_quietly(loop: asyncio.AbstractEventLoop) -> None:
    """Have the event loop's troubles logged once in a while: out of files, it meets the same one thousands of times."""
    logged_s: dict[str, float] = {}

    def log(_: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        said, now_s = str(context.get("message", "")), time.monotonic()
        if now_s - logged_s.get(said, -QUIET_S) >= QUIET_S:
            logged_s[said] = now_s
            _log.error("event_loop", trouble=said, error=repr(context.get("exception", "")))

    loop.set_exception_handler(log)


def _waits(protocol: Any) -> bool:
    return protocol.cycle is None or bool(protocol.cycle.response_complete)


def _send_at_once(transport: asyncio.Transport) -> None:
    # A socket that Streamlit binds does not say that it is TCP, so that asyncio leaves Nagle's algorithm on: the body
    # of an answer then waits until the client has acknowledged its head, 40 ms in Linux.
    listening = transport.get_extra_info("socket")
    if listening is not None and listening.family in (socket.AF_INET, socket.AF_INET6):
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
