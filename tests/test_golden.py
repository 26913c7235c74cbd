"""Golden answers: each bundled model still says what it said when it was bundled.

After a model has changed on purpose, write its answers anew: ``python -m tests.test_golden MODEL-ID…``
"""

import io
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from defect_app.catalog import ModelSpec, load_catalog, weights_sha256
from defect_app.inspection import Inspected, Inspector, input_pixels
from defect_app.scenes import PRODUCTS, render

FOLDER = Path(__file__).parent / "golden"
STORED = sorted(FOLDER.glob("*.json"))
TENSOR_TOLERANCE = 1e-4
"""Float32 on another processor adds in another order; a changed weight, scale or channel order moves far more."""
JPEG_TOLERANCE = 0.05
INTEGER_TOLERANCE = 0.02
SURE = 0.9
KERAS_TOLERANCE = 0.02
"""The served weights are in half precision."""


def jpeg_of(pixels: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=97, subsampling=0)
    return buffer.getvalue()


def golden_pixels(model_id: str) -> np.ndarray:
    with Image.open(FOLDER / f"{model_id}.png") as picture:
        return np.asarray(picture.convert("RGB"))


def write_golden(model_id: str) -> None:
    """Store a rendered photo at the model's input size, and what the served and the Keras model say of it.

    The first of ten of which the model is sure, or the surest: in the middle a little noise moves a probability much.
    """
    inspector = Inspector.from_id(model_id)
    entry = load_catalog().get(model_id)
    photos = [render(_product(inspector.spec), seed, True).photo for seed in range(7, 17)]
    inputs = [input_pixels(photo, inspector.spec) for photo in photos]
    sureness = [float(inspector.engine.predict(pixels).probabilities.max()) for pixels in inputs]
    sure = [pixels for pixels, p in zip(inputs, sureness, strict=True) if p >= SURE]
    pixels = sure[0] if sure else inputs[int(np.argmax(sureness))]
    FOLDER.mkdir(exist_ok=True)
    Image.fromarray(pixels).save(FOLDER / f"{model_id}.png", optimize=True)
    golden = {
        "model": model_id,
        "model_sha256": inspector.weights_sha256,
        "tolerance": TENSOR_TOLERANCE,
        "probabilities": [round(float(p), 7) for p in inspector.engine.predict(pixels).probabilities],
    }
    if (entry.folder / "model.keras").is_file():
        golden["keras_probabilities"] = _keras_probabilities(entry.folder, pixels)
    else:
        # Quantised copies have no Keras file, and processors differ in their integer kernels.
        golden["tolerance"] = INTEGER_TOLERANCE
    (FOLDER / f"{model_id}.json").write_text(json.dumps(golden) + "\n", encoding="utf-8")


def _keras_probabilities(folder: Path, pixels: np.ndarray) -> list[float]:
    import keras

    network = keras.models.load_model(folder / "model.keras", safe_mode=True, compile=False)
    return [round(float(p), 7) for p in np.asarray(network(pixels[None].astype(np.float32))[0])[0]]


def _product(spec: ModelSpec) -> str:
    return spec.product if spec.product in PRODUCTS else "box"


@pytest.fixture(scope="module", params=STORED, ids=lambda path: path.stem)
def golden(request: pytest.FixtureRequest) -> dict[str, Any]:
    stored: dict[str, Any] = json.loads(request.param.read_text(encoding="utf-8"))
    return stored


def test_every_bundled_model_has_golden_answers_of_its_present_files() -> None:
    bundled = {entry.id: weights_sha256(entry.folder) for entry in load_catalog().usable}
    stored = {path.stem: json.loads(path.read_text(encoding="utf-8"))["model_sha256"] for path in STORED}
    assert stored == bundled, "after a model changed on purpose: python -m tests.test_golden MODEL-ID"


def test_the_tensor_gets_the_stored_probabilities(golden: dict[str, Any]) -> None:
    found = Inspector.from_id(golden["model"]).engine.predict(golden_pixels(golden["model"])).probabilities
    np.testing.assert_allclose(found, golden["probabilities"], atol=golden["tolerance"])


def test_the_served_model_agrees_with_the_keras_model(golden: dict[str, Any]) -> None:
    expected = golden.get("keras_probabilities", golden["probabilities"])
    np.testing.assert_allclose(golden["probabilities"], expected, atol=KERAS_TOLERANCE)


def test_a_jpeg_of_the_photo_gets_nearly_the_stored_probabilities(golden: dict[str, Any]) -> None:
    result = Inspector.from_id(golden["model"]).inspect_bytes(jpeg_of(golden_pixels(golden["model"])), "golden.jpg")
    assert isinstance(result, Inspected)
    np.testing.assert_allclose(result.probabilities, golden["probabilities"], atol=JPEG_TOLERANCE)


if __name__ == "__main__":
    for name in sys.argv[1:]:
        write_golden(name)
