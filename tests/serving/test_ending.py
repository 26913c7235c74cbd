"""The server is ended under load: what is in hand is answered and stored, and no answer is lost afterwards."""

import http.client
import json
import signal
import threading
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from defect_app.inspections import InspectionStore
from defect_app.storage.database import Database
from tests.model_folders import make_model_folder, part_photo
from tests.photo_files import jpeg_bytes
from tests.served_app import App, running_app
from tests.waiting import wait_until

CLIENTS, PHOTOS = 4, 12


@dataclass
class Line:
    """What the clients have sent and heard; each of them sends one request after the other until the server is gone."""

    app: App
    lock: threading.Lock = field(default_factory=threading.Lock)
    in_hand: set[str] = field(default_factory=set)
    ids: dict[str, list[str]] = field(default_factory=dict)

    def work(self, client: int) -> None:
        photos = [(f"{client}-{n}.jpg", jpeg_bytes(part_photo(1.0, client * PHOTOS + n))) for n in range(PHOTOS)]
        files = [("files", (name, data, "image/jpeg")) for name, data in photos]
        form = httpx.Request("POST", "http://form", files=files)
        body, kind = form.read(), form.headers["content-type"]
        with closing(http.client.HTTPConnection(urlsplit(self.app.url).netloc, timeout=60)) as connection:
            for number in range(10_000):
                batch = f"{client}-{number}"
                try:
                    address = f"/api/classify?model=tiny&store=true&batch={batch}"
                    connection.request("POST", address, body, {"Content-Type": kind})
                    with self.lock:
                        self.in_hand.add(batch)
                    with connection.getresponse() as answer:
                        records = json.loads(answer.read())
                except (OSError, http.client.HTTPException):
                    return
                with self.lock:
                    self.in_hand.discard(batch)
                    self.ids[batch] = [record["id"] for record in records]


def test_a_server_that_is_ended_under_load_answers_and_stores_what_is_in_hand(tmp_path: Path) -> None:
    make_model_folder(tmp_path / "models", "tiny")
    url = f"sqlite:///{tmp_path / 'records.sqlite'}"
    settings = {"DEFECT_APP_MODELS": str(tmp_path / "models"), "DEFECT_APP_DATABASE_URL": url}
    with running_app(tmp_path / "app.log", **settings) as app:
        line = Line(app)
        clients = [threading.Thread(target=line.work, args=(n,)) for n in range(CLIENTS)]
        for client in clients:
            client.start()
        wait_until(lambda: len(line.ids) >= CLIENTS and len(line.in_hand) == CLIENTS, "all are at work")
        with line.lock:
            in_hand = set(line.in_hand)
        app.process.send_signal(signal.SIGTERM)
        for client in clients:
            client.join()
        app.process.wait(300)
    assert app.process.returncode in (0, -signal.SIGTERM), app.log.read_text()
    assert in_hand <= line.ids.keys(), "what was in hand is answered"
    with closing(Database(url)) as database:
        store = InspectionStore(database)
        for batch, ids in line.ids.items():
            assert len(ids) == PHOTOS
            for id_ in ids:
                found = store.find(id_)
                assert found is not None, f"{batch}: an inspection that was answered is lost"
