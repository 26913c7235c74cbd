"""The API beside the engine alone, in one run: a photo that comes alone, and many clients at once."""

from __future__ import annotations

import argparse
import http.client
import json
import os
import statistics
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks.app import running_app
from benchmarks.measurement import Measurement, compare
from benchmarks.photos import NamedBytes, small_photos
from defect_app.inspection import Inspector
from defect_app.inspection.batch import judge_batch
from defect_app.intake import PhotoFile, read_photo

CLIENTS = 32
MOST_ADDED_MS = 10.0
LEAST_SHARE = 0.9
_BOUNDARY = "photo-of-the-benchmark"


@dataclass(frozen=True)
class ApiServer:
    """A running app: where it answers, the model that judges, and its process."""

    url: str
    model_id: str
    process_id: int


class ApiClient:
    """One program that posts a photo at a time over one connection; cheap, so that it measures the server.

    Parameters
    ----------
    url : str
        Where the app answers.
    model_id : str
        What judges.
    """

    def __init__(self, url: str, model_id: str) -> None:
        self._connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=120)
        self._path = f"/api/classify?model={model_id}"

    def post(self, photo: NamedBytes) -> None:
        """Have a photo judged.

        Raises
        ------
        RuntimeError
            If the answer is not one verdict.
        """
        name, data = photo
        head = f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n\r\n'
        body = head.encode() + data + f"\r\n--{_BOUNDARY}--\r\n".encode()
        form = {"Content-Type": f"multipart/form-data; boundary={_BOUNDARY}"}
        try:
            self._connection.request("POST", self._path, body, form)
        except OSError:  # closed by the server while the engine was measured
            self._connection.close()
            self._connection.request("POST", self._path, body, form)
        with self._connection.getresponse() as answer:
            said = answer.read()
        if answer.status != 200 or len(json.loads(said)) != 1:
            raise RuntimeError(f"the API answered {answer.status}: {said[:200]!r}")

    def close(self) -> None:
        """End the connection."""
        self._connection.close()


def measure_serving(model_id: str, models_folder: Path | None, repetitions: int) -> list[Measurement]:
    """Measure what the API adds to the engine for one client, and what share of it 32 clients get.

    Parameters
    ----------
    model_id : str
        What judges.
    models_folder : Path, optional
        Default: the project's ``models/``.
    repetitions : int
        Rounds of each measurement.
    """
    photos = small_photos(120)
    inspector = Inspector.from_id(model_id, models_folder)
    with running_app(models_folder) as (url, server):
        client = ApiClient(url, model_id)
        for photo in photos[:20]:  # the model is loaded, the records are open
            client.post(photo)
        alone = _one_client(client, inspector, photos, repetitions, server.pid)
        many = _many_clients(ApiServer(url, model_id, server.pid), inspector, photos, repetitions)
        client.close()
    return [*alone, many]


def _one_client(
    client: ApiClient, inspector: Inspector, photos: Sequence[NamedBytes], repetitions: int, process_id: int
) -> list[Measurement]:
    """Take turns, photo by photo: whatever else the machine does hits both alike."""
    taken_ms: list[float] = []
    engine_ms: list[float] = []
    engine_cpu_s = 0.0
    judged = list(islice(cycle(photos), 60 * repetitions))
    before_s = _cpu_s(process_id)
    for photo in judged:
        started_s = time.perf_counter()
        client.post(photo)
        taken_ms.append((time.perf_counter() - started_s) * 1000)
        started_s, cpu_s = time.perf_counter(), time.process_time()
        inspector.inspect(read_photo(photo[1], photo[0], least_side=inspector.least_side))  # type: ignore[arg-type]
        engine_ms.append((time.perf_counter() - started_s) * 1000)
        engine_cpu_s += time.process_time() - cpu_s
    api_cpu_ms = (_cpu_s(process_id) - before_s) * 1000 / len(judged)
    engine_cpu_ms = engine_cpu_s * 1000 / len(judged)
    api, engine = statistics.median(taken_ms), statistics.median(engine_ms)
    return [
        Measurement(
            what="API, one client, one photo: median latency above the engine's own",
            budget=f"<= {MOST_ADDED_MS:g} ms",
            measured=f"{api - engine:.1f} ms ({api:.1f} against {engine:.1f} ms; processor time "
            f"{api_cpu_ms:.1f} against {engine_cpu_ms:.1f} ms)",
            met=api - engine <= MOST_ADDED_MS,
            values={
                "api_ms": api,
                "engine_ms": engine,
                "api_p95_ms": statistics.quantiles(taken_ms, n=20)[-1],
                "api_cpu_ms": api_cpu_ms,
                "engine_cpu_ms": engine_cpu_ms,
            },
        )
    ]


def _many_clients(
    server: ApiServer, inspector: Inspector, photos: Sequence[NamedBytes], repetitions: int
) -> Measurement:
    clients = threading.local()
    made: list[ApiClient] = []
    api_cpu_ms: list[float] = []

    def post(photo: NamedBytes) -> None:
        if not hasattr(clients, "own"):
            clients.own = ApiClient(server.url, server.model_id)
            made.append(clients.own)
        clients.own.post(photo)

    files = [PhotoFile.of_bytes(name, partial(bytes, data)) for name, data in photos]
    with ThreadPoolExecutor(CLIENTS) as pool:

        def by_api() -> int:
            before_s = _cpu_s(server.process_id)
            n = len(list(pool.map(post, islice(cycle(photos), 3 * len(photos)))))
            api_cpu_ms.append((_cpu_s(server.process_id) - before_s) * 1000 / n)
            return n

        def by_engine() -> int:
            return sum(sum(1 for _ in judge_batch(inspector, files)) for _ in range(3))

        result = compare(by_api, by_engine, repetitions)
    for client in made:
        client.close()
    cpu_ms = statistics.median(api_cpu_ms)
    return Measurement(
        what=f"API, {CLIENTS} clients with a photo each: share of the photos/s of the command line's pipeline",
        budget=f">= {LEAST_SHARE:g}",
        measured=f"{result.ratio:.2f} ({result.ours_per_s:.0f}/s against {result.peer_per_s:.0f}/s; the server's "
        f"processor time a photo {cpu_ms:.1f} against {result.peer_cpu_ms:.1f} ms)",
        met=result.ratio >= LEAST_SHARE,
        values={
            "share": result.ratio,
            "api_per_s": result.ours_per_s,
            "engine_per_s": result.peer_per_s,
            "api_cpu_ms": cpu_ms,
            "engine_cpu_ms": result.peer_cpu_ms,
        },
    )


def _cpu_s(process_id: int) -> float:
    fields = Path(f"/proc/{process_id}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Print what came out, a line each, and write it as JSON where wanted."""
    parser = argparse.ArgumentParser(description="The API beside the engine alone.")
    parser.add_argument("--model", default="casting-mobilenetv2")
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    measured = measure_serving(arguments.model, None, arguments.repetitions)
    for line in measured:
        print(f"{line.what}: {line.measured}; budget {line.budget}: {'met' if line.met else 'MISSED'}")
    print(f"Load average: {os.getloadavg()[0]:.1f}")
    if arguments.json:
        arguments.json.write_text(json.dumps([asdict(line) for line in measured], indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
