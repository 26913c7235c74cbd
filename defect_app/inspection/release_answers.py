"""What a model answered on rendered photos when it was released, kept in its folder, and whether it still does."""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from defect_app.catalog import RELEASE_FILE, CatalogEntry
from defect_app.errors import ModelUnavailable
from defect_app.inspection.inspector import Inspector, input_pixels
from defect_app.intake import Rejection, read_photo

MOST_PHOTOS = 8
MOST_BYTES = 8_000_000
"""Far above what publishing writes: two photos of some 40 kB."""


@dataclass(frozen=True)
class Tolerances:
    """How far answers may lie from those at release.

    The photos have the size of the model's input, and JPEG is decoded to the same pixels by every processor, so that
    only the order in which the network's sums are added may differ.

    Attributes
    ----------
    score : float
        Between probabilities.
    distance : float
        Between familiarity distances, which run from 0 to 2.
    heat_map : float
        Between heat maps in [0, 1], in the mean over their places.
    """

    score: float
    distance: float
    heat_map: float


FLOAT32 = Tolerances(score=0.002, distance=0.005, heat_map=0.01)
"""A changed weight, scale or channel order moves far more: one grey level of noise alone up to 0.03 of score."""
INTEGER = Tolerances(score=0.02, distance=0.02, heat_map=0.05)
"""Of quantised models: processors differ in their integer kernels."""


@dataclass(frozen=True, eq=False)
class ReleaseAnswer:
    """One photo and what the model answered on it.

    Attributes
    ----------
    photo : bytes
        The photo's file, at the size of the model's input: its very bytes, since a scene that is rendered or scaled
        anew differs a little between processors.
    probabilities : ndarray of float32, shape (n_classes,)
        In the order of the spec's classes.
    heat_map : ndarray of float32, shape (rows, columns), or None
        The class activation map in [0, 1], at the size that the model gives.
    distance : float or None
        Familiarity distance, 0 to 2; None where the model remembers nothing.
    """

    photo: bytes
    probabilities: np.ndarray
    heat_map: np.ndarray | None
    distance: float | None


@dataclass(frozen=True, eq=False)
class ReleaseAnswers:
    """All that a model folder keeps of it.

    Attributes
    ----------
    photos : tuple of ReleaseAnswer
        Empty for a folder without them.
    is_quantised : bool
        Whether the network computes with integers.
    """

    photos: tuple[ReleaseAnswer, ...] = ()
    is_quantised: bool = False

    @property
    def tolerances(self) -> Tolerances:
        """How far answers may lie from these."""
        return INTEGER if self.is_quantised else FLOAT32


@dataclass(frozen=True)
class ReleaseCheck:
    """Whether a model answers as at release.

    Attributes
    ----------
    n_photos : int
        How many photos were judged; 0 where the folder holds none, and nothing could be checked.
    problem : str
        The first difference, in plain words; empty where there is none.
    """

    n_photos: int
    problem: str = ""


def load_checked(entry: CatalogEntry) -> Inspector:
    """Load the model of a catalog entry, and let it answer its photos before it judges any other.

    Raises
    ------
    ModelUnavailable
        If it is disabled, cannot be loaded, or does not answer as at release.
    """
    inspector = Inspector.from_entry(entry)
    problem = check_release(inspector).problem
    if problem:
        raise ModelUnavailable(f"{entry.id}: {problem}", "Restore its folder; see the command selftest.")
    return inspector


def check_release(inspector: Inspector) -> ReleaseCheck:
    """Let a model answer the photos in its folder again, and compare."""
    try:
        stored = read_release_answers(inspector.folder)
    except ModelUnavailable as error:
        return ReleaseCheck(0, str(error).removeprefix(f"{inspector.spec.id}: "))
    for number, expected in enumerate(stored.photos, start=1):
        found = answer(inspector, expected.photo)
        said = "cannot be read any more"
        if found is not None:
            said = next(_differences(found, expected, stored.tolerances), "")
        if said:
            return ReleaseCheck(len(stored.photos), f"it does not answer as at release: photo {number} {said}.")
    return ReleaseCheck(len(stored.photos))


def answer(inspector: Inspector, photo: bytes) -> ReleaseAnswer | None:
    """Return what a model says of a photo, read as any other is; None where it cannot be read."""
    read = read_photo(photo, "release photo", least_side=inspector.least_side)
    if isinstance(read, Rejection):
        return None
    pixels = input_pixels(read.pixels, inspector.spec)
    prediction = inspector.engine.predict(pixels)
    heat, familiarity = prediction.activation_map, inspector.familiarity
    return ReleaseAnswer(
        photo,
        prediction.probabilities,
        heat.values if heat is not None else None,
        familiarity.assess(prediction.features, pixels).distance if familiarity else None,
    )


def save_release_answers(folder: Path, answers: ReleaseAnswers) -> None:
    """Write ``release-answers.npz`` into a model folder; its spec is to be written after that, for the hash."""
    arrays: dict[str, np.ndarray] = {"is_quantised": np.asarray(answers.is_quantised)}
    for number, kept in enumerate(answers.photos):
        arrays[f"photo_{number}"] = np.frombuffer(kept.photo, np.uint8)
        arrays[f"probabilities_{number}"] = kept.probabilities.astype(np.float32)
        if kept.heat_map is not None:
            arrays[f"heat_map_{number}"] = kept.heat_map.astype(np.float16)
        if kept.distance is not None:
            arrays[f"distance_{number}"] = np.asarray(kept.distance)
    # Photos are compressed already, and the rest is small.
    np.savez(folder / RELEASE_FILE, allow_pickle=False, **arrays)


def read_release_answers(folder: Path) -> ReleaseAnswers:
    """Read ``release-answers.npz``; empty where the folder has none.

    Raises
    ------
    ModelUnavailable
        If the file is damaged, too large, or holds too many photos.
    """
    path = folder / RELEASE_FILE
    if not path.is_file():
        return ReleaseAnswers()
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            raise ValueError("too large")
        with np.load(io.BytesIO(content), allow_pickle=False) as stored:
            count = sum(name.startswith("photo_") for name in stored.files)
            if not 0 < count <= MOST_PHOTOS:
                raise ValueError("no photos, or too many")
            photos = tuple(_stored_answer(stored, number) for number in range(count))
            return ReleaseAnswers(photos, bool(stored["is_quantised"]))
    except (OSError, EOFError, KeyError, ValueError, TypeError, BadZipFile, zlib.error) as error:
        raise ModelUnavailable(f"{folder.name}: the file {path.name} cannot be read.", "Restore the folder.") from error


def _stored_answer(stored: np.lib.npyio.NpzFile, number: int) -> ReleaseAnswer:
    heat, distance = f"heat_map_{number}", f"distance_{number}"
    return ReleaseAnswer(
        stored[f"photo_{number}"].astype(np.uint8).tobytes(),
        stored[f"probabilities_{number}"].astype(np.float32),
        stored[heat].astype(np.float32) if heat in stored.files else None,
        float(stored[distance]) if distance in stored.files else None,
    )


def _differences(found: ReleaseAnswer, expected: ReleaseAnswer, most: Tolerances) -> Iterator[str]:
    """Yield what differs, in words that follow "photo 1"; what is no number differs from everything."""
    if found.probabilities.shape != expected.probabilities.shape:
        yield f"gets {found.probabilities.size} probabilities instead of {expected.probabilities.size}"
        return
    off = np.abs(found.probabilities - expected.probabilities)
    worst = int(np.argmax(np.nan_to_num(off, nan=np.inf)))
    if not off[worst] <= most.score:
        was, now = expected.probabilities[worst], found.probabilities[worst]
        yield f"gets a probability of {now:.3f} where it was {was:.3f}"
    if (found.distance is None) != (expected.distance is None):
        yield "is compared with training photos, or was, and is not both times"
    elif (
        found.distance is not None
        and expected.distance is not None
        and not abs(found.distance - expected.distance) <= most.distance
    ):
        yield f"lies {found.distance:.3f} from the training photos where it was {expected.distance:.3f}"
    if (found.heat_map is None) != (expected.heat_map is None):
        yield "has a heat map, or had one, and not both times"
    elif found.heat_map is not None and expected.heat_map is not None:
        if found.heat_map.shape != expected.heat_map.shape:
            yield f"has a heat map of {found.heat_map.shape} places where it was {expected.heat_map.shape}"
        elif not float(np.abs(found.heat_map - expected.heat_map).mean()) <= most.heat_map:
            yield "has another heat map"
