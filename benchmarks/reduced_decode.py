"""Whether decoding at a reduced scale changes answers: the same photo both ways."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import cv2
import numpy as np

from benchmarks.measurement import Measurement
from benchmarks.photos import NamedBytes, as_jpeg, enlarged
from defect_app.datasets import load_dataset, picture_bytes
from defect_app.errors import DataUnavailable
from defect_app.inspection import Inspected, Inspector
from defect_app.intake import Photo, read_photo
from defect_app.settings import DATA_VARIABLE, settings

MEGAPIXELS = 12e6


def change_by_reduced_decode(inspector: Inspector, n: int, rendered: Sequence[NamedBytes]) -> Measurement:
    """Judge pictures enlarged to 12 megapixels, decoded at a reduced scale and in full.

    Parameters
    ----------
    inspector : Inspector
        An inspection model.
    n : int
        How many pictures.
    rendered : sequence of (name, bytes)
        Used where the model's data set is not on this machine.
    """
    try:
        if settings().data is None:
            raise DataUnavailable(f"{DATA_VARIABLE} is not set.")
        test = load_dataset(inspector.spec.dataset).of_split("test")
        # Evenly over the split, so that each class is in.
        chosen = [test[i] for i in np.linspace(0, len(test) - 1, min(n, len(test))).astype(int)]
        pictures, source = [(p.image, picture_bytes(p)) for p in chosen], "real test pictures"
    except DataUnavailable:
        pictures, source = list(rendered[:n]), "rendered pictures (the data set is not here)"
    changes, flips = [], 0
    for name, data in _enlarged(pictures):
        reduced, full = _both_ways(inspector, name, data)
        changes.append(abs((reduced.judgement.p_defect or 0.0) - (full.judgement.p_defect or 0.0)))
        flips += reduced.judgement.verdict is not full.judgement.verdict
    change = float(np.quantile(changes, 0.99))
    return Measurement(
        what=f"reduced decode against full decode, {len(changes)} {source} at 12 megapixels",
        budget="|change of p_defect| <= 0.02 (99th percentile), no verdict flips",
        measured=f"{change:.4f}, {flips} flips, greatest {max(changes):.4f}",
        met=change <= 0.02 and flips == 0,
        values={"n": len(changes), "change_p99": change, "change_greatest": max(changes), "verdict_flips": flips},
    )


def _enlarged(pictures: Sequence[NamedBytes]) -> Iterator[NamedBytes]:
    for name, data in pictures:
        decoded = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
        assert decoded is not None, f"{name} cannot be decoded"
        pixels = cv2.cvtColor(decoded, cv2.COLOR_BGR2RGB)
        height, width = pixels.shape[:2]
        scale = (MEGAPIXELS / (height * width)) ** 0.5
        yield name, as_jpeg(enlarged(pixels, (round(width * scale), round(height * scale))), quality=92)


def _both_ways(inspector: Inspector, name: str, data: bytes) -> tuple[Inspected, Inspected]:
    reduced = inspector.inspect_bytes(data, name)
    whole = read_photo(data, name)
    assert isinstance(reduced, Inspected)
    assert isinstance(whole, Photo)
    return reduced, inspector.inspect(whole)
