"""Connections held by the server: silent ones are let go, none beyond those that fit, and answers leave at once."""

import asyncio
import resource
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from uvicorn.protocols.http.h11_impl import H11Protocol

from defect_app.serving import connections as held
from defect_app.serving.connections import Connections, hold_by, log_quietly, most_connections


@dataclass
class Cycle:
    """A request that a connection is at."""

    response_complete: bool = False


@dataclass
class Transport:
    """A connection's wire."""

    aborted: bool = False
    socket: Any = None

    def abort(self) -> None:
        self.aborted = True

    def get_extra_info(self, name: str) -> Any:
        return self.socket


@dataclass
class Clock:
    """A loop whose time a test moves on."""

    calls: list[tuple[Callable[[Any], None], Any]] = field(default_factory=list)

    def call_later(self, _: float, call: Callable[[Any], None], *given: Any) -> None:
        self.calls.append((call, given[0]))

    def pass_time(self) -> None:
        due, self.calls = self.calls, []
        for call, given in due:
            call(given)


@dataclass(eq=False)
class Protocol:
    """One connection, as uvicorn has it."""

    loop: Clock
    connections: set[Any]
    cycle: Cycle | None = None
    transport: Transport = field(default_factory=Transport)


@pytest.fixture
def clock() -> Clock:
    return Clock()


def opened(clock: Clock, connections: Connections, cycle: Cycle | None = None) -> Protocol:
    made = Protocol(clock, set(), cycle)
    made.connections.add(made)
    connections.hold(made)
    return made


def test_a_connection_that_never_asks_is_ended_after_its_time(clock: Clock) -> None:
    connections = Connections(5)
    silent = opened(clock, connections)
    assert len(connections) == 1
    clock.pass_time()
    assert silent.transport.aborted
    assert len(connections) == 0


def test_one_at_a_request_stays_and_may_wait_once_more_for_the_next(clock: Clock) -> None:
    connections = Connections(5)
    busy = opened(clock, connections)
    busy.cycle = Cycle()
    clock.pass_time()
    clock.pass_time()
    assert not busy.transport.aborted
    busy.cycle.response_complete = True
    clock.pass_time()
    assert busy.transport.aborted


def test_what_became_a_websocket_or_ended_is_counted_no_more(clock: Clock) -> None:
    connections = Connections(5)
    websocket, ended = opened(clock, connections), opened(clock, connections)
    websocket.connections.clear()
    connections.let_go(ended)
    clock.pass_time()
    assert len(connections) == 0
    assert not websocket.transport.aborted
    assert not ended.transport.aborted


def test_a_further_one_takes_the_place_of_the_first_that_waits(clock: Clock) -> None:
    connections = Connections(2)
    at_work, waiting, third = (opened(clock, connections, cycle) for cycle in (Cycle(), Cycle(True), None))
    assert waiting.transport.aborted
    assert not at_work.transport.aborted
    assert not third.transport.aborted
    assert len(connections) == 2


def test_where_all_are_at_work_a_further_one_is_turned_away(clock: Clock) -> None:
    connections = Connections(1)
    at_work, second = opened(clock, connections, Cycle()), opened(clock, connections)
    assert second.transport.aborted
    assert not at_work.transport.aborted
    assert len(connections) == 1


def test_answers_leave_without_waiting_for_the_clients_acknowledgement(clock: Clock) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as tcp, socket.socket(socket.AF_UNIX) as local:
        for each in (tcp, local):
            Connections(5).hold(Protocol(clock, set(), None, Transport(socket=each)))
        assert tcp.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0


def test_uvicorns_connections_are_held_from_made_to_lost() -> None:
    events: list[str] = []

    class Kind(H11Protocol):
        def __init__(self) -> None:
            self.transport = Transport()  # type: ignore[assignment]
            self.loop = Clock()  # type: ignore[assignment]

        def connection_made(self, transport: Any) -> None:
            events.append("made")

        def connection_lost(self, exc: Exception | None) -> None:
            events.append("lost")

    connections = Connections(5)
    hold_by(connections, Kind)
    one = Kind()
    one.connection_made(Transport())
    assert (len(connections), events) == (1, ["made"])
    one.connection_lost(None)
    assert (len(connections), events) == (0, ["made", "lost"])


@pytest.mark.parametrize(
    ("files", "most_files", "raised_to", "connections"),
    [
        (1024, 4096, 2000, 1000),
        (1024, 1500, 1500, 750),
        (1024, resource.RLIM_INFINITY, 2000, 1000),
        (resource.RLIM_INFINITY, resource.RLIM_INFINITY, None, 1000),
        (65536, 65536, None, 1000),
        (10, 10, 10, 8),
    ],
    ids=["raised", "raised as far as allowed", "no upper limit", "no limit", "enough already", "hardly any"],
)
def test_half_as_many_connections_as_files_are_held(
    files: int, most_files: int, raised_to: int | None, connections: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[int, int]] = []
    monkeypatch.setattr(resource, "getrlimit", lambda _: (files, most_files))
    monkeypatch.setattr(resource, "setrlimit", lambda _, limits: asked.append(limits))
    assert most_connections() == connections
    assert asked == ([] if raised_to is None else [(raised_to, most_files)])


def test_the_same_trouble_of_the_loop_is_logged_once_in_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    logged: list[str] = []
    now = [100.0]
    monkeypatch.setattr(held._log, "error", lambda _, trouble, error: logged.append(trouble))
    monkeypatch.setattr(held.time, "monotonic", lambda: now[0])  # type: ignore[attr-defined]
    loop = asyncio.new_event_loop()
    try:
        log_quietly(loop)
        for said in ("no more files", "no more files", "another", "no more files"):
            loop.call_exception_handler({"message": said})
        now[0] += held.QUIET_S
        loop.call_exception_handler({"message": "no more files"})
    finally:
        loop.close()
    assert logged == ["no more files", "another", "no more files"]
