"""A batch from untrusted bytes to verdicts, with decoding and inference overlapped on every core."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from defect_app.catalog import ModelSpec, find_model, model_digest
from defect_app.decision import Judgement, OperatingPoint, default_point, judge
from defect_app.engine import ActivationMap, Engine, in_photo_frame
from defect_app.familiarity import Acquaintance, FamiliarityModel
from defect_app.intake import Photo, Rejection, fit_to_input, read_photo


@dataclass(frozen=True)
class Inspected:
    """A photo and all that was found out about it.

    Attributes
    ----------
    photo : Photo
        The upright pixels that were judged.
    probabilities : ndarray of float32, shape (n_classes,)
        In the order of the spec's classes.
    activation_map : ActivationMap or None
        Where in the photo the evidence lies.
    acquaintance : Acquaintance or None
        How familiar and how good the photo is; None where the model remembers nothing.
    judgement : Judgement
        The verdict with its reason.
    """

    photo: Photo
    probabilities: np.ndarray
    activation_map: ActivationMap | None
    acquaintance: Acquaintance | None
    judgement: Judgement


class Inspector:
    """A loaded model that judges photos; safe to share between threads and sessions.

    Parameters
    ----------
    model_id : str
        A folder under ``models/``.
    models_folder : Path, optional
        Default: the project's ``models/``.
    weights : str
        Stem of the OpenVINO files.

    Raises
    ------
    ModelUnavailable
        If the model is missing or disabled.
    """

    def __init__(self, model_id: str, models_folder: Path | None = None, weights: str = "model") -> None:
        self.spec, self.folder = find_model(model_id, models_folder)
        self.engine = Engine(self.spec, self.folder, weights)
        self.model_sha256 = model_digest(self.folder)
        remembered = self.folder / "familiarity.npz"
        self.familiarity = FamiliarityModel.load(remembered) if remembered.is_file() else None
        self.default_point = default_point(self.spec, self.model_sha256)

    @property
    def least_side(self) -> int:
        """The side in pixels that a reduced decode must keep twice: the larger side of the model's input."""
        return max(self.spec.input.height, self.spec.input.width)

    def inspect_bytes(self, data: bytes, name: str, point: OperatingPoint | None = None) -> Inspected | Rejection:
        """Judge one file; what is not a usable photo comes back as a `Rejection`, never as an exception."""
        photo = read_photo(data, name, least_side=self.least_side)
        return photo if isinstance(photo, Rejection) else self.inspect(photo, point)

    def inspect(self, photo: Photo, point: OperatingPoint | None = None) -> Inspected:
        """Judge one photo at an operating point (default: the one the model was delivered with)."""
        pixels = input_pixels(photo.pixels, self.spec)
        prediction = self.engine.predict(pixels)
        acquaintance = self.familiarity.acquaintance(prediction.features, pixels) if self.familiarity else None
        judgement = judge(prediction.probabilities, self.spec, point or self.default_point, acquaintance)
        heat = prediction.activation_map
        if heat is not None:
            heat = in_photo_frame(heat, self.spec.input, photo_height=photo.height, photo_width=photo.width)
        return Inspected(photo, prediction.probabilities, heat, acquaintance, judgement)

    def inspect_many(
        self, files: Iterable[tuple[str, bytes]], point: OperatingPoint | None = None
    ) -> Iterator[Inspected | Rejection]:
        """Judge many files, in order, with as many threads as the engine has streams.

        Parameters
        ----------
        files : iterable of (name, bytes)
            Read lazily, a few ahead: memory does not grow with the batch.
        point : OperatingPoint, optional
            Default: the one the model was delivered with.

        Yields
        ------
        Inspected or Rejection
            One for each file, in the order of `files`. Closing the generator stops the work.
        """
        workers = self.engine.streams + 1
        pending: deque[Future[Inspected | Rejection]] = deque()
        with ThreadPoolExecutor(workers, thread_name_prefix="inspect") as pool:
            try:
                for name, data in files:
                    pending.append(pool.submit(self.inspect_bytes, data, name, point))
                    if len(pending) >= 2 * workers:
                        yield pending.popleft().result()
                while pending:
                    yield pending.popleft().result()
            finally:
                for future in pending:
                    future.cancel()


def judged_anew(inspected: Inspected, spec: ModelSpec, point: OperatingPoint) -> Inspected:
    """Return a photo with the verdict that its stored probabilities get at another operating point."""
    return replace(inspected, judgement=judge(inspected.probabilities, spec, point, inspected.acquaintance))


def input_pixels(pixels: np.ndarray, spec: ModelSpec) -> np.ndarray:
    """Scale upright RGB pixels of any size to the model's input, as in training."""
    size = spec.input
    return fit_to_input(pixels, height=size.height, width=size.width, fit=size.fit, resize=size.resize)
