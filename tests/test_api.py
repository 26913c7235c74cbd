"""The HTTP door, on tiny real models."""

from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from defect_app.api import create_api
from defect_app.batch import MOST_FILES
from defect_app.catalog import load_catalog
from defect_app.inspection import Inspector
from tests.model_folders import part_photo
from tests.photo_files import jpeg_bytes


@pytest.fixture(scope="module")
def client(tiny_models: Path) -> TestClient:
    loaded: dict[str, Inspector] = {}

    def load(model_id: str) -> Inspector:
        return loaded.setdefault(model_id, Inspector(model_id, tiny_models))

    return TestClient(create_api(lambda: load_catalog(tiny_models), load))


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


def test_an_unknown_model_is_answered_with_what_there_is(client: TestClient) -> None:
    answer = client.post("/classify?model=nothing", files=upload(("red.jpg", jpeg_bytes())))
    assert answer.status_code == 404
    assert "tiny" in answer.json()["remedy"]


def test_too_many_files_are_refused_with_the_limit(client: TestClient) -> None:
    answer = client.post("/classify?model=tiny", files=upload(*[(f"{n}.jpg", b"") for n in range(MOST_FILES + 1)]))
    assert answer.status_code == 413
    assert str(MOST_FILES) in answer.json()["detail"]
