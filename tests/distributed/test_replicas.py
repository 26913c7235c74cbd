"""The API by processes of Ray Serve: the answers of one process, closed to others, and a bounded queue."""

from __future__ import annotations

import json
import os
import re
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from functools import partial
from http.client import HTTPResponse
from pathlib import Path
from typing import Any

import httpx
import pytest

from benchmarks.scale import ProcessTree
from defect_app.distributed.replicas import REQUESTS_AT_ONCE
from defect_app.inspection import Inspector
from defect_app.inspection.batch import judge_batch
from defect_app.inspection.writing import record_as_json
from defect_app.intake import PhotoFile
from defect_app.people.api_keys import ApiKeys
from defect_app.people.roles import Role
from defect_app.storage.database import Database
from tests.model_folders import part_photo
from tests.photo_files import jpeg_bytes
from tests.served_app import ROOT, free_port
from tests.waiting import wait_until

QUEUE = 2


@dataclass(frozen=True)
class Served:
    """An API that runs, and a client with a key of its own."""

    port: int
    process: subprocess.Popen[bytes]
    said: Path
    client: httpx.Client


@pytest.fixture(scope="module")
def environment(tiny_models: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("served")
    (folder / "home").mkdir()
    audited = {"PYTHONPATH": str(ROOT / "tests" / "audited"), "AUDIT_REPORT": str(folder / "report.txt")}
    own = {"HOME": str(folder / "home"), "DEFECT_APP_VAR": str(folder / "var"), "DEFECT_APP_SIGN_IN": "on"}
    own["DEFECT_APP_DATABASE_URL"] = f"sqlite:///{folder / 'records.sqlite'}"
    return {**os.environ, **audited, **own, "DEFECT_APP_MODELS": str(tiny_models), "DEFECT_APP_THREADS": "1"}


@pytest.fixture(scope="module")
def served(environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Serve with a queue of two, by one process, with sign-in; where it ends, nothing of it is left."""
    database = Database(environment["DEFECT_APP_DATABASE_URL"])
    key, port = ApiKeys(database).add("press 4", Role.OPERATOR), free_port()
    database.close()
    said = tmp_path_factory.mktemp("log") / "said.txt"
    command = [sys.executable, "-m", "defect_app", "api", "--engine", "ray", "--port", str(port), "--queue", str(QUEUE)]
    with said.open("wb") as file:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=file, stderr=file)
    client = httpx.Client(
        base_url=f"http://127.0.0.1:{port}/api", headers={"Authorization": f"Bearer {key}"}, timeout=60
    )
    try:
        wait_until(lambda: "by 1 process" in said.read_text() or process.poll() is not None, "Serve", at_most_s=300)
        assert process.poll() is None, said.read_text()
        yield Served(port, process, said, client)
    finally:
        client.close()
        process.send_signal(signal.SIGTERM)
        process.wait(120)
    assert process.returncode == 0, said.read_text()
    assert said.read_text().rstrip().endswith("Stopped.")
    assert not Path(environment["AUDIT_REPORT"]).exists(), Path(environment["AUDIT_REPORT"]).read_text()


def posted(client: httpx.Client, photos: list[bytes], **asked: Any) -> httpx.Response:
    files = [("files", (f"{number}.jpg", photo, "image/jpeg")) for number, photo in enumerate(photos)]
    return client.post("/classify", params={"model": "tiny", **asked}, files=files)


def test_answers_are_those_of_this_process_to_the_bit(served: Served, tiny_models: Path) -> None:
    photos = [jpeg_bytes(part_photo(1 - i / 4, i, size=64)) for i in range(9)] + [b"no photo"]
    answer = posted(served.client, photos)
    assert answer.status_code == 200, answer.text
    files = [PhotoFile.of_bytes(f"{number}.jpg", partial(bytes, photo)) for number, photo in enumerate(photos)]
    judged = judge_batch(Inspector.from_id("tiny", tiny_models), files)
    assert answer.json() == [json.loads(record_as_json(file.record)) for file in judged]
    assert len({record["verdict"] for record in answer.json()}) > 2


def test_keys_names_of_hosts_and_errors_hold_as_in_front_of_the_app(served: Served) -> None:
    address = f"http://127.0.0.1:{served.port}"
    for path, headers, status in (
        ("/api/health", {}, 200),
        ("/api/models", {}, 401),
        ("/api/models", {"Authorization": "Bearer dl_guess"}, 401),
        ("/api/health", {"Host": "evil.example"}, 421),
        ("/-/routes", {}, 404),
        ("/-/healthz", {}, 404),
    ):
        answer = httpx.get(f"{address}{path}", headers=headers)
        assert answer.status_code == status, (path, headers)
        assert status == 200 or answer.headers["content-type"] == "application/problem+json"
    assert served.client.get("/models").json()[0]["id"] == "colours"
    assert served.client.get("/nothing").json()["detail"] == "There is nothing at this address."


def test_a_full_queue_refuses_as_a_problem_document_and_what_waits_is_answered(served: Served) -> None:
    photo = jpeg_bytes(part_photo(1.0))
    request = served.client.build_request(
        "POST", "/classify", params={"model": "tiny"}, files=[("files", ("1.jpg", photo, "image/jpeg"))]
    )
    body = request.read()
    head = f"POST {request.url.raw_path.decode()} HTTP/1.1\r\nhost: 127.0.0.1\r\n" + "".join(
        f"{name}: {value}\r\n" for name, value in request.headers.items() if name != "host"
    )
    with ExitStack() as open_ones:
        waiting: list[socket.socket] = []

        def refused() -> list[socket.socket]:
            # One more request that is still being sent; those that may not even wait are answered at once.
            one = open_ones.enter_context(socket.create_connection(("127.0.0.1", served.port), timeout=60))
            one.sendall(head.encode() + b"\r\n" + body[:50])
            waiting.append(one)
            return select.select(waiting, [], [], 0.3)[0]

        wait_until(refused, "a refusal", at_most_s=60)
        assert QUEUE < len(waiting) <= REQUESTS_AT_ONCE + QUEUE + 2
        statuses = []
        for one in waiting:
            # One that was refused is closed by now.
            with suppress(OSError):
                one.sendall(body[50:])
        for one in waiting:
            answer = HTTPResponse(one)
            answer.begin()
            statuses.append(answer.status)
            if answer.status == 503:
                assert answer.headers["content-type"] == "application/problem+json"
                assert int(answer.headers["retry-after"]) > 0
                assert json.loads(answer.read())["detail"] == "So much waits already that no request more fits."
    assert set(statuses) == {200, 503}
    assert statuses.count(200) >= REQUESTS_AT_ONCE


def test_all_its_processes_listen_on_this_machine_alone(served: Served) -> None:
    tree = ProcessTree(served.process.pid)
    tree.cpu_s()
    sockets = {link for pid in tree.members for link in _links(pid) if link.startswith("socket:")}
    listening = [
        fields[1]
        for table in ("tcp", "tcp6")
        for fields in map(str.split, Path(f"/proc/net/{table}").read_text().splitlines()[1:])
        if fields[3] == "0A" and f"socket:[{fields[9]}]" in sockets
    ]
    assert len(listening) > 5
    # 127.0.0.1, the same written for IPv6, and ::1.
    loopback = re.compile(r"(0{16}FFFF0000)?0100007F:|0{24}01000000:")
    assert [address for address in listening if not loopback.match(address)] == []


def _links(pid: int) -> Iterator[str]:
    with suppress(OSError):
        for entry in Path(f"/proc/{pid}/fd").iterdir():
            with suppress(OSError):
                yield os.readlink(entry)


def test_options_of_ray_serve_need_ray(capsys: pytest.CaptureFixture[str]) -> None:
    from defect_app.cli import main

    assert main(["api", "--replicas", "2"]) == 2
    assert main(["api", "--engine", "ray", "--replicas", "2", "--most-replicas", "1"]) == 2
    said = capsys.readouterr().err
    assert "Add --engine ray." in said
    assert "--most-replicas 1 is less than --replicas 2" in said
