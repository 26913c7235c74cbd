"""An application in several processes by Ray Serve: as many as are asked for, or as there is work for."""

from __future__ import annotations

import logging
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from defect_app.distributed.cluster import ray_cluster
from defect_app.distributed.starting import listen_at_own_address
from defect_app.errors import DefectLensError
from defect_app.extras import needs_extra
from defect_app.hosting.process import begin_process
from defect_app.settings import judge_with

REQUESTS_AT_ONCE: Final = 16
"""A process takes so many requests at once; its own queue bounds their photos."""
BUSY_AT: Final = 4
"""With more requests in hand a process, on average, another one is started, up to the most."""
FRONT_VARIABLE: Final = "RAY_SERVE_HTTP_PROXY_CALLBACK_IMPORT_PATH"
PROGRAM: Final = "defect-lens"


class CannotServe(DefectLensError):
    """Ray Serve cannot serve the application."""


@dataclass(frozen=True)
class Serving:
    """How an application is served.

    Attributes
    ----------
    host, port : str, int
        Where it listens.
    least, most : int
        Processes: so many always, up to so many while there is work for them.
    queue : int
        Requests that wait until a process takes them; one more is refused.
    front : str
        The import path of what gives the middlewares of the process that listens, ``module:function``.
    """

    host: str
    port: int
    least: int
    most: int
    queue: int
    front: str


@contextmanager
def served_on_ray(build: Callable[[], Any], serving: Serving, address: str | None) -> Iterator[None]:
    """Serve an application while the block runs; SIGTERM ends it as Ctrl-C does.

    Parameters
    ----------
    build : callable
        Makes the ASGI application in each process that serves it; of a core each.
    serving : Serving
        Where and how.
    address : str or None
        See `ray_cluster`. A Serve that runs there already keeps its own address and port.

    Raises
    ------
    PackageMissing, NoCluster
        See `ray_cluster`.
    CannotServe
        If Serve does not start it: the port is taken, or the application cannot be made.
    """
    os.environ[FRONT_VARIABLE] = serving.front
    os.environ.setdefault("RAY_SERVE_LOG_TO_STDERR", "0")
    with needs_extra("scale"), ray_cluster(address, {FRONT_VARIABLE: serving.front}):
        from ray import serve as untyped

        serve: Any = untyped
        logging.getLogger("ray.serve").setLevel(logging.ERROR)
        # Ray's own would end the process where it stands, and leave the application running.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            _start(serve, build, serving)
            yield
        finally:
            serve.shutdown()


def _start(serve: Any, build: Callable[[], Any], serving: Serving) -> None:
    from ray.serve.schema import LoggingConfig

    quiet = LoggingConfig(log_level="WARNING", enable_access_log=False)

    # A function, as Serve takes it; it goes to the processes by its value.
    def built() -> Any:
        listen_at_own_address()
        judge_with(threads=1)
        begin_process("warning")
        return build()

    deployed = serve.deployment(
        serve.ingress(built)(),
        name=PROGRAM,
        ray_actor_options={"num_cpus": 1},
        max_ongoing_requests=REQUESTS_AT_ONCE,
        max_queued_requests=serving.queue,
        autoscaling_config={
            "min_replicas": serving.least,
            "initial_replicas": serving.least,
            "max_replicas": serving.most,
            "target_ongoing_requests": BUSY_AT,
            "upscale_delay_s": 5,
            "downscale_delay_s": 120,
        },
        logging_config=quiet,
    )
    try:
        serve.start(
            proxy_location="HeadOnly", http_options={"host": serving.host, "port": serving.port}, logging_config=quiet
        )
        serve.run(deployed.bind(), name=PROGRAM, route_prefix="/")
    except (RuntimeError, ValueError, TimeoutError) as error:
        said = (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")
        raise CannotServe(
            f"Ray Serve cannot serve on {serving.host}:{serving.port}: {said}.",
            "Look at its logs, below /tmp/ray/session_latest/logs/serve, or choose another --port.",
        ) from error
