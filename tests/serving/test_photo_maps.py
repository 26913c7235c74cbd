"""Heat maps over HTTP: beside each record, as a picture or as numbers; what is not there is named."""

import base64
from pathlib import Path

import cv2
import numpy as np
import pytest
from fastapi.testclient import TestClient

from defect_app.explanation import class_target, defect_target, input_map
from defect_app.hosting.local_model_host import LocalModelHost
from defect_app.inspection import Inspector, input_pixels
from defect_app.serving.api import create_api
from defect_app.serving.api.photo_maps import MOST_MAPS
from tests.model_folders import part_photo
from tests.photo_files import jpeg_bytes
from tests.serving.test_api import upload

RED = jpeg_bytes(part_photo(1.2))


@pytest.fixture(scope="module")
def client(tiny_models: Path) -> TestClient:
    return TestClient(create_api(LocalModelHost(tiny_models)))


def seen(model: Inspector) -> np.ndarray:
    return input_pixels(model.inspect_bytes(RED, "red.jpg").photo.pixels, model.spec)


def test_a_map_in_numbers_is_the_evidence_at_each_place_of_the_layer(client: TestClient, tiny_models: Path) -> None:
    model = Inspector.from_id("tiny", tiny_models)
    for asked, target in (
        ("", defect_target(model.spec)),
        ("&map_class=def_front", class_target(model.spec, "def_front")),
    ):
        answer = client.post(
            f"/classify?model=tiny&map=grad-cam&map_form=numbers{asked}", files=upload(("red.jpg", RED))
        )
        (record,) = answer.json()
        found = record["map"]
        expected = input_map(model, seen(model), target, "grad-cam")
        np.testing.assert_allclose(found["numbers"], expected.unscaled, rtol=1e-6)
        assert (found["method"], found["layer"], found["class"]) == ("grad-cam", "features", target.name)
        assert (found["rows"], found["columns"]) == expected.values.shape
        assert found["strongest"] == pytest.approx(expected.strongest)
        assert record["verdict"] == "REJECT"


def test_a_map_as_a_picture_lies_over_the_photo_and_a_bad_file_has_none(client: TestClient) -> None:
    files = upload(("red.jpg", RED), ("bad.jpg", b"hello"), ("again.jpg", RED))
    first, bad, again = client.post("/classify?model=tiny&map=layer-cam", files=files).json()
    drawn = cv2.imdecode(np.frombuffer(base64.b64decode(first["map"]["png"]), np.uint8), cv2.IMREAD_COLOR)
    assert drawn is not None
    assert drawn.shape == (96, 96, 3)
    assert np.abs(drawn.astype(int) - part_photo(1.2)[..., ::-1]).max() > 30
    assert bad["map"] is None
    assert again["map"] == first["map"]


def test_the_verdicts_own_map_lies_over_the_whole_photo_and_an_unfamiliar_one_has_none(
    client: TestClient, tiny_models: Path
) -> None:
    model = Inspector.from_id("tiny", tiny_models)
    files = upload(("red.jpg", RED), ("blue.jpg", jpeg_bytes(part_photo(0.0, blueness=2.0))), ("bad.jpg", b"hello"))
    red, *others = client.post("/classify?model=tiny&map=verdict&map_form=numbers", files=files).json()
    heat = model.inspect_bytes(RED, "red.jpg").activation_map
    np.testing.assert_allclose(red["map"]["numbers"], heat.values, atol=6e-4)
    assert (red["map"]["method"], red["map"]["rows"]) == ("verdict", heat.values.shape[0])
    assert [record["map"] for record in others] == [None, None]
    (drawn,) = client.post("/classify?model=tiny&map=verdict", files=upload(("red.jpg", RED))).json()
    picture = cv2.imdecode(np.frombuffer(base64.b64decode(drawn["map"]["png"]), np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    assert picture.shape == (96, 96, 3)


def test_without_the_option_records_are_as_they_were(client: TestClient) -> None:
    (record,) = client.post("/classify?model=tiny", files=upload(("red.jpg", RED))).json()
    assert "map" not in record


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("map=guesswork", "no method 'guesswork'"),
        ("map=grad-cam&map_layer=no_such", "no layer 'no_such'"),
        ("map=grad-cam&map_class=no_such", "no class 'no_such'"),
        ("map=smoothgrad&map_layer=features", "takes no layer"),
    ],
    ids=["method", "layer", "class", "layer of a method without"],
)
def test_what_is_not_there_is_named(client: TestClient, asked: str, said: str) -> None:
    answer = client.post(f"/classify?model=tiny&{asked}", files=upload(("red.jpg", RED)))
    assert answer.status_code == 404
    assert said in answer.json()["detail"]
    assert answer.json()["remedy"]


def test_maps_are_made_of_few_photos_at_once(client: TestClient) -> None:
    files = upload(*[(f"{number}.jpg", RED) for number in range(MOST_MAPS + 1)])
    answer = client.post("/classify?model=tiny&map=cam", files=files)
    assert answer.status_code == 413
    assert f"More than {MOST_MAPS} photos" in answer.json()["detail"]
