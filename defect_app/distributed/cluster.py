"""A Ray to work on: one that runs already, or one of this machine alone, which ends with the work."""

from __future__ import annotations

import io
import logging
import os
import secrets
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from typing import Any, Final

from defect_app.distributed.starting import quiet_and_patient_start
from defect_app.errors import DefectLensError
from defect_app.extras import needs_extra
from defect_app.logs import logger
from defect_app.machine import judging_threads

REACHED_WITHIN_S: Final = 10.0
OBJECTS_BYTES: Final = 200_000_000
"""Memory for what goes between processes, of a Ray that is started here: paths and answers, no photos."""
SET_FOR_RAY: Final = {
    # Half a minute is not enough for its processes to start where the cores are busy.
    "RAY_agent_register_timeout_ms": "120000",
    # As fast as the local engine, beside whatever else runs.
    "RAY_worker_niceness": "0",
    "RAY_enable_metrics_collection": "false",
    "RAY_DEDUP_LOGS": "0",
    # What its processes would write on our standard error is for those who make Ray.
    "RAY_BACKEND_LOG_LEVEL": "fatal",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
}

_log = logger(__name__)


class NoCluster(DefectLensError):
    """There is no Ray to work on."""


@contextmanager
def ray_cluster(address: str | None, variables: Mapping[str, str] | None = None) -> Iterator[int]:
    """Work on a Ray while the block runs; yields how many cores it has.

    Parameters
    ----------
    address : str, optional
        HOST:PORT of a Ray that runs, or ``auto`` for that of this machine. Without it one is started for this work: on
        this machine alone, with the cores that this process may judge with, closed to everybody else.
    variables : mapping, optional
        Of the environment of processes that are started for this work, on whichever machine.

    Raises
    ------
    PackageMissing
        If Ray is not installed.
    NoCluster
        If none answers, or none can be started.
    """
    for variable, value in SET_FOR_RAY.items():
        os.environ.setdefault(variable, value)
    options: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.ERROR}
    if variables and address is not None:
        options["runtime_env"] = {"env_vars": dict(variables)}
    if address is None:
        # Whoever reaches a Ray runs programs as its user.
        os.environ.update(RAY_AUTH_MODE="token", RAY_AUTH_TOKEN=secrets.token_hex(32))
        # Ray's word for a machine that is not joined by others: it then listens on its own loopback address.
        os.environ["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] = "0"
        options |= {
            "address": "local",
            "num_cpus": judging_threads(),
            "include_dashboard": False,
            "object_store_memory": OBJECTS_BYTES,
            "_node_ip_address": "127.0.0.1",
        }
    else:
        options["address"] = address
        if address != "auto":
            options["_node_ip_address"] = _own_address(address)
    with needs_extra("scale"):
        import ray
        import ray.data
    logging.getLogger("ray.data").setLevel(logging.ERROR)
    with redirect_stdout(_RaySays()):
        yield from _connected(ray, address, options)


def check_reachable(address: str | None) -> None:
    """Find out whether anything answers where a Ray is to be, if one is named.

    Raises
    ------
    NoCluster
        If nothing does.
    """
    if address is not None and address != "auto":
        _own_address(address)


def _connected(ray: Any, address: str | None, options: dict[str, Any]) -> Iterator[int]:
    try:
        with quiet_and_patient_start():
            ray.init(**options)
    except (RuntimeError, ConnectionError, OSError, ValueError) as error:
        raise NoCluster(
            f"Ray cannot be {'started' if address is None else f'reached at {address}'}: {_first_line(error)}.",
            "Look at its logs, below /tmp/ray/session_latest/logs.",
        ) from error
    try:
        nodes: list[dict[str, Any]] = ray.nodes()
        yield max(1, int(sum(node["Resources"].get("CPU", 0) for node in nodes if node["Alive"])))
    finally:
        ray.shutdown()


class _RaySays(io.TextIOBase):
    """Takes what Ray prints of its own accord: standard output is for records."""

    def write(self, said: str) -> int:
        """Log it."""
        if said.strip():
            _log.info("ray_says", said=said.strip())
        return len(said)


def _own_address(address: str) -> str:
    """Return by which of its addresses this machine is seen from the one that Ray runs on.

    Ray itself would wait for minutes where nobody answers, and take another machine's word for who it is.
    """
    host, _, port = address.rpartition(":")
    try:
        with socket.create_connection((host.strip("[]"), int(port)), timeout=REACHED_WITHIN_S) as connection:
            return str(connection.getsockname()[0])
    except (OSError, ValueError, OverflowError) as error:
        raise NoCluster(
            f"No Ray answers at {address}: {_first_line(error)}.",
            "Give HOST:PORT of one that runs; `ray start --head --port=6379` starts one on its first machine.",
        ) from error


def _first_line(error: Exception) -> str:
    said = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return str(said).splitlines()[0].rstrip(".")
