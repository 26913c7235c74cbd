"""A private PostgreSQL server for the tests, from Debian's binaries, gone when they end."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest

USER, PASSWORD = "inspector", "s3cret-p%40ss"
"""The password as it stands in a URL; it holds an @, which a careless reader would split at."""
PLAIN_PASSWORD = "s3cret-p@ss"


def binaries() -> Path:
    """Return the folder of the server's programs; where there is none, skip, or fail on a machine for CI."""
    found = shutil.which("initdb")
    folders = [Path(found).parent] if found else sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for folder in folders:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    said = "PostgreSQL is missing: on Debian, apt-get install postgresql"
    if os.environ.get("CI"):
        pytest.fail(said)
    pytest.skip(said)


@contextmanager
def postgresql_server() -> Iterator[str]:
    """Run a server on a free port, and give the URL of it, ending before the database's name."""
    programs = binaries()
    folder = Path(tempfile.mkdtemp(prefix="defect-lens-postgresql-"))
    # The server refuses to run as root.
    as_user: dict[str, Any] = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
    if as_user:
        shutil.chown(folder, "postgres", "postgres")
    word, data, log = folder / "password", folder / "data", folder / "log"
    word.write_text(PLAIN_PASSWORD)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    word.chmod(0o644)
    start = ["-D", str(data), "-U", USER, "--pwfile", str(word), "-A", "scram-sha-256", "-E", "UTF8", "--no-sync"]
    subprocess.run([programs / "initdb", *start], check=True, capture_output=True, cwd=folder, **as_user)
    options = ["-D", data, "-p", port, "-k", folder, "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"]
    with log.open("w") as output:
        server = subprocess.Popen(
            [programs / "postgres", *map(str, options)], stdout=output, stderr=output, cwd=folder, **as_user
        )
    url = f"postgresql+psycopg://{USER}:{PASSWORD}@127.0.0.1:{port}"
    try:
        _wait_for(server, port, log)
        yield url
    finally:
        # The fast way to end: it does not wait for connections that were left open.
        server.send_signal(signal.SIGINT)
        try:
            server.wait(60)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait(60)
        shutil.rmtree(folder, ignore_errors=True)


def run_statement(url: str, statement: str) -> None:
    """Run one statement on the server's own database."""
    with psycopg.connect(url.replace("postgresql+psycopg", "postgresql") + "/postgres", autocommit=True) as connection:
        connection.execute(statement)


@contextmanager
def standing_still(url: str) -> Iterator[None]:
    """Let a server stand still while the block runs: its machine takes connections and words, and nobody answers."""
    with psycopg.connect(url.replace("postgresql+psycopg", "postgresql") + "/postgres") as connection:
        server = _parent(connection.info.backend_pid)
    stopped: list[int] = []
    try:
        # The server first, so that it starts no more; a process of its own may end before its turn comes.
        for process in [server, *(int(p.name) for p in Path("/proc").glob("[0-9]*") if _parent(int(p.name)) == server)]:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGSTOP)
                stopped.append(process)
        yield
    finally:
        for process in stopped:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGCONT)


def _parent(process: int) -> int:
    try:
        return int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:  # it has just ended
        return 0


def _wait_for(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + 300
    while True:
        try:
            psycopg.connect(host="127.0.0.1", port=port, user=USER, password=PLAIN_PASSWORD, dbname="postgres").close()
            return
        except psycopg.OperationalError:
            assert server.poll() is None, f"PostgreSQL ended: {log.read_text()}"
            assert time.monotonic() < deadline, f"PostgreSQL did not start: {log.read_text()}"
            time.sleep(0.05)
