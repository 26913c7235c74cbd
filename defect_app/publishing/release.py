"""Stores what a complete model answers on rendered photos, so that every later start can tell whether it still does."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from defect_app.catalog import ModelSpec
from defect_app.errors import ModelUnavailable
from defect_app.intake import Photo, encode_jpeg, read_photo
from defect_app.scenes.samples import samples_of

if TYPE_CHECKING:
    from defect_app.inspection import Inspector

OF_NO_PRODUCT = "box"
"""Whose scenes a model answers that judges none of the rendered products: any photo shows whether it still computes."""
_QUANTISED = b'type="FakeQuantize"'


def write_release_answers(folder: Path, spec: ModelSpec) -> None:
    """Write ``release-answers.npz`` of a folder whose network and familiarity are complete, before its spec is written.

    Raises
    ------
    ModelUnavailable
        If the network cannot be loaded.
    """
    from defect_app.inspection import Inspector
    from defect_app.inspection.release_answers import ReleaseAnswers, answer, save_release_answers

    inspector = Inspector(spec, folder)
    answers = tuple(a for photo in release_photos(inspector) if (a := answer(inspector, photo)) is not None)
    if not answers:
        raise ModelUnavailable(f"{spec.id}: none of the release photos can be used.", "Restore the folder assets/.")
    save_release_answers(folder, ReleaseAnswers(answers, _QUANTISED in (folder / "model.xml").read_bytes()))


def release_photos(inspector: Inspector) -> tuple[bytes, ...]:
    """Return a rendered good part and a defective one of the model's product, as JPEGs of the size of its input."""
    samples = samples_of(inspector.spec.product) or samples_of(OF_NO_PRODUCT)
    read = [read_photo(s.read(), s.name, least_side=inspector.least_side) for s in (samples[0], samples[-1])]
    return tuple(encode_jpeg(_fitted(photo, inspector.spec)) for photo in read if isinstance(photo, Photo))


def _fitted(photo: Photo, spec: ModelSpec) -> np.ndarray:
    from defect_app.inspection import input_pixels

    return np.ascontiguousarray(input_pixels(photo.pixels, spec))
