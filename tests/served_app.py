"""The real app, served on a port of its own for as long as a test needs it."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
STREAMLIT_RUN = (sys.executable, "-m", "streamlit", "run", "defect_app/serving/server.py")


@dataclass(frozen=True)
class App:
    """A running app."""

    url: str
    log: Path
    process: "subprocess.Popen[bytes]"


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def served_app(
    log: Path, command: Sequence[str], port: int, folder: Path, environment: Mapping[str, str]
) -> Iterator[App]:
    """Serve the app by a command until the block ends.

    Parameters
    ----------
    log : Path
        File for its output.
    command : sequence of str
        Serves the app on `port`.
    port : int
        Where it is to answer.
    folder : Path
        Where the command is started.
    environment : mapping
        All its environment variables.
    """
    with log.open("w") as output:
        server = subprocess.Popen(command, cwd=folder, stdout=output, stderr=subprocess.STDOUT, env=environment)
    address = f"http://localhost:{port}/{environment.get('STREAMLIT_SERVER_BASE_URL_PATH', '')}".rstrip("/")
    try:
        deadline = time.monotonic() + 300
        while True:
            try:
                urllib.request.urlopen(f"{address}/_stcore/health", timeout=30)
                break
            except OSError:
                assert server.poll() is None, f"the app ended: {log.read_text()}"
                assert time.monotonic() < deadline, f"the app did not start: {log.read_text()}"
                time.sleep(0.1)
        yield App(f"http://localhost:{port}", log, server)
    finally:
        server.terminate()
        try:
            server.wait(120)
        finally:
            server.kill()  # does nothing to one that has ended, and leaves none behind that has not


@contextmanager
def running_app(log: Path, **environment: str) -> Iterator[App]:
    """Run the checkout's app on a port of its own, with these settings of the environment."""
    port = free_port()
    command = (*STREAMLIT_RUN, "--server.port", str(port))
    with served_app(log, command, port, ROOT, {**os.environ, **environment}) as app:
        yield app
