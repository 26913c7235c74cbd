"""A taught model and its fine-tuned candidate on the same photos, each judged out of the same folds."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from defect_app.catalog import ModelSpec, read_spec
from defect_app.decision import InspectionThresholds, p_defect_of
from defect_app.errors import DefectLensError
from defect_app.evaluation import read_evaluation
from defect_app.evaluation.comparison import SIGNIFICANT, compare
from defect_app.evaluation.paired_areas import AreaDifference, area_difference
from defect_app.teaching.figures import figures_of
from defect_app.teaching.version_comparison import VersionComparison, answer_of


@dataclass(frozen=True)
class FigureRow:
    """A figure of both models in words, each with its interval."""

    figure: str
    former: str
    tuned: str


@dataclass(frozen=True)
class TuningComparison:
    """Both models on the photos that they were taught with.

    Attributes
    ----------
    versions : VersionComparison
        Whom of them judges how many photos rightly at its first operating point, with McNemar's exact test.
    rows : tuple of FigureRow
        Every figure that both have.
    areas : AreaDifference or None
        Of the areas under the ROC curve; None where classes are merely named.
    minutes : float
        The fine-tuning took, without what was kept from before a stop.
    former_sha256 : str
        Of the taught model's ``model.toml``: what the candidate may replace.
    """

    versions: VersionComparison
    rows: tuple[FigureRow, ...]
    areas: AreaDifference | None
    minutes: float
    former_sha256: str

    @property
    def is_better(self) -> bool:
        """Whether the candidate is better, beyond chance, by the test or by the areas, and by neither worse."""
        gain = self.areas is not None and self.areas.low > 0
        loss = self.areas is not None and self.areas.high < 0
        right = self.versions.p_value < SIGNIFICANT and not self.versions.is_worse
        return (gain or right) and not (loss or self.versions.is_worse)

    @property
    def is_worse(self) -> bool:
        """Whether the candidate is worse, beyond chance, by the test or by the areas."""
        return self.versions.is_worse or (self.areas is not None and self.areas.high < 0)

    @property
    def sentences(self) -> tuple[str, ...]:
        """The comparison in words."""
        alone = f"The taught one alone is right on {self.versions.only_former:,}, the fine-tuned one alone on "
        said = [f"{self.versions.sentence} {alone}{self.versions.only_new:,}."]
        if self.areas is not None:
            a = self.areas
            said.append(
                f"Area under ROC: {a.first:.3f} taught, {a.second:.3f} fine-tuned; difference {a.value:+.3f} "
                f"({a.low:+.3f} to {a.high:+.3f}, DeLong 95 %)."
            )
        return tuple(said)


def compare_tuned(former: Path, candidate: Path, minutes: float, former_sha256: str) -> TuningComparison:
    """Compare two model folders whose evaluations hold the same photos.

    Raises
    ------
    DefectLensError
        If a folder cannot be read, or their photos differ.
    """
    specs = read_spec(former), read_spec(candidate)
    tables = [read_evaluation(folder).rows.set_index("sha256") for folder in (former, candidate)]
    if set(tables[0].index) != set(tables[1].index):
        raise DefectLensError("The two models were not measured on the same photos.", "Fine-tune anew.")
    tables[1] = tables[1].loc[tables[0].index]
    actual = tables[0]["actual"].astype(str).to_numpy()
    probabilities = [
        table[[f"p_{name}" for name in spec.class_names]].to_numpy(np.float64)
        for spec, table in zip(specs, tables, strict=True)
    ]
    return TuningComparison(
        _versions(specs, actual, probabilities),
        _rows((former, candidate), specs),
        _areas(specs[0], actual, probabilities),
        minutes,
        former_sha256,
    )


def _versions(
    specs: tuple[ModelSpec, ModelSpec], actual: np.ndarray, probabilities: list[np.ndarray]
) -> VersionComparison:
    roles = {c.name: c.role for c in specs[0].classes}
    truth = np.array([roles[a] == "defect" if specs[0].task == "inspection" else a for a in actual])
    answers = [
        np.array([answer_of(row, spec) for row in found]) for spec, found in zip(specs, probabilities, strict=True)
    ]
    return VersionComparison.of(compare(truth, answers[0], answers[1]))


def _rows(folders: tuple[Path, Path], specs: tuple[ModelSpec, ModelSpec]) -> tuple[FigureRow, ...]:
    former, tuned = (dict(figures_of(folder, spec).rows) for folder, spec in zip(folders, specs, strict=True))
    return tuple(FigureRow(name, former[name], tuned[name]) for name in former if name in tuned)


def _areas(spec: ModelSpec, actual: np.ndarray, probabilities: list[np.ndarray]) -> AreaDifference | None:
    if not isinstance(spec.default_point.thresholds, InspectionThresholds):
        return None
    defective = np.isin(actual, [spec.class_names[i] for i in spec.indices_with_role("defect")])
    return area_difference(defective, p_defect_of(probabilities[0], spec), p_defect_of(probabilities[1], spec))
