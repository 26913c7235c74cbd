"""How a Ray is started: without its dashboard, with patience, closed. Of Ray 2.60, to which the extra is pinned."""

from __future__ import annotations

import inspect
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from types import SimpleNamespace
from typing import Any, Final

PATIENCE: Final = 10
NOT_IN_USE: Final = -1


@contextmanager
def quiet_and_patient_start() -> Iterator[None]:
    """Start a Ray in the block, without its dashboard's process, and with ten times the patience.

    That process is started even where neither dashboard nor reports are wanted: it asks around which cloud it is in,
    and reports that reporting is off. Ray goes on where it cannot be started; so it is told.

    Where the cores are busy, a Ray often does not start: it gives its own processes thirty seconds, and those that
    watch it fifteen, until they have written down on which ports they listen. Metrics nobody asks for, so that their
    ports are said to be not in use; the one that is needed is chosen here.
    """
    node: Any = import_module("ray._private.node")
    services: Any = import_module("ray._private.services")
    raylet: Any = import_module("ray._raylet")
    before = services.start_api_server, services.start_raylet, node.time
    parameters = inspect.signature(services.start_raylet)

    def start_raylet(*arguments: Any, **options: Any) -> Any:
        given = parameters.bind(*arguments, **options).arguments
        place = given["session_dir"], given["node_id"]
        port = given.get("runtime_env_agent_port") or _free_port(given["node_ip_address"])
        raylet.persist_port(*place, raylet.RUNTIME_ENV_AGENT_PORT_NAME, port)
        for name in ("METRICS_AGENT", "METRICS_EXPORT", "DASHBOARD_AGENT_LISTEN"):
            raylet.persist_port(*place, getattr(raylet, f"{name}_PORT_NAME"), NOT_IN_USE)
        return before[1](*arguments, **options | {"runtime_env_agent_port": port})

    services.start_api_server = lambda *_, **__: (None, None)
    services.start_raylet = start_raylet
    node.time = SimpleNamespace(monotonic=lambda: time.monotonic() / PATIENCE, sleep=time.sleep, time=time.time)
    try:
        yield
    finally:
        services.start_api_server, services.start_raylet, node.time = before


def listen_at_own_address() -> None:
    """Let this process of Ray Serve's listen where its Ray does, which may be this machine alone; once, at its start.

    It would take requests of other deployments at every address of the machine.
    """
    replica: Any = import_module("ray.serve._private.replica")
    services: Any = import_module("ray.util")
    add = replica.add_port_to_grpc_server

    def at_own_address(server: Any, address: str) -> Any:
        host = services.get_node_ip_address()
        return add(server, f"{f'[{host}]' if ':' in host else host}:{address.rpartition(':')[2]}")

    replica.add_port_to_grpc_server = at_own_address


def _free_port(address: str) -> int:
    with socket.socket() as probe:
        probe.bind((address, 0))
        return int(probe.getsockname()[1])
