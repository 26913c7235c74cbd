"""The HTTP door, on tiny real models."""

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from defect_app.decision import InspectionThresholds
from defect_app.errors import RecordsUnavailable
from defect_app.hosting.batch import MOST_FILES
from defect_app.hosting.local_model_host import LocalModelHost
from defect_app.inspection import Inspector
from defect_app.inspections import InspectionStore
from defect_app.inspections.recorder import Recorder
from defect_app.points import Records, open_records
from defect_app.serving.api import create_api
from defect_app.storage.database import Database
from tests.model_folders import part_photo
from tests.photo_files import jpeg_bytes


@pytest.fixture(scope="module")
def client(tiny_models: Path) -> TestClient:
    return TestClient(create_api(LocalModelHost(tiny_models)))


def upload(*files: tuple[str, bytes]) -> list[tuple[str, tuple[str, bytes, str]]]:
    return [("files", (name, data, "application/octet-stream")) for name, data in files]


def test_health_names_the_models_that_can_serve(client: TestClient) -> None:
    assert client.get("/health").json() == {"status": "ok", "models": ["colours", "tiny"], "disabled": {}}


def test_models_say_their_classes_and_their_operating_point_in_words(client: TestClient) -> None:
    tiny = next(m for m in client.get("/models").json() if m["id"] == "tiny")
    assert tiny["classes"] == ["def_front", "ok_front"]
    assert "Reject at 0.7 and above, review from 0.3" in tiny["operating_point"]


def test_photos_get_the_verdicts_that_the_app_gives_and_a_bad_file_stops_nothing(client: TestClient) -> None:
    red, bad, green = jpeg_bytes(part_photo(1.2)), b"hello", jpeg_bytes(part_photo(-1.2))
    answer = client.post("/classify?model=tiny", files=upload(("red.jpg", red), ("bad.jpg", bad), ("g.jpg", green)))
    assert answer.status_code == 200
    records = answer.json()
    assert [r["verdict"] for r in records] == ["REJECT", "REJECTED_FILE", "PASS"]
    assert [r["file"] for r in records] == ["red.jpg", "bad.jpg", "g.jpg"]
    assert "not a photo" in records[1]["reason"]


@pytest.fixture
def saved(tiny_models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Records:
    """Give records in which `strict`, which rejects all, is active for the model `tiny`."""
    monkeypatch.setenv("DEFECT_APP_DATABASE_URL", f"sqlite:///{tmp_path / 'records.sqlite'}")
    default = Inspector.from_id("tiny", tiny_models).default_point
    records = open_records()
    records.save_point(default.moved(InspectionThresholds(0.0, 0.0), "strict"), who="Ada", activate=True)
    return records


def test_the_active_point_is_applied_and_every_record_says_so(client: TestClient, saved: Records) -> None:
    green = upload(("green.jpg", jpeg_bytes(part_photo(-1.2))))
    tiny = next(m for m in client.get("/models").json() if m["id"] == "tiny")
    assert tiny["operating_point"].startswith("strict, saved by Ada on ")
    answer = client.post("/classify?model=tiny", files=green)
    assert answer.json()[0]["verdict"] == "REJECT"
    assert answer.json()[0]["operating_point"].startswith("strict: Reject at 0 and above")
    assert client.post("/classify?model=tiny&operating_point=default", files=green).json()[0]["verdict"] == "PASS"
    saved.deactivate("tiny")
    assert client.post("/classify?model=tiny", files=green).json()[0]["verdict"] == "PASS"
    assert client.post("/classify?model=tiny&operating_point=strict", files=green).json()[0]["verdict"] == "REJECT"


@pytest.mark.usefixtures("saved")
def test_an_unknown_point_is_answered_with_those_that_there_are(client: TestClient) -> None:
    answer = client.post("/classify?model=tiny&operating_point=nothing", files=upload(("red.jpg", jpeg_bytes())))
    assert answer.status_code == 404
    assert answer.json()["remedy"] == "It has: default, strict."


def test_a_point_of_another_version_of_the_model_is_not_applied_and_a_header_says_why(
    client: TestClient, saved: Records
) -> None:
    old = replace(saved.points("tiny")[0].point, name="old ✓", model_sha256="0" * 64)
    saved.save_point(old, activate=True)
    answer = client.post("/classify?model=tiny", files=upload(("green.jpg", jpeg_bytes(part_photo(-1.2)))))
    assert answer.json()[0]["verdict"] == "REVIEW"
    assert "saved for another version of this model" in answer.json()[0]["reason"]
    assert "saved for another version of this model" in answer.headers["x-defect-lens-warning"]
    assert "another version" in next(m for m in client.get("/models").json() if m["id"] == "tiny")["warning"]


def test_without_the_database_and_a_point_last_known_photos_go_to_review(
    client: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "records.sqlite").write_bytes(b"damaged " * 1000)
    monkeypatch.setenv("DEFECT_APP_DATABASE_URL", f"sqlite:///{tmp_path / 'records.sqlite'}")
    green = upload(("green.jpg", jpeg_bytes(part_photo(-1.2))))
    answer = client.post("/classify?model=tiny", files=green)
    assert (answer.status_code, answer.json()[0]["verdict"]) == (200, "REVIEW")
    assert answer.json()[0]["operating_point"].startswith("not known: Every photo goes to review.")
    assert "damaged" in answer.headers["x-defect-lens-warning"]
    assert client.post("/classify?model=tiny&operating_point=strict", files=green).status_code == 503


def test_an_unknown_model_is_answered_with_what_there_is(client: TestClient) -> None:
    answer = client.post("/classify?model=nothing", files=upload(("red.jpg", jpeg_bytes())))
    assert answer.status_code == 404
    assert "tiny" in answer.json()["remedy"]


def test_too_many_files_are_refused_with_the_limit(client: TestClient) -> None:
    answer = client.post("/classify?model=tiny", files=upload(*[(f"{n}.jpg", b"") for n in range(MOST_FILES + 1)]))
    assert answer.status_code == 413
    assert str(MOST_FILES) in answer.json()["detail"]


def test_asked_to_store_the_answer_has_ids_and_the_same_batch_sent_again_is_stored_once(
    tiny_models: Path, tmp_path: Path
) -> None:
    database = Database(f"sqlite:///{tmp_path / 'records.sqlite'}")
    store = InspectionStore(database)
    files = upload(("red.jpg", jpeg_bytes(part_photo(1.2))), ("green.jpg", jpeg_bytes(part_photo(-1.2))))
    with Recorder(lambda: store) as recorder, closing(LocalModelHost(tiny_models)) as host:
        client = TestClient(create_api(host, opened_recorder=lambda: recorder))
        address = "/classify?model=tiny&store=true&batch=monday&part=SN-1&who=Ada"
        first, again = (client.post(address, files=files).json() for _ in range(2))
        plain = client.post("/classify?model=tiny", files=files).json()
    assert [r["id"] for r in first] == [r["id"] for r in again]
    assert "id" not in plain[0]
    stored = list(store.oldest_first())
    assert [(one.record.source, one.record.part, one.record.who) for one in stored] == [("api", "SN-1", "Ada")] * 2
    database.close()


def test_where_storing_fails_the_verdicts_come_with_a_warning(tiny_models: Path) -> None:
    def fail() -> InspectionStore:
        raise RecordsUnavailable("The records cannot be written: the disk is full.", "Make room.")

    with Recorder(fail) as recorder, closing(LocalModelHost(tiny_models)) as host:
        client = TestClient(create_api(host, opened_recorder=lambda: recorder))
        answer = client.post("/classify?model=tiny&store=true", files=upload(("red.jpg", jpeg_bytes(part_photo(1.2)))))
    assert [r["verdict"] for r in answer.json()] == ["REJECT"]
    assert "the disk is full" in answer.headers["X-Defect-Lens-Warning"]
