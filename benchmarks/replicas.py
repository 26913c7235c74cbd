"""The API alone by Ray Serve beside one process, the same load on each: ``python -m benchmarks.replicas``."""

from __future__ import annotations

import argparse
import os
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from itertools import cycle, islice

from benchmarks.app import running_app
from benchmarks.photos import NamedBytes, small_photos
from benchmarks.scale import ProcessTree
from benchmarks.serving import ApiClient
from defect_app.cli.terminal import print_table, say, whole_number
from defect_app.serving.api.ready import NOT_TESTED
from defect_app.settings import variable_of

CLIENTS = 12
READY_WITHIN_S = 180.0
ANSWERS_IN_A_ROW = 8


@dataclass(frozen=True)
class Load:
    """What one server made of the load.

    Attributes
    ----------
    photos_per_s : float
        All clients together.
    cpu_ms : float
        Processor time of all processes of the server a photo, in milliseconds.
    alone_ms : float
        Median time of a request while no other is there, in milliseconds.
    """

    photos_per_s: float
    cpu_ms: float
    alone_ms: float


@contextmanager
def running_api(cores: int, *options: str) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Run the command ``api``; yields its address, and its process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "defect_app", "api", "--port", str(port), *options]
    environment = os.environ | {variable_of("threads"): str(cores)}
    url = f"http://127.0.0.1:{port}"
    with subprocess.Popen(command, stderr=subprocess.PIPE, env=environment) as process:
        try:
            assert process.stderr is not None
            while b"Ctrl-C" not in (said := process.stderr.readline()):
                if not said:
                    raise RuntimeError("the command api did not start")
            threading.Thread(target=process.stderr.read, daemon=True).start()
            yield url, process
        finally:
            process.send_signal(signal.SIGTERM)


def wait_for_self_tests(url: str) -> None:
    """Wait until every process behind an address has tested its models: until then that takes the processor."""
    until, tested = time.monotonic() + READY_WITHIN_S, 0
    while time.monotonic() < until and tested < ANSWERS_IN_A_ROW:
        try:
            with urllib.request.urlopen(f"{url}/api/ready", timeout=30) as answer:
                said = answer.read()
        except urllib.error.HTTPError as refused:
            said = refused.read()
        except OSError:
            said = NOT_TESTED.encode()
        # Which process answers is chance.
        tested = 0 if NOT_TESTED.encode() in said else tested + 1
        time.sleep(0.3)


def load(url: str, process: subprocess.Popen[bytes], model_id: str, photos: Sequence[NamedBytes], count: int) -> Load:
    """Post photos one by one, then by many clients at once."""
    wait_for_self_tests(url)
    first = ApiClient(url, model_id)
    for photo in photos[:40]:
        first.post(photo)
    alone = [_timed_ms(first, photo) for photo in islice(cycle(photos), 60)]
    clients = threading.local()

    def post(photo: NamedBytes) -> None:
        if not hasattr(clients, "own"):
            clients.own = ApiClient(url, model_id)
        clients.own.post(photo)

    tree = ProcessTree(process.pid)
    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(post, islice(cycle(photos), 10 * CLIENTS)))
        before_s, started_s = tree.cpu_s(), time.perf_counter()
        list(pool.map(post, islice(cycle(photos), count)))
        taken_s, cpu_s = time.perf_counter() - started_s, tree.cpu_s() - before_s
    return Load(count / taken_s, 1000 * cpu_s / count, statistics.median(alone))


def _timed_ms(client: ApiClient, photo: NamedBytes) -> float:
    started_s = time.perf_counter()
    client.post(photo)
    return 1000 * (time.perf_counter() - started_s)


def main() -> None:
    """Load the app, the API alone, and Ray Serve with one and two processes; print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--model", default="casting-mobilenetv2", metavar="ID")
    parser.add_argument("--photos", type=whole_number(100), default=1500, metavar="N")
    arguments = parser.parse_args()
    photos = small_photos(60)
    rows = []
    servers: dict[str, Callable[[], AbstractContextManager[tuple[str, subprocess.Popen[bytes]]]]] = {
        "the app, pages and API": lambda: running_app(None),
        "api, 2 threads": lambda: running_api(2),
        "api, 1 thread": lambda: running_api(1),
        "api --engine ray --replicas 1": lambda: running_api(2, "--engine", "ray", "--replicas", "1"),
        "api --engine ray --replicas 2": lambda: running_api(2, "--engine", "ray", "--replicas", "2"),
    }
    for name, server in servers.items():
        say(f"{name} …")
        with server() as (url, process):
            found = load(url, process, arguments.model, photos, arguments.photos)
        rows.append((name, f"{found.photos_per_s:.0f}", f"{found.cpu_ms:.1f}", f"{found.alone_ms:.1f}"))
    headings = ("server", f"photos/s, {CLIENTS} clients", "core-ms a photo", "ms, one client")
    print_table(f"{arguments.photos:,} photos of 300 x 300, {arguments.model}", headings, rows)
    print(f"load average {os.getloadavg()[0]:.1f} at the end")


if __name__ == "__main__":
    main()
