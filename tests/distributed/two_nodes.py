"""Two Ray nodes on one machine: a network namespace each, joined by a cable of the kernel's."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from defect_app.distributed.cluster import SET_FOR_RAY
from defect_app.offline import OPT_OUTS
from tests.waiting import wait_until

ROOT = Path(__file__).resolve().parents[2]
START = (sys.executable, "-m", "tests.distributed.start_node", "start")
PORT = 6379


@dataclass(frozen=True)
class Node:
    """One of the machines: its namespace, and its address in the network of both."""

    namespace: str
    address: str

    def command(self, *command: object) -> list[str]:
        """Return a command as one that runs on this machine."""
        return ["ip", "netns", "exec", self.namespace, *map(str, command)]

    def processes(self, title: str = "") -> list[int]:
        """Return the processes of this machine whose command line begins with `title`."""
        listed = subprocess.run(["ip", "netns", "pids", self.namespace], capture_output=True, text=True, check=False)
        return [int(pid) for pid in listed.stdout.split() if command_line(int(pid)).startswith(title)]

    def pull_the_plug(self) -> None:
        """End all processes of this machine at once."""
        for pid in self.processes():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        wait_until(lambda: not self.processes(), f"no process in {self.namespace}")


@contextmanager
def two_nodes(folder: Path) -> Iterator[tuple[Node, Node]]:
    """Run a Ray of two machines with a core each; where that is not permitted, skip, or fail on a machine for CI."""
    number = uuid.uuid4().int
    name, network = f"dl{number % 100_000}", f"10.{200 + number % 50}.{number % 250}"
    nodes = Node(f"{name}a", f"{network}.1"), Node(f"{name}b", f"{network}.2")
    try:
        try:
            _lay_cable(nodes)
        except (OSError, subprocess.CalledProcessError) as error:
            said = f"no network namespaces here: {getattr(error, 'stderr', '') or error}"
            if os.environ.get("CI"):
                pytest.fail(f"{said}; as root, with Debian's iproute2, they are there")
            pytest.skip(said)
        first, second = nodes
        _start(first, folder, "--head", f"--port={PORT}", "--include-dashboard=false")
        _start(second, folder, f"--address={first.address}:{PORT}")
        yield nodes
    finally:
        for node in nodes:
            node.pull_the_plug()
            subprocess.run(["ip", "netns", "del", node.namespace], capture_output=True, check=False)


def _lay_cable(nodes: tuple[Node, Node]) -> None:
    ends = [f"{node.namespace}v" for node in nodes]
    commands = [f"netns add {node.namespace}" for node in nodes]
    commands.append(
        f"link add {ends[0]} netns {nodes[0].namespace} type veth peer {ends[1]} netns {nodes[1].namespace}"
    )
    for node, end in zip(nodes, ends, strict=True):
        commands += [f"-n {node.namespace} addr add {node.address}/24 dev {end}"]
        commands += [f"-n {node.namespace} link set {device} up" for device in ("lo", end)]
    for command in commands:
        subprocess.run(["ip", *command.split()], check=True, capture_output=True, text=True)


def _start(node: Node, folder: Path, *options: str) -> None:
    common = [f"--node-ip-address={node.address}", "--num-cpus=1", "--object-store-memory=100000000"]
    command = node.command(*START, *options, *common, "--include-log-monitor=false")
    log = folder / f"{node.namespace}.log"
    environment = {**os.environ, **SET_FOR_RAY, **OPT_OUTS}
    with log.open("w") as output:
        done = subprocess.run(
            command, stdout=output, stderr=output, env=environment, cwd=ROOT, timeout=300, check=False
        )
    assert done.returncode == 0, log.read_text()


def command_line(pid: int) -> str:
    """Return the command of a process; empty where it has ended."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    return ""
