"""Judge disturbed copies of a bounded, seeded sample of test pictures, as a photo that a user hands in is judged."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from defect_app.catalog import InspectionThresholds
from defect_app.datasets import LabelledPicture, picture_bytes
from defect_app.decision import Verdict
from defect_app.errors import DataUnavailable, DefectLensError
from defect_app.evaluation.robustness import AS_IT_IS, Robustness, RobustnessOrigin
from defect_app.intake import Rejection, read_photo
from defect_app.publishing.disturbances import DISTURBANCES, STRENGTHS, disturbed

if TYPE_CHECKING:
    from defect_app.inspection import Inspector

PICTURES = 40


def sampled(pictures: Sequence[LabelledPicture], defects: Sequence[str], n: int, seed: int) -> list[LabelledPicture]:
    """Draw up to n pictures, half of them defective where there are enough, in an order of the seed."""
    rng = np.random.default_rng(seed)
    bad = [p for p in pictures if p.label in defects]
    good = [p for p in pictures if p.label not in defects]
    n_bad = min(len(bad), max(n // 2, n - len(good)))
    n_good = min(len(good), n - n_bad)
    return [part[i] for part, count in ((bad, n_bad), (good, n_good)) for i in rng.permutation(len(part))[:count]]


def measure_robustness(
    inspector: Inspector,
    pictures: Sequence[LabelledPicture],
    n: int = PICTURES,
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> Robustness:
    """Disturb and judge.

    Parameters
    ----------
    inspector : Inspector
        An inspection model; its default point judges, and no part is looked for in unfamiliar photos.
    pictures : sequence of LabelledPicture
        Test pictures.
    n : int
        So many of them at most.
    seed : int
        Draws them, and what chance does to each.
    progress : callable, optional
        Called with the photos judged, and with how many there are.

    Raises
    ------
    DefectLensError
        If the model is no inspection model.
    DataUnavailable
        If there are no pictures, or one cannot be used.
    """
    spec, thresholds = inspector.spec, inspector.default_point.thresholds
    if not isinstance(thresholds, InspectionThresholds):
        raise DefectLensError(f"{spec.id} passes and rejects nothing.", "Choose an inspection model.")
    defects = {spec.class_names[i] for i in spec.indices_with_role("defect")}
    chosen = sampled(pictures, sorted(defects), n, seed)
    if not chosen:
        raise DataUnavailable(f"There are no test pictures for {spec.id}.", "Give --data.")
    waiting: list[tuple[str, int, LabelledPicture]] = []

    def files() -> Iterator[tuple[str, bytes]]:
        for place, picture in enumerate(chosen):
            data = picture_bytes(picture)
            waiting.append((AS_IT_IS, 0, picture))
            yield picture.image, data
            photo = read_photo(data, picture.image)
            if isinstance(photo, Rejection):
                raise DataUnavailable(f"The picture {picture.image} cannot be used: {photo.reason}.", photo.remedy)
            for number, disturbance in enumerate(DISTURBANCES):
                for strength in STRENGTHS:
                    rng = np.random.default_rng([seed, place, number, strength])
                    waiting.append((disturbance.name, strength, picture))
                    yield picture.image, disturbed(photo.pixels, disturbance, strength, rng)

    rows = []
    total = len(chosen) * (1 + len(DISTURBANCES) * len(STRENGTHS))
    for done, result in enumerate(inspector.inspect_many(files(), whole_photos=True), start=1):
        name, strength, picture = waiting.pop(0)
        defective = picture.label in defects
        # A photo that intake refuses passes no part: a person sees it.
        verdict = Verdict.REVIEW if isinstance(result, Rejection) else result.judgement.verdict
        rows.append(
            {
                "disturbance": name,
                "strength": strength,
                "image": picture.image,
                "defective": defective,
                "verdict": verdict.name,
                "right": (verdict is Verdict.REJECT) == defective,
            }
        )
        if progress is not None:
            progress(done, total)
    origin = RobustnessOrigin(
        model_id=spec.id,
        model_sha256=inspector.weights_sha256,
        dataset=spec.dataset,
        seed=seed,
        amounts={d.name: d.amounts for d in DISTURBANCES},
        units={d.name: d.unit for d in DISTURBANCES},
        review_at=thresholds.review_at,
        reject_at=thresholds.reject_at,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
    )
    return Robustness(pd.DataFrame(rows), origin)
