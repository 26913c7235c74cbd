"""The photos behind evaluated rows, at display size: from the data folder, or rendered again where they are scenes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import streamlit as st

from defect_app.catalog import CatalogEntry, ModelVersion
from defect_app.datasets.lookup import stored_picture
from defect_app.decision import OperatingPoint, Thresholds
from defect_app.errors import DataUnavailable, DefectLensError
from defect_app.evaluation import EvaluationOrigin
from defect_app.inspection.overlay import inspected_overlay
from defect_app.inspection.seen_part import own_frame
from defect_app.inspections.photo_store import PhotoStore
from defect_app.intake import Photo, Rejection, encode_jpeg, read_photo
from defect_app.scenes import PRODUCTS, render
from defect_app.scenes.files import SCENES_VERSION, product_and_seed, scene_jpeg
from defect_app.ui.resources import inspector

PHOTO_SIDE = 360


@dataclass(frozen=True)
class EvaluatedPicture:
    """A picture that a model was evaluated on.

    Attributes
    ----------
    dataset : str
        `EvaluationOrigin.dataset`.
    image, sha256 : str
        As in the evaluation's row; a picture with another content is not shown.
    scenes_version : int or None
        `EvaluationOrigin.scenes_version`: a scene of this version is shown even where this machine's processor renders
        a few of its pixels otherwise.
    """

    dataset: str
    image: str
    sha256: str
    scenes_version: int | None = None

    @classmethod
    def of(cls, origin: EvaluationOrigin | None, image: str, sha256: str) -> EvaluatedPicture:
        """Return a picture of an evaluation of this origin."""
        if origin is None:
            return cls("", image, sha256)
        return cls(origin.dataset, image, sha256, origin.scenes_version)


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


def evaluated_photo(picture: EvaluatedPicture) -> EvaluatedPhoto:
    """Return a photo that a model was evaluated on, made once."""
    try:
        return EvaluatedPhoto(_plain(picture))
    except DefectLensError as error:
        return EvaluatedPhoto(None, str(error), error.remedy)


def heated_photo(picture: EvaluatedPicture, entry: CatalogEntry, point: OperatingPoint) -> EvaluatedPhoto:
    """Return the photo with a model's heat map over it, made once; the plain photo with the reason where there is none.

    Parameters
    ----------
    picture : EvaluatedPicture
        The picture.
    entry : CatalogEntry
        The model; it is loaded for the map.
    point : OperatingPoint
        Where the model passes a photo: its map is pale then.
    """
    try:
        return EvaluatedPhoto(_heated(entry, point, entry.version, point.thresholds, picture))
    except DataUnavailable as error:
        return EvaluatedPhoto(None, str(error), error.remedy)
    except DefectLensError as error:
        plain = evaluated_photo(picture)
        return EvaluatedPhoto(plain.jpeg, plain.problem or f"No heat map: {error}", plain.remedy or error.remedy)


def evaluated_bytes(picture: EvaluatedPicture) -> bytes:
    """Return the file that was evaluated.

    Raises
    ------
    DataUnavailable
        If it is not on this machine, or has another content by now.
    """
    stored = PhotoStore().photo(picture.sha256)
    if stored is not None:
        return stored
    scene = product_and_seed(picture.image)
    if scene is not None and scene[0] in PRODUCTS:
        data, same = scene_jpeg(render(*scene)), picture.scenes_version == SCENES_VERSION
    else:
        data, same = stored_picture(picture.dataset, picture.image), False
    if not same and hashlib.sha256(data).hexdigest() != picture.sha256:
        raise DataUnavailable(
            "The picture of this name has another content than the evaluated one.", "Run the evaluate command again."
        )
    return data


@st.cache_data(max_entries=1000, show_spinner=False)
def _plain(picture: EvaluatedPicture) -> bytes:
    return encode_jpeg(_read(picture, PHOTO_SIDE).pixels, longest_side=PHOTO_SIDE)


@st.cache_data(max_entries=1000, show_spinner=False)
def _heated(
    _entry: CatalogEntry,
    _point: OperatingPoint,
    version: ModelVersion,
    thresholds: Thresholds,
    picture: EvaluatedPicture,
) -> bytes:
    loaded = inspector(_entry)
    photo = _read(picture, loaded.least_side)
    # As it was evaluated: the whole photo, whatever part might be found in it.
    inspected = loaded.inspect_frame(photo, own_frame(photo, loaded.spec), _point)
    heated = inspected_overlay(photo.pixels, inspected)
    return encode_jpeg(heated, longest_side=PHOTO_SIDE)


def _read(picture: EvaluatedPicture, least_side: int) -> Photo:
    photo = read_photo(evaluated_bytes(picture), picture.image, least_side=least_side)
    if isinstance(photo, Rejection):
        raise DataUnavailable(f"The picture cannot be used: {photo.reason}.", photo.remedy)
    return photo
