"""Measures heat maps on defective pictures whose masks are known: real ones, and rendered scenes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from itertools import islice

import cv2
import numpy as np
import pandas as pd

from defect_app.datasets import LabelledPicture, LoadedDataset, picture_bytes
from defect_app.decision import p_defect_of
from defect_app.engine import HeatMapKind, upsample_map
from defect_app.errors import DataUnavailable, ModelUnavailable
from defect_app.explanation.cache import COLUMNS
from defect_app.explanation.gradient_engines import gradient_engine
from defect_app.explanation.heatmap import input_map, over_photo
from defect_app.explanation.localisation import Localisation, localise
from defect_app.explanation.methods import CLASS_ACTIVATION_MAP, METHODS
from defect_app.explanation.target import defect_target
from defect_app.inspection import Inspector, input_pixels
from defect_app.intake import Rejection, content_hash, read_photo
from defect_app.scenes import PRODUCTS, render
from defect_app.scenes.files import scene_file
from defect_app.scenes.seeds import explanation_seeds

HELD_OUT = ("validation", "test")
FINER_LAYERS = 2
"""Layer-CAM is also measured on the last layer of so many finer sizes, and Score-CAM on the first of them."""
AT_A_TIME = 50
"""Pictures in memory: each method explains all of them before the next one, whose graph takes longer than a map."""


@dataclass(frozen=True)
class MaskedPicture:
    """A defective picture whose defect's place is known.

    Attributes
    ----------
    image, split, source : str
        Its name, its split, and "real" or "scene".
    data : bytes
        The file.
    mask : ndarray of bool, shape (height, width)
        Over the upright picture, of any size with its proportions.
    """

    image: str
    split: str
    source: str
    data: bytes
    mask: np.ndarray


def real_pictures(loaded: LoadedDataset) -> tuple[LabelledPicture, ...]:
    """Return the pictures with a mask that are neither in the training set nor have a copy there."""
    return tuple(p for p in loaded.pictures if p.mask is not None and p.split in HELD_OUT and not p.leaked)


def with_masks(pictures: Iterable[LabelledPicture]) -> Iterator[MaskedPicture]:
    """Read real pictures and their masks, one at a time; those whose mask is empty are left out.

    Raises
    ------
    DataUnavailable
        If a mask cannot be read.
    """
    for picture in pictures:
        stored = cv2.imread(str(picture.mask), cv2.IMREAD_GRAYSCALE)
        if stored is None:
            raise DataUnavailable(f"The mask of {picture.image} cannot be read.", "Fetch its archive again.")
        if (stored > 0).any():
            yield MaskedPicture(picture.image, picture.split, "real", picture_bytes(picture), stored > 0)


def defective_scenes(product: str, count: int) -> Iterator[MaskedPicture]:
    """Render defective scenes, as JPEG; none where the product has no scenes."""
    if product not in PRODUCTS:
        return
    for seed in explanation_seeds(count):
        scene = render(product, seed, True)
        if scene.mask.any():
            file = scene_file(product, seed, scene)
            yield MaskedPicture(file.image, "scenes", "scene", file.data, scene.mask)


def measured_methods(model: Inspector) -> list[tuple[str, str]]:
    """Return the methods that a model takes, each with its layer (empty where it takes none).

    Those that need a gradient are left out where it is not known.
    """
    found = [] if model.engine.heat_map_kind is HeatMapKind.NONE else [(CLASS_ACTIVATION_MAP, "")]
    try:
        engine = gradient_engine(model)
    except ModelUnavailable:
        return found
    explained = model.spec.explain_layer
    layers = {m.name: explained if m.takes_layer else "" for m in METHODS.values() if m.compute is not None}
    found += [(name, layer) for name, layer in layers.items() if not engine.missing_gradient(layer)]
    finer = [layer.name for layer in engine.stage_ends if layer.name != explained][::-1][:FINER_LAYERS]
    finer = [name for name in finer if not engine.missing_gradient(name)]
    return found + [("layer-cam", name) for name in finer] + [("score-cam", name) for name in finer[:1]]


def measure(
    model: Inspector, pictures: Iterable[MaskedPicture], progress: Callable[[int], None] | None = None
) -> pd.DataFrame:
    """Explain the score of defect on every picture by every method, and compare with the mask.

    Parameters
    ----------
    model : Inspector
        An inspection model.
    pictures : iterable of MaskedPicture
        Read lazily, `AT_A_TIME`.
    progress : callable, optional
        Called with the number of pictures done, as methods go.

    Returns
    -------
    DataFrame
        The rows of ``explanations.parquet``.

    Raises
    ------
    DataUnavailable
        If a picture cannot be used.
    """
    methods = measured_methods(model)
    rows: list[dict[str, object]] = []
    waiting, done = iter(pictures), 0
    while some := [_Readied.of(model, picture) for picture in islice(waiting, AT_A_TIME)]:
        found = []
        for number, (method, layer) in enumerate(methods, start=1):
            found.append([picture.localised(model, method, layer) for picture in some])
            if progress is not None:
                progress(done + number * len(some) // len(methods))
        done += len(some)
        for picture, places in zip(some, zip(*found, strict=True), strict=True):
            rows += [picture.row(*which, place) for which, place in zip(methods, places, strict=True)]
    return pd.DataFrame(rows, columns=list(COLUMNS))


@dataclass(frozen=True, eq=False)
class _Readied:
    """A picture as the model sees it, `pixels` of (height, width, 3) out of a photo of `shape`, and its mask."""

    picture: MaskedPicture
    pixels: np.ndarray
    shape: tuple[int, int]
    p_defect: float

    @classmethod
    def of(cls, model: Inspector, picture: MaskedPicture) -> _Readied:
        photo = read_photo(picture.data, picture.image, least_side=model.least_side)
        if isinstance(photo, Rejection):
            raise DataUnavailable(f"The picture {picture.image} cannot be used: {photo.reason}.", photo.remedy)
        pixels = input_pixels(photo.pixels, model.spec)
        height, width = photo.pixels.shape[:2]
        return cls(picture, pixels, (height, width), _p_defect(model, pixels))

    def localised(self, model: Inspector, method: str, layer: str) -> Localisation:
        heat = over_photo(
            input_map(model, self.pixels, defect_target(model.spec), method, layer), model.spec.input, *self.shape
        )
        height, width = self.picture.mask.shape
        return localise(upsample_map(heat.values, height=height, width=width), self.picture.mask)

    def row(self, method: str, layer: str, found: Localisation) -> dict[str, object]:
        picture = self.picture
        return {
            "image": picture.image,
            "sha256": content_hash(picture.data),
            "source": picture.source,
            "split": picture.split,
            "method": method,
            "layer": layer,
            "p_defect": self.p_defect,
            **asdict(found),
        }


def _p_defect(model: Inspector, pixels: np.ndarray) -> float:
    probabilities = model.engine.predict(pixels).probabilities
    return float(p_defect_of(probabilities[None], model.spec)[0])
