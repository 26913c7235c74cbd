"""Is a new version of a taught model as good as the one that it is to replace? McNemar's test on the same photos.

Each photo is judged by versions that have not seen it: out of fold by those that were taught with it, and by the former
version itself where it was not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from defect_app.decision import InspectionThresholds, Verdict, p_defect_of, verdict_at
from defect_app.evaluation import read_evaluation
from defect_app.evaluation.comparison import SIGNIFICANT, Comparison, compare
from defect_app.intake import FileContent, read_file, read_photo

if TYPE_CHECKING:
    from defect_app.catalog import ModelSpec
    from defect_app.inspection import Inspector
    from defect_app.teaching.request import TeachingFile


@dataclass(frozen=True)
class VersionComparison:
    """Two versions on the same photos.

    Attributes
    ----------
    n : int
        Photos.
    former_right, new_right : int
        How many of them each version judges rightly at its first operating point: good ones pass, defective ones do
        not; where classes are merely named, the most probable one is theirs.
    only_former, only_new : int
        How many one version alone judges rightly.
    p_value : float
        Of McNemar's exact test.
    """

    n: int
    former_right: int
    new_right: int
    only_former: int
    only_new: int
    p_value: float

    @classmethod
    def of(cls, found: Comparison) -> VersionComparison:
        """Take the counts of a comparison whose first model is the former version."""
        return cls(
            found.n, found.both_right + found.only_first, found.both_right + found.only_second,
            found.only_first, found.only_second, found.p_value,
        )  # fmt: skip

    @property
    def is_worse(self) -> bool:
        """Whether the new version is worse, beyond chance."""
        return self.only_former > self.only_new and self.p_value < SIGNIFICANT

    @property
    def sentence(self) -> str:
        """The comparison in words."""
        said = (
            f"Of {self.n:,} photos that neither version had seen when it judged them, the new one judges "
            f"{self.new_right:,} rightly and the former one {self.former_right:,}"
        )
        if self.p_value >= SIGNIFICANT:
            return f"{said}: no more than chance would make (McNemar, p = {self.p_value:.2g})."
        better = "worse" if self.is_worse else "better"
        return f"{said}: it is {better} beyond chance (McNemar, p = {self.p_value:.2g})."


def compare_versions(former: Path, new: Path, files: Sequence[TeachingFile]) -> VersionComparison | None:
    """Compare two model folders on the photos of the new one; None where their classes have nothing in common.

    Parameters
    ----------
    former, new : Path
        Complete model folders.
    files : sequence of TeachingFile
        What the new one was taught with.

    Raises
    ------
    DefectLensError
        If a folder cannot be read.
    """
    from defect_app.catalog import usable_spec
    from defect_app.inspection import Inspector

    inspector = Inspector(usable_spec(former), former)
    new_spec, new_answers = _answers(new)
    former_spec, former_answers = _answers(former)
    if new_spec.task != former_spec.task:
        return None
    missing = {sha256 for sha256 in new_answers if sha256 not in former_answers}
    former_answers = former_answers | _judged(inspector, files, missing)
    shared = [sha256 for sha256 in new_answers if sha256 in former_answers]
    roles = {c.name: c.role for c in new_spec.classes}
    labels = [new_answers[sha256].actual for sha256 in shared]
    actual = np.array([roles[label] == "defect" if new_spec.task == "inspection" else label for label in labels])
    answers = [
        np.array([answer_of(found[sha256].probabilities, spec) for sha256 in shared])
        for found, spec in ((former_answers, former_spec), (new_answers, new_spec))
    ]
    return VersionComparison.of(compare(actual, answers[0], answers[1]))


@dataclass(frozen=True, eq=False)
class _Answered:
    actual: str
    probabilities: np.ndarray


def _answers(folder: Path) -> tuple[ModelSpec, dict[str, _Answered]]:
    """Return a version's answers out of fold, by the photos' hashes."""
    from defect_app.catalog import read_spec

    spec, rows = read_spec(folder), read_evaluation(folder).rows
    probabilities = rows[[f"p_{name}" for name in spec.class_names]].to_numpy(np.float64)
    return spec, {
        str(sha256): _Answered(str(actual), p)
        for sha256, actual, p in zip(rows["sha256"], rows["actual"], probabilities, strict=True)
    }


def _judged(inspector: Inspector, files: Sequence[TeachingFile], wanted: set[str]) -> dict[str, _Answered]:
    from defect_app.inspection.seen_part import seen_pixels
    from defect_app.intake import Photo

    found = {}
    for file in files:
        content = read_file(file.file) if wanted else None
        if not isinstance(content, FileContent) or content.sha256 not in wanted:
            continue
        photo = read_photo(content.data, file.file.name, least_side=inspector.least_side)
        if isinstance(photo, Photo):
            answer = inspector.engine.predict(seen_pixels(photo, None, inspector.spec))
            found[content.sha256] = _Answered(file.label, answer.probabilities.astype(np.float64))
    return found


def answer_of(probabilities: np.ndarray, spec: ModelSpec) -> bool | str:
    """Return whether a model stops a photo at its first operating point; of classes that are named, the likeliest."""
    thresholds = spec.default_point.thresholds
    if isinstance(thresholds, InspectionThresholds):
        return verdict_at(float(p_defect_of(probabilities[None], spec)[0]), thresholds) is not Verdict.PASS
    return spec.class_names[int(probabilities.argmax())]
