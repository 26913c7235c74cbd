"""``api``: serve the API without the pages, by this process or by several of Ray Serve's."""

from __future__ import annotations

import argparse
import threading
from functools import partial
from typing import TYPE_CHECKING

from defect_app.cli import spreading
from defect_app.cli.app import EVERY_ADDRESS, reach_in_words
from defect_app.cli.terminal import add_models_folder, say, whole_number
from defect_app.errors import DefectLensError

if TYPE_CHECKING:
    from fastapi import FastAPI


def add_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its options."""
    parser = commands.add_parser("api", help="serve the API without the pages, by one process or several")
    parser.add_argument("--host", metavar="ADDRESS", default="127.0.0.1", help="to listen on (default: this machine)")
    parser.add_argument("--port", type=whole_number(1), metavar="N", default=8502, help="default: 8502")
    spreading.add_engine(parser, "serve by this process, or by processes of Ray Serve, a core each")
    parser.add_argument("--replicas", type=whole_number(1), metavar="N", help="processes at least (default: 1)")
    parser.add_argument(
        "--most-replicas", type=whole_number(1), metavar="N", help="while there is work for them (default: --replicas)"
    )
    parser.add_argument(
        "--queue", type=whole_number(1), metavar="N", help="requests that wait; others get 503 (default: 64)"
    )
    add_models_folder(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Serve until Ctrl-C."""
    from defect_app.serving.alone import api_alone
    from defect_app.serving.hosts import is_loopback

    on_ray = spreading.on_ray(arguments)
    if not on_ray and (arguments.replicas or arguments.most_replicas or arguments.queue):
        raise DefectLensError("--replicas, --most-replicas and --queue are Ray Serve's.", "Add --engine ray.")
    open_to_network = not is_loopback(arguments.host)
    if open_to_network:
        say(reach_in_words(arguments.host))
    folder = None if arguments.models_folder is None else arguments.models_folder.absolute()
    build = partial(api_alone, folder, open_to_network=open_to_network)
    where = f"{'localhost' if arguments.host in EVERY_ADDRESS else arguments.host}:{arguments.port}"
    if on_ray:
        _serve_on_ray(build, arguments, where)
    else:
        _serve_here(build(), arguments.host, arguments.port, where)
    return 0


def _serve_here(app: FastAPI, host: str, port: int, where: str) -> None:
    import uvicorn

    from defect_app.serving.connections import Connections, hold_by, most_connections

    hold_by(Connections(most_connections()))
    say(f"The API of Defect Lens on http://{where}/api (Ctrl-C ends it)")
    # The protocol that connections are held by, whatever else is installed.
    uvicorn.run(app, host=host, port=port, http="h11", loop="asyncio", ws="none", log_config=None, server_header=False)


def _serve_on_ray(build: partial[FastAPI], arguments: argparse.Namespace, where: str) -> None:
    from defect_app.distributed.replicas import Serving, served_on_ray

    least = arguments.replicas or 1
    most = arguments.most_replicas or least
    if most < least:
        raise DefectLensError(f"--most-replicas {most} is less than --replicas {least}.", "Give no less.")
    front = "defect_app.serving.front:middlewares"
    serving = Serving(arguments.host, arguments.port, least, most, arguments.queue or 64, front)
    try:
        with served_on_ray(build, serving, arguments.address):
            several = f"{least}" if least == most else f"{least} to {most}"
            count = f"{several} process{'es' * (most > 1)}"
            say(f"The API of Defect Lens on http://{where}/api by {count} of Ray's (Ctrl-C ends it)")
            threading.Event().wait()
    except KeyboardInterrupt:
        say("Stopped.")
