"""Sample photos at hand for everyone: rendered scenes of the project, and photos that installed packages carry."""

from __future__ import annotations

import io
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from PIL import Image

from defect_app.catalog import ModelSpec
from defect_app.paths import ASSETS

SAMPLES_FOLDER = ASSETS / "samples"
CARD_FILE = "samples.toml"


@dataclass(frozen=True)
class Sample:
    """A photo to try.

    Attributes
    ----------
    name : str
        File name.
    what : str
        What there is to see, in a few words.
    read : callable
        Returns the photo's bytes.
    source : str
        Where it comes from.
    is_defective : bool
        Whether it shows a part with a defect.
    """

    name: str
    what: str
    read: Callable[[], bytes]
    source: str
    is_defective: bool = False


def samples_for(spec: ModelSpec) -> tuple[Sample, ...]:
    """Return the samples for a model: scenes of its product, or everyday photos for a recognition model."""
    return everyday_samples() if spec.task == "recognition" else samples_of(spec.product)


@lru_cache(maxsize=32)
def samples_of(product: str) -> tuple[Sample, ...]:
    """Return the bundled scenes of a product, good parts first; none of a product that is not rendered."""
    folder = SAMPLES_FOLDER / product
    card = folder / CARD_FILE
    if not product or not card.is_file():
        return ()
    with card.open("rb") as file:
        entries = tomllib.load(file)["samples"]
    source = "rendered by this project"
    return tuple(
        Sample(e["file"], e["see"], (folder / e["file"]).read_bytes, source, bool(e["defect"])) for e in entries
    )


@lru_cache(maxsize=1)
def everyday_samples() -> tuple[Sample, ...]:
    """Return photos inside scikit-learn and scikit-image: read from the packages, never copied here."""
    from skimage import data as skimage_data

    def image_of(name: str) -> Callable[[], bytes]:
        return lambda: _as_jpeg(getattr(skimage_data, name)())

    def sklearn_image(name: str) -> Callable[[], bytes]:
        from sklearn.datasets import load_sample_image

        return lambda: _as_jpeg(load_sample_image(name))

    return (
        Sample("cat.jpg", "a tabby cat, close up", image_of("chelsea"), "scikit-image, CC0"),
        Sample("coffee.jpg", "a cup of coffee on a table", image_of("coffee"), "scikit-image, CC0"),
        Sample("flower.jpg", "a dahlia in bloom", sklearn_image("flower.jpg"), "scikit-learn, CC BY"),
        Sample("china.jpg", "a temple roof", sklearn_image("china.jpg"), "scikit-learn, CC BY"),
        Sample("rocket.jpg", "a rocket on its launch pad", image_of("rocket"), "scikit-image, public domain"),
        Sample("astronaut.jpg", "a portrait of an astronaut", image_of("astronaut"), "scikit-image, public domain"),
    )


def _as_jpeg(pixels: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).convert("RGB").save(buffer, "JPEG", quality=92)
    return buffer.getvalue()
