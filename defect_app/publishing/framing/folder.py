"""Adds to a complete model folder what finds the part in its photos, or leaves it out where that is not safe."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from defect_app.catalog import read_spec, write_spec
from defect_app.datasets import LabelledPicture, load_dataset, picture_bytes
from defect_app.inspection import Inspector
from defect_app.inspection.framing import FRAMING_FILE
from defect_app.intake import Photo, read_photo
from defect_app.progress import Progress
from defect_app.publishing.framing.backgrounds import Backgrounds
from defect_app.publishing.framing.fit import COMPOSITIONS, HELD_OUT_COMPOSITIONS, FrameFit, fit_frame_model


def add_framing(
    folder: Path, *, data_dir: Path | None = None, layer: str = "", seed: int = 0, progress: Progress
) -> FrameFit:
    """Fit the search for a model on the pictures it was trained on, write ``framing.npz``, and seal the folder.

    Parameters
    ----------
    folder : Path
        A complete model folder whose data set is registered.
    data_dir : Path, optional
        See `datasets.load_dataset`.
    layer : str
        See `FrameModel`.
    seed : int
        Chooses pictures, places and backgrounds.
    progress : callable
        See `progress.Progress`.

    Raises
    ------
    DataUnavailable
        If the pictures are not on this machine.
    DefectLensError
        If the search cannot tell parts from other things; the folder is then as it was.
    """
    spec = read_spec(folder)
    loaded = load_dataset(spec.dataset, data_dir)
    rng = np.random.default_rng(seed)
    fit = fit_frame_model(
        Inspector(spec, folder),
        _pictures(rng, loaded.of_split("train"), COMPOSITIONS),
        _pictures(rng, loaded.of_split("validation"), HELD_OUT_COMPOSITIONS),
        Backgrounds("fitting", data_dir),
        layer=layer,
        seed=seed,
        progress=progress,
    )
    fit.model.save(folder / FRAMING_FILE)
    write_spec(folder, spec)
    return fit


def _pictures(rng: np.random.Generator, pictures: Sequence[LabelledPicture], most: int) -> list[np.ndarray]:
    chosen = [pictures[i] for i in rng.permutation(len(pictures))[:most]]
    read = [read_photo(picture_bytes(picture), picture.image) for picture in chosen]
    return [photo.pixels for photo in read if isinstance(photo, Photo)]
