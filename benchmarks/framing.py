"""What a model makes of its part somewhere in a larger photo, and of photos without it: ``make bench`` leaves it out.

Run as ``python -m benchmarks.framing MODEL…`` with the data sets at hand. Parts come from the test split, backgrounds
from the half of the everyday photos that fitted nothing, and from drawn grounds.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from defect_app.datasets import load_dataset, picture_bytes
from defect_app.decision import Verdict
from defect_app.inspection import Inspected, Inspector
from defect_app.inspection.framing import Region, overlap
from defect_app.intake import Photo, encode_jpeg, read_photo
from defect_app.publishing.framing import Backgrounds, compose
from defect_app.publishing.framing.composition import PROPORTIONS

FIRST_SEED = 1000


@dataclass(frozen=True)
class FramingFigures:
    """Counts over composed photos and strangers, and what the search costs.

    Attributes
    ----------
    model : str
        Its id.
    parts : int
        Composed photos.
    same_or_review : int
        Those with the verdict of their tight photo, or REVIEW.
    same : int
        Those with the verdict of their tight photo.
    same_without : int
        The same count where nothing is searched.
    defects, escapes, escapes_tight : int
        Defective parts, those of them that pass composed, and that pass on their tight photo.
    good, false_rejects, false_rejects_tight : int
        Good parts, those of them that are rejected composed, and on their tight photo.
    median_overlap : float
        Intersection over union of found and true frames.
    strangers, unfamiliar : int
        Photos without the part, and those of them that the model does not know.
    searched_ms, judged_ms : float
        Processor time of an unfamiliar photo beyond a familiar one's, and of a familiar photo, median.
    """

    model: str
    parts: int
    same_or_review: int
    same: int
    same_without: int
    defects: int
    escapes: int
    escapes_tight: int
    good: int
    false_rejects: int
    false_rejects_tight: int
    median_overlap: float
    strangers: int
    unfamiliar: int
    searched_ms: float
    judged_ms: float


def measure(inspector: Inspector, n: int, *, seed: int, is_round: bool, data_dir: Path | None = None) -> FramingFigures:
    """Judge `n` composed photos and as many strangers."""
    rng = np.random.default_rng(FIRST_SEED + seed)
    spec, backgrounds = inspector.spec, Backgrounds("measuring", data_dir)
    pictures = load_dataset(spec.dataset, data_dir).of_split("test")
    roles = {entry.name: entry.role for entry in spec.classes}
    # As many good parts as defective ones, or every one of the fewer.
    by_role = [[p for p in pictures if roles[p.label] == role] for role in ("ok", "defect")]
    counts: Counter[str] = Counter()
    overlaps: list[float] = []
    for number in range(n):
        role, own = number % 2, by_role[number % 2]
        picture = own[int(rng.integers(len(own)))]
        tight = read_photo(picture_bytes(picture), picture.image)
        assert isinstance(tight, Photo)
        composition = compose(rng, tight.pixels, backgrounds, is_round=is_round)
        own_verdict = inspector.inspect(tight).judgement.verdict
        result = _judged(inspector, composition.pixels)
        verdict = result.judgement.verdict
        counts["same"] += verdict is own_verdict
        counts["same or review"] += verdict in (own_verdict, Verdict.REVIEW)
        counts["same without"] += _without_search(inspector, composition.pixels) is own_verdict
        counts[("good", "defects")[role]] += 1
        wrong = (Verdict.REJECT, Verdict.PASS)[role]
        counts[("false rejects", "escapes")[role]] += verdict is wrong
        counts[("tight false rejects", "tight escapes")[role]] += own_verdict is wrong
        if result.frame is not None:
            overlaps.append(overlap(Region(*result.frame), composition.frame))
    strangers = [backgrounds.draw(rng, height=600, width=round(600 * float(rng.choice(PROPORTIONS)))) for _ in range(n)]
    unfamiliar = sum(not _judged(inspector, pixels).is_familiar for pixels in strangers)
    searched, judged = _times(inspector, strangers[:15])
    return FramingFigures(
        model=spec.id,
        parts=n,
        same_or_review=counts["same or review"],
        same=counts["same"],
        same_without=counts["same without"],
        defects=counts["defects"],
        escapes=counts["escapes"],
        escapes_tight=counts["tight escapes"],
        good=counts["good"],
        false_rejects=counts["false rejects"],
        false_rejects_tight=counts["tight false rejects"],
        median_overlap=float(np.median(overlaps)) if overlaps else 0.0,
        strangers=n,
        unfamiliar=unfamiliar,
        searched_ms=searched - judged,
        judged_ms=judged,
    )


def _judged(inspector: Inspector, pixels: np.ndarray) -> Inspected:
    result = inspector.inspect_bytes(encode_jpeg(pixels, quality=97), "composed.jpg")
    assert isinstance(result, Inspected)
    return result


def _without_search(inspector: Inspector, pixels: np.ndarray) -> Verdict:
    (result,) = inspector.inspect_many([("composed.jpg", encode_jpeg(pixels, quality=97))], whole_photos=True)
    assert isinstance(result, Inspected)
    return result.judgement.verdict


def _times(inspector: Inspector, photos: Sequence[np.ndarray]) -> tuple[float, float]:
    """Return the median processor time in ms with and without a search, after a warm-up."""
    spent: dict[bool, list[float]] = {True: [], False: []}
    for pixels in photos:
        data = [("timed.jpg", encode_jpeg(pixels))]
        for searches in (True, False):
            start = time.process_time()
            list(inspector.inspect_many(data, whole_photos=not searches))
            spent[searches].append(1000 * (time.process_time() - start))
    return float(np.median(spent[True][3:])), float(np.median(spent[False][3:]))


def main() -> None:
    """Measure the models that are named, and print a line of JSON for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", nargs="+", metavar="MODEL")
    parser.add_argument("--models-folder", type=Path, default=None)
    parser.add_argument("--number", type=int, default=100, help="composed photos, and strangers")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--round", action="store_true", help="the background reaches up to a round part")
    arguments = parser.parse_args()
    for model in arguments.models:
        inspector = Inspector.from_id(model, arguments.models_folder)
        figures = measure(inspector, arguments.number, seed=arguments.seed, is_round=arguments.round)
        print(json.dumps(asdict(figures)), flush=True)


if __name__ == "__main__":
    main()
