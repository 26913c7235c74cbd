"""The photos behind evaluated rows, at display size: from the data folder, or rendered again where they are scenes."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

import streamlit as st

from defect_app.catalog import CatalogEntry
from defect_app.datasets.lookup import stored_picture
from defect_app.decision import Verdict
from defect_app.errors import DataUnavailable, DefectLensError
from defect_app.intake import Rejection, encode_jpeg, read_photo
from defect_app.overlay import DEFAULT_OPACITY, heat_overlay
from defect_app.scenes import PRODUCTS, render
from defect_app.ui.inspect.heat import PALE
from defect_app.ui.resources import file_hashes, inspector

PHOTO_SIDE = 360
SCENE_QUALITY = 92
"""JPEG quality of the scenes that training measures; a test holds the two together."""
_SCENE = re.compile(r"scenes/([a-z]+)/(\d{1,9})\.jpg")


@dataclass(frozen=True)
class EvaluatedPhoto:
    """A photo of an evaluation, ready to be shown.

    Attributes
    ----------
    jpeg : bytes or None
        Our own re-encoding at display size; None where the photo is not on this machine.
    problem, remedy : str
        Why there is no photo (or no heat map), and what to do; empty when all is well.
    """

    jpeg: bytes | None
    problem: str = ""
    remedy: str = ""


def evaluated_photo(
    entry: CatalogEntry, dataset: str, image: str, sha256: str, *, heat: bool = False, side: int = PHOTO_SIDE
) -> EvaluatedPhoto:
    """Return a photo that a model was evaluated on, made once and kept.

    Parameters
    ----------
    entry : CatalogEntry
        The model; it is loaded only when a heat map is asked for.
    dataset : str
        `EvaluationOrigin.dataset`.
    image, sha256 : str
        As in the evaluation's row; a picture with another content is not shown.
    heat : bool
        Whether to draw the model's heat map over it.
    side : int
        Longest side in pixels.
    """
    try:
        return EvaluatedPhoto(_drawn(entry, entry.id, file_hashes(entry), dataset, image, sha256, heat, side))
    except DefectLensError as error:
        if heat and not isinstance(error, DataUnavailable):
            plain = evaluated_photo(entry, dataset, image, sha256, side=side)
            return EvaluatedPhoto(plain.jpeg, plain.problem or f"No heat map: {error}", plain.remedy or error.remedy)
        return EvaluatedPhoto(None, str(error), error.remedy)


def evaluated_bytes(dataset: str, image: str, sha256: str) -> bytes:
    """Return the file that was evaluated.

    Raises
    ------
    DataUnavailable
        If it is not on this machine, or has another content by now.
    """
    scene = _SCENE.fullmatch(image)
    if scene is not None and scene[1] in PRODUCTS:
        data = encode_jpeg(render(scene[1], int(scene[2])).photo, quality=SCENE_QUALITY)
    else:
        data = stored_picture(dataset, image)
    if hashlib.sha256(data).hexdigest() != sha256:
        raise DataUnavailable(
            "The picture of this name has another content than the evaluated one.", "Run the evaluate command again."
        )
    return data


@st.cache_data(max_entries=1000, show_spinner=False)
def _drawn(
    _entry: CatalogEntry,
    model_id: str,
    files: tuple[tuple[str, str], ...],
    dataset: str,
    image: str,
    sha256: str,
    heat: bool,
    side: int,
) -> bytes:
    loaded = inspector(_entry) if heat else None
    data = evaluated_bytes(dataset, image, sha256)
    photo = read_photo(data, image, least_side=loaded.least_side if loaded else side)
    if isinstance(photo, Rejection):
        raise DataUnavailable(f"The picture cannot be used: {photo.reason}.", photo.remedy)
    pixels = photo.pixels
    if loaded is not None:
        inspected = loaded.inspect(photo)
        opacity = DEFAULT_OPACITY * (PALE if inspected.judgement.verdict == Verdict.PASS else 1.0)
        pixels = heat_overlay(pixels, inspected.activation_map, opacity)
    return encode_jpeg(pixels, longest_side=side)
