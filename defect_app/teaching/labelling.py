"""Active learning: which of many photos without a label are worth one: the model is unsure, or knows none like it.

Method: uncertainty sampling (Lewis and Gale, 1994) with the diversity of a core set (Sener and Savarese, ICLR 2018):
each photo that is chosen makes others like it less worth choosing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from defect_app.inspection import Inspector
from defect_app.inspection.in_order import in_order
from defect_app.inspection.seen_part import seen_pixels
from defect_app.inspection.workers import OwnThreads
from defect_app.intake import PhotoFile, Rejection, read_file, read_photo
from defect_app.progress import Progress

WANTED = 10


@dataclass(frozen=True)
class WorthLabelling:
    """A photo whose label would teach most.

    Attributes
    ----------
    index : int
        Place among the given files.
    name : str
        Of the file.
    reason : str
        Why, in plain words.
    """

    index: int
    name: str
    reason: str


def worth_labelling(
    inspector: Inspector, files: Sequence[PhotoFile], progress: Progress, wanted: int = WANTED
) -> tuple[WorthLabelling, ...]:
    """Judge photos and return those that are worth a label, the most worth first; unusable files are left out.

    Parameters
    ----------
    inspector : Inspector
        The model so far.
    files : sequence of PhotoFile
        Read a few ahead.
    progress : callable
        Called after each file. Whatever it raises stops the work.
    wanted : int
        How many.
    """

    def one(file: PhotoFile) -> tuple[np.ndarray, np.ndarray] | None:
        content = read_file(file)
        if isinstance(content, Rejection):
            return None
        photo = read_photo(content.data, file.name, least_side=inspector.least_side)
        if isinstance(photo, Rejection):
            return None
        prediction = inspector.engine.predict(seen_pixels(photo, None, inspector.spec))
        return prediction.probabilities, prediction.features

    found: list[tuple[int, np.ndarray, np.ndarray]] = []
    with OwnThreads(inspector.engine.streams + 1) as threads:
        for number, answer in enumerate(in_order(one, files, threads)):
            if answer is not None:
                found.append((number, *answer))
            progress("judging photos", number + 1, len(files))
    if not found:
        return ()
    probabilities = np.stack([answer for _, answer, _ in found])
    looks = np.stack([look for _, _, look in found])
    familiarity = inspector.familiarity
    strange = familiarity.distances(looks) / max(familiarity.limit, 1e-9) if familiarity else np.zeros(len(looks))
    return tuple(
        WorthLabelling(found[i][0], files[found[i][0]].name, _reason(probabilities[i], float(strange[i]), inspector))
        for i in ranked(probabilities, looks, strange, wanted)
    )


def ranked(probabilities: np.ndarray, looks: np.ndarray, strange: np.ndarray, wanted: int) -> list[int]:
    """Return the photos worth a label, the most worth first.

    Parameters
    ----------
    probabilities : ndarray, shape (n, n_classes)
        The model's answers.
    looks : ndarray, shape (n, n_features)
        What photos are compared by.
    strange : ndarray, shape (n,)
        Distance to what was taught, as a share of the limit of familiarity.
    wanted : int
        How many at most.
    """
    worth = uncertainty(probabilities) + 0.5 * np.clip(strange, 0, 2)
    unit = looks / np.maximum(np.linalg.norm(looks, axis=1, keepdims=True), 1e-12)
    apart = np.full(len(unit), np.inf)
    chosen: list[int] = []
    while len(chosen) < min(wanted, len(unit)):
        usual = float(np.median(apart)) if chosen else 1.0
        discounted = worth * np.minimum(apart / max(usual, 1e-9), 1.0) if chosen else worth.copy()
        discounted[chosen] = -np.inf
        best = int(discounted.argmax())
        chosen.append(best)
        apart = np.minimum(apart, np.sqrt(np.maximum(2 - 2 * unit @ unit[best], 0)))
    return chosen


def uncertainty(probabilities: np.ndarray) -> np.ndarray:
    """Return 1 where the two most probable classes are equally probable, and 0 where one is certain; shape (n,)."""
    two = np.sort(probabilities, axis=1)[:, -2:]
    unsure: np.ndarray = 1 - (two[:, 1] - two[:, 0])
    return unsure


def _reason(probabilities: np.ndarray, strange: float, inspector: Inspector) -> str:
    if strange > 1:
        return "it looks like none of the photos that were taught"
    first, second = np.argsort(-probabilities)[:2]
    titles = [inspector.spec.classes[i].title for i in (first, second)]
    if probabilities[first] - probabilities[second] < 0.5:
        shares = [f"{100 * probabilities[i]:.0f} %" for i in (first, second)]
        return f"the model is unsure: {titles[0]} {shares[0]}, {titles[1]} {shares[1]}"
    return f"it differs from those above, and says {titles[0]} less surely than others"
