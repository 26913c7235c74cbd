"""A loaded model, from untrusted bytes to a verdict: one photo, or many on every core."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from copy import copy
from dataclasses import replace
from pathlib import Path
from typing import Self

import numpy as np

from defect_app.catalog import CatalogEntry, ModelSpec, find_model, weights_sha256
from defect_app.decision import OperatingPoint, default_point, judge
from defect_app.engine import Engine, in_photo_frame
from defect_app.errors import FrameOutsidePhoto, ModelUnavailable
from defect_app.familiarity import FamiliarityModel
from defect_app.inspection.framing import FRAMING_FILE, ChosenFrame, FixedFrame, Frame, FrameModel, resized_frame
from defect_app.inspection.framing.fixed_frame import decoded_side
from defect_app.inspection.framing.heat import in_whole_photo
from defect_app.inspection.framing.part import PartFinder, too_small
from defect_app.inspection.in_order import in_order
from defect_app.inspection.input_pixels import input_pixels
from defect_app.inspection.inspected import Inspected, judged_anew
from defect_app.inspection.seen_part import own_frame, seen_pixels, side_to_decode, whole_of
from defect_app.inspection.workers import OwnThreads
from defect_app.intake import Photo, Rejection, read_photo

__all__ = ["Inspected", "Inspector", "input_pixels", "judged_anew", "whole_of"]


class Inspector:
    """A loaded model that judges photos; safe to share between threads and sessions.

    Parameters
    ----------
    spec : ModelSpec
        What the model is; its files are taken as verified, see `catalog.load_catalog`.
    folder : Path
        The model's folder.
    weights : str
        Stem of the OpenVINO files.

    Attributes
    ----------
    frames : tuple of FixedFrame or PixelFrame
        The parts of each photo that are judged, see `in_frames`. None is the whole photo.

    Raises
    ------
    ModelUnavailable
        If the files cannot be loaded.
    """

    def __init__(self, spec: ModelSpec, folder: Path, weights: str = "model") -> None:
        self.spec, self.folder = spec, folder
        self.frames: tuple[ChosenFrame, ...] = FixedFrame.of_spec(spec)
        self.engine = Engine(spec, folder, weights)
        self.weights_sha256 = weights_sha256(folder)
        remembered = folder / "familiarity.npz"
        self.familiarity = FamiliarityModel.load(remembered) if remembered.is_file() else None
        if self.familiarity is not None and self.familiarity.references.shape[1] != self.engine.n_features:
            raise ModelUnavailable(
                f"{spec.id}: {remembered.name} remembers {self.familiarity.references.shape[1]} features a photo, the "
                f"model gives {self.engine.n_features}.",
                "Restore the model folder.",
            )
        self.default_point = default_point(spec)
        framing = folder / FRAMING_FILE
        self.part_finder: PartFinder | None = None
        if framing.is_file() and self.familiarity is not None:
            self.part_finder = PartFinder(spec, folder, FrameModel.load(framing), self.engine, self.familiarity)

    @property
    def model_sha256(self) -> str:
        """The model's identity: all that decides, see `ModelSpec.identity`."""
        return self.spec.identity

    @classmethod
    def from_entry(cls, entry: CatalogEntry) -> Self:
        """Load the model of a catalog entry.

        Raises
        ------
        ModelUnavailable
            If it is disabled or cannot be loaded.
        """
        return cls(entry.usable_spec, entry.folder)

    @classmethod
    def from_id(cls, model_id: str, models_folder: Path | None = None) -> Self:
        """Look a model up in the catalog, which verifies its files, and load it.

        Parameters
        ----------
        model_id : str
            A folder under ``models/``.
        models_folder : Path, optional
            Default: the project's ``models/``.

        Raises
        ------
        ModelUnavailable
            If it is missing, disabled, or cannot be loaded.
        """
        return cls(*find_model(model_id, models_folder))

    @property
    def least_side(self) -> int:
        """The side in pixels that a reduced decode must keep twice: the larger side of the model's input.

        Where a part of each photo is judged, that part has so many.
        """
        return decoded_side(max(self.spec.input.height, self.spec.input.width), self.frames)

    def in_frames(self, frames: Sequence[ChosenFrame]) -> Self:
        """Return this model as one that judges the same parts of each photo and looks for none; it shares all else.

        Without frames it judges in the one that it was taught with, if any.
        """
        framed = copy(self)
        framed.frames = tuple(frames) or FixedFrame.of_spec(self.spec)
        return framed

    def inspect_bytes(self, data: bytes, name: str, point: OperatingPoint | None = None) -> Inspected | Rejection:
        """Judge one file; what is not a usable photo comes back as a `Rejection`, never as an exception."""
        return self._inspect_file(name, data, point, False)

    def inspect_bytes_in(
        self, data: bytes, name: str, frame: Frame | None, point: OperatingPoint | None = None
    ) -> Inspected | Rejection:
        """Judge one file as it was judged before: in that frame, whoever framed it; None is what the model chooses.

        A frame that the model finds again is judged as found, with all that belongs to it.
        """
        judged = self.inspect_bytes(data, name, point)
        if isinstance(judged, Rejection) or frame in (None, judged.frame or whole_of(judged.photo)):
            return judged
        photo = read_photo(data, name, least_side=side_to_decode(judged.photo, frame, self.least_side))
        return photo if isinstance(photo, Rejection) else self.inspect_frame(photo, frame, point)

    def inspect(self, photo: Photo, point: OperatingPoint | None = None) -> Inspected:
        """Judge one photo at an operating point (default: the one the model was delivered with).

        It is judged in the first of the model's `frames`; without one, an unfamiliar photo is searched for the part
        where the model can do that, and judged there.

        Raises
        ------
        FrameOutsidePhoto
            If a frame in pixels does not lie in the photo.
        """
        return self._inspected(photo, point, _placed(self.frames[0], photo) if self.frames else None)

    def inspect_each(self, photo: Photo, point: OperatingPoint | None = None) -> tuple[Inspected, ...]:
        """Judge one photo in each of the model's frames, as `inspect` does in the first; without any, as a whole."""
        further = (self._inspected(photo, point, _placed(frame, photo)) for frame in self.frames[1:])
        return (self.inspect(photo, point), *further)

    def inspect_frame(self, photo: Photo, frame: Frame, point: OperatingPoint | None = None) -> Inspected:
        """Judge a part of a photo that somebody chose; nothing is searched.

        Parameters
        ----------
        photo : Photo
            What intake accepted.
        frame : Frame
            In pixels of the upright original. `whole_of` the photo judges it as it is.
        point : OperatingPoint, optional
            Default: the one the model was delivered with.
        """
        return self._inspected(photo, point, frame)

    def _inspected(self, photo: Photo, point: OperatingPoint | None, frame: Frame | None) -> Inspected:
        whole = whole_of(photo)
        size, shape = (photo.width, photo.height), (photo.pixels.shape[1], photo.pixels.shape[0])
        seen = whole if frame is None else frame
        pixels = seen_pixels(photo, frame, self.spec)
        prediction = self.engine.predict(pixels)
        familiarity = self.familiarity.assess(prediction.features, pixels) if self.familiarity else None
        near: tuple[np.ndarray, ...] = ()
        if frame is not None and familiarity is not None and seen not in (whole, own_frame(photo, self.spec)):
            # Fine defects of a part that is enlarged so much are not in the photo, whoever framed it; a model that was
            # taught in this frame was taught with what is in it.
            problems = familiarity.quality_problems + too_small(seen, self.spec)
            familiarity = replace(familiarity, quality_problems=problems)
        if frame is None and self.part_finder is not None and familiarity is not None and not familiarity.familiar:
            found = self.part_finder.find(photo.pixels)
            if found is not None:
                seen = resized_frame(found.frame, picture=shape, to=size)
                prediction, familiarity, near = found.prediction, found.familiarity, found.near
        heat = prediction.activation_map
        if heat is not None:
            heat = in_photo_frame(heat, self.spec.input, photo_height=seen.height, photo_width=seen.width)
            heat = in_whole_photo(heat, seen, width=photo.width, height=photo.height)
        if familiarity is not None and not familiarity.familiar:
            heat = None
        # To a model that was taught in a frame the whole photo is a frame like any other: it has to be named.
        told = None if seen == whole and self.spec.frame is None else seen
        judgement = judge(
            prediction.probabilities,
            self.spec,
            point or self.default_point,
            familiarity,
            doubt=photo.doubt,
            near=near,
            is_part=told is not None,
        )
        return Inspected(photo, prediction.probabilities, heat, familiarity, judgement, told, near)

    def inspect_many(
        self, files: Iterable[tuple[str, bytes]], point: OperatingPoint | None = None, *, whole_photos: bool = False
    ) -> Generator[Inspected | Rejection, None, None]:
        """Judge many files, in order, with as many threads as the engine has streams.

        Parameters
        ----------
        files : iterable of (name, bytes)
            Read lazily, a few ahead: memory does not grow with the batch.
        point : OperatingPoint, optional
            Default: the one the model was delivered with.
        whole_photos : bool
            Whether no part is looked for in unfamiliar photos: what a model answers is measured on whole photos, or in
            the frame that it was taught with.

        Yields
        ------
        Inspected or Rejection
            One for each file, in the order of `files`. Closing the generator stops the work.
        """
        with OwnThreads(self.engine.streams + 1) as threads:
            yield from in_order(lambda file: self._inspect_file(*file, point, whole_photos), files, threads)

    def _inspect_file(
        self, name: str, data: bytes, point: OperatingPoint | None, whole_photo: bool
    ) -> Inspected | Rejection:
        photo = read_photo(data, name, least_side=self.least_side)
        if isinstance(photo, Rejection):
            return photo
        return (
            self.inspect_frame(photo, own_frame(photo, self.spec), point) if whole_photo else self.inspect(photo, point)
        )


def _placed(frame: ChosenFrame, photo: Photo) -> Frame:
    try:
        return frame.in_photo(photo.width, photo.height)
    except ValueError:
        size = f"{photo.width} x {photo.height}"
        raise FrameOutsidePhoto(
            f"The frame does not lie within {photo.name}, which has {size} pixels.", "Name a part of the photo."
        ) from None
