"""The API under load: one truth about models, refusals, clients that go away, single photos beside batches."""

import asyncio
import shutil
import threading
from collections.abc import AsyncIterator, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from fastapi.testclient import TestClient

from defect_app.catalog import CatalogEntry
from defect_app.engine import Engine, Prediction
from defect_app.hosting import local_model_host
from defect_app.hosting.batch import Batch
from defect_app.hosting.local_model_host import LocalModelHost
from defect_app.inspection import Inspector
from defect_app.intake import PhotoFile
from defect_app.serving.api import create_api
from tests.model_folders import make_model_folder, part_photo
from tests.photo_files import jpeg_bytes


def upload(*files: tuple[str, bytes]) -> list[tuple[str, tuple[str, bytes, str]]]:
    return [("files", (name, data, "application/octet-stream")) for name, data in files]


def photos(n: int) -> list[tuple[str, bytes]]:
    return [(f"{seed}.jpg", jpeg_bytes(part_photo(1.0, seed))) for seed in range(n)]


@pytest.fixture
def host(tiny_models: Path) -> Iterator[LocalModelHost]:
    made = LocalModelHost(tiny_models)
    yield made
    made.close()


def test_a_full_queue_answers_503_and_when_to_try_again(host: LocalModelHost) -> None:
    client = TestClient(create_api(host))
    with host.open_job(100_000):
        answer = client.post("/classify?model=tiny", files=upload(*photos(1)))
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0
    assert "wait to be judged" in answer.json()["detail"]
    assert client.post("/classify?model=tiny", files=upload(*photos(1))).status_code == 200


def test_the_list_of_models_loads_none(tiny_models: Path) -> None:
    loaded: list[str] = []

    def load(entry: CatalogEntry) -> Inspector:
        loaded.append(entry.id)
        return Inspector.from_entry(entry)

    client = TestClient(create_api(LocalModelHost(tiny_models, load=load)))
    assert [m["id"] for m in client.get("/models").json()] == ["colours", "tiny"]
    assert loaded == []


def test_a_model_whose_file_goes_away_is_disabled_and_answers_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local_model_host, "LOOK_AGAIN_S", 0.0)
    for model_id in ("tiny", "other"):
        make_model_folder(tmp_path, model_id)
    client = TestClient(create_api(LocalModelHost(tmp_path)))
    assert client.post("/classify?model=tiny", files=upload(*photos(1))).status_code == 200
    (tmp_path / "tiny" / "model.bin").unlink()
    answer = client.post("/classify?model=tiny", files=upload(*photos(1)))
    assert answer.status_code == 404
    problem = client.get("/health").json()["disabled"]["tiny"]
    assert "model.bin" in problem
    assert problem in answer.json()["detail"]
    assert next(m for m in client.get("/models").json() if m["id"] == "tiny")["problem"] == problem
    shutil.rmtree(tmp_path / "tiny")
    assert client.get("/health").json() == {"status": "ok", "models": ["other"], "disabled": {}}


def test_a_client_that_goes_away_stops_its_work(host: LocalModelHost, monkeypatch: pytest.MonkeyPatch) -> None:
    judged: list[int] = []
    predict = Engine.predict

    def counted(engine: Engine, pixels: np.ndarray) -> Prediction:
        judged.append(1)
        return predict(engine, pixels)

    monkeypatch.setattr(Engine, "predict", counted)
    request = httpx.Request("POST", "http://test/classify?model=tiny", files=upload(*photos(200)))
    body = request.read()
    events = iter([{"type": "http.request", "body": body, "more_body": False}])

    async def receive() -> dict[str, Any]:
        return next(events, {"type": "http.disconnect"})

    async def send(_: Any) -> None:
        pass

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/classify",
        "query_string": b"model=tiny",
        "headers": [(name.lower(), value) for name, value in request.headers.raw],
    }
    asyncio.run(create_api(host)(scope, receive, send))
    assert len(judged) < 100
    assert host.queue.photos == 0


def test_a_single_photo_is_answered_while_a_page_judges_a_batch_of_300(host: LocalModelHost) -> None:
    client = TestClient(create_api(host))
    red = upload(("red.jpg", jpeg_bytes(part_photo(1.2))))
    alone = client.post("/classify?model=tiny", files=red).json()
    batch = Batch(host.inspector("tiny"), host=host)
    going = threading.Event()

    def read(data: bytes, number: int) -> bytes:
        if number == 20:
            going.set()
        return data

    files = [PhotoFile.of_bytes(name, partial(read, data, number)) for number, (name, data) in enumerate(photos(300))]
    batch.add(files)
    assert going.wait(300)
    before = batch.progress().done
    crowded = client.post("/classify?model=tiny", files=red).json()
    progress = batch.progress()
    assert progress.running
    # Counted in photos, which a busy machine does not stretch: it waited for a few of them, not for the batch.
    assert progress.done - before < 60
    assert crowded == alone, "to the last bit"
    batch.wait(300)
    assert batch.progress().done == 300


def test_senders_who_take_their_time_hold_no_thread_and_delay_nobody(host: LocalModelHost) -> None:
    body = httpx.Request("POST", "http://test", files=upload(*photos(1)))
    whole, headers = body.read(), dict(body.headers)
    let_go = asyncio.Event()

    async def slowly() -> AsyncIterator[bytes]:
        yield whole[:-500]
        await let_go.wait()
        yield whole[-500:]

    async def asked() -> tuple[int, list[int]]:
        transport = httpx.ASGITransport(create_api(host))
        async with httpx.AsyncClient(transport=transport, base_url="http://test", timeout=60) as client:
            address = "/classify?model=tiny"
            slow = [asyncio.create_task(client.post(address, content=slowly(), headers=headers)) for _ in range(60)]
            await asyncio.sleep(0)
            quick = await client.post(address, files=upload(*photos(1)))
            models = await client.get("/models")
            assert (quick.status_code, models.status_code) == (200, 200)
            waiting = sum(not task.done() for task in slow)
            let_go.set()
            return waiting, [answer.status_code for answer in await asyncio.gather(*slow)]

    waiting, statuses = asyncio.run(asked())
    assert waiting == 60, "more than there are threads for everything else"
    assert set(statuses) == {200}
