"""The out-of-fold figures of a taught model, from the evaluation that lies in its folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from defect_app.decision import INSPECTION_VERDICTS, InspectionThresholds, Verdict, p_defect_of, verdict_codes
from defect_app.evaluation import read_evaluation, wilson_interval
from defect_app.evaluation.ranking import ranking_curves

if TYPE_CHECKING:
    from defect_app.catalog import ModelSpec
    from defect_app.teaching.teach import TaughtModel


@dataclass(frozen=True)
class TaughtFigures:
    """What was measured.

    Attributes
    ----------
    auc, auc_low, auc_high : float or None
        Area under the ROC curve with its 95 % interval; None where only one kind of part was given.
    accuracy : float
        Share of photos whose most probable class is theirs.
    rows : tuple of (str, str)
        Every figure in words with its interval and n.
    """

    auc: float | None
    auc_low: float | None
    auc_high: float | None
    accuracy: float
    rows: tuple[tuple[str, str], ...]


def taught_figures(taught: TaughtModel) -> TaughtFigures:
    """Compute the figures from ``evaluation.parquet``.

    Raises
    ------
    DefectLensError
        If the evaluation cannot be read.
    """
    return figures_of(taught.folder, taught.spec)


def figures_of(folder: Path, spec: ModelSpec) -> TaughtFigures:
    """Compute the figures of a taught model's folder.

    Raises
    ------
    DefectLensError
        If the evaluation cannot be read.
    """
    rows = read_evaluation(folder).rows
    probabilities = rows[[f"p_{name}" for name in spec.class_names]].to_numpy(np.float64)
    actual = rows["actual"].to_numpy()
    right = np.array(spec.class_names)[probabilities.argmax(axis=1)] == actual
    said = [("right class", _share(right))]
    auc = low = high = None
    thresholds = spec.default_point.thresholds
    if isinstance(thresholds, InspectionThresholds):
        scores = p_defect_of(probabilities, spec)
        defective = np.isin(actual, [spec.class_names[i] for i in spec.indices_with_role("defect")])
        if defective.any() and not defective.all():
            area = ranking_curves(defective, scores).roc_area
            auc, low, high = area.value, area.low, area.high
            said.insert(0, ("area under ROC", f"{auc:.3f} ({low:.3f} to {high:.3f}; {len(rows):,} photos)"))
        codes = verdict_codes(scores, thresholds)
        for verdict, words in ((Verdict.REJECT, "rejected"), (Verdict.REVIEW, "to review"), (Verdict.PASS, "passed")):
            for kind, name in ((defective, "defective"), (~defective, "good")):
                if kind.any():
                    chosen = (codes == INSPECTION_VERDICTS.index(verdict))[kind]
                    said.append((f"{name} parts {words}", _share(chosen)))
    return TaughtFigures(auc, low, high, float(right.mean()), tuple(said))


def _share(hits: np.ndarray) -> str:
    low, high = wilson_interval(int(hits.sum()), len(hits))
    return f"{hits.mean():.3f} ({low:.3f} to {high:.3f}; {int(hits.sum()):,} of {len(hits):,})"
