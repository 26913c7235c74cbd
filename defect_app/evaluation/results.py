"""What follows from a part of an evaluation, and from it at thresholds: each figure made when first asked for."""

from __future__ import annotations

from functools import cached_property, lru_cache

import numpy as np
import pandas as pd

from defect_app.decision import InspectionThresholds, RecognitionThresholds, Thresholds
from defect_app.evaluation.answers import accuracy_over_repeats, answers_at, headline, mistakes, verdict_matrix
from defect_app.evaluation.calibration import Calibration, calibration
from defect_app.evaluation.calibration_chance import ChanceError, chance_error
from defect_app.evaluation.confusion import ConfusionMatrix, condensed, confusion_matrix
from defect_app.evaluation.coverage import CoverageCurve, coverage_curve, top_k_accuracy
from defect_app.evaluation.histograms import ScoreHistogram, score_histogram
from defect_app.evaluation.intervals import Proportion
from defect_app.evaluation.label_issues import LabelIssues, copies_across_splits, label_issues
from defect_app.evaluation.opening import OpenedEvaluation
from defect_app.evaluation.outliers import Outliers, outliers
from defect_app.evaluation.per_class import ClassReport, class_report
from defect_app.evaluation.ranking import RankingCurves, ranking_curves
from defect_app.evaluation.repeats import RepeatTable, repeat_tables
from defect_app.evaluation.selection import SelectedPictures, Selection, folds_of, runs_of, select
from defect_app.evaluation.side_by_side import ModelFigures, model_figures
from defect_app.evaluation.threshold_curves import threshold_grid
from defect_app.evaluation.thresholds import SortedScores, VerdictCounts, sorted_scores, verdict_counts

MOST_PARTS = 16
"""So many parts of an evaluation are held, the latest used ones."""
MOST_THRESHOLDS = 16
"""Results at so many thresholds are held for a part, the latest used ones."""
TOP_RANKS = (1, 2, 3, 5, 10)


class EvaluationResults:
    """A model's evaluation with what follows from its parts.

    Nothing is computed before it is read, and nothing twice while it is held. Many threads may read one instance:
    `functools.cached_property` of Python 3.11 holds a lock while it computes.

    Parameters
    ----------
    evaluation : OpenedEvaluation
        Usable, unless nothing but its problem is read.
    """

    def __init__(self, evaluation: OpenedEvaluation) -> None:
        self.evaluation = evaluation
        self._part = lru_cache(maxsize=MOST_PARTS)(self._make_part)

    def part(self, selection: Selection) -> SelectionResults:
        """Return what follows from a part; an empty part says itself in a notice."""
        return self._part(selection)

    def _make_part(self, selection: Selection) -> SelectionResults:
        return SelectionResults(self, select(self.evaluation, selection))

    def runs(self, split: str, *, leak_free: bool = False) -> tuple[SelectionResults, ...]:
        """Return a split, whole or without what leaked, as each training judged it, the bundled model first."""
        return tuple(self.part(run) for run in runs_of(self.evaluation, split, leak_free=leak_free))

    def folds(self) -> tuple[SelectionResults, ...]:
        """Return the folds of cross-validation, each judged by the model that had not seen it; none without folds."""
        return tuple(self.part(fold) for fold in folds_of(self.evaluation))

    @cached_property
    def copies(self) -> pd.DataFrame:
        """Pictures that lie in several splits with the same content."""
        return copies_across_splits(self.evaluation)


class SelectionResults:
    """What follows from one part of an evaluation, each figure computed when first read.

    Parameters
    ----------
    whole : EvaluationResults
        The evaluation.
    selected : SelectedPictures
        A part of it; n pictures.
    """

    def __init__(self, whole: EvaluationResults, selected: SelectedPictures) -> None:
        self.whole = whole
        self.selected = selected
        self._at = lru_cache(maxsize=MOST_THRESHOLDS)(self._make_at)

    def at(self, thresholds: Thresholds) -> ThresholdResults:
        """Return what follows at these thresholds, which must be of the model's kind."""
        return self._at(thresholds)

    def _make_at(self, thresholds: Thresholds) -> ThresholdResults:
        return ThresholdResults(self, thresholds)

    @property
    def runs(self) -> tuple[SelectionResults, ...]:
        """The same photos as each training judged them, the bundled model first."""
        chosen = self.selected.selection
        return self.whole.runs(chosen.split, leak_free=chosen.leak_free)

    @property
    def repeats(self) -> tuple[SelectionResults, ...]:
        """What bands are taken over: the split's runs, else the folds of cross-validation, else nothing."""
        for repeats in (self.runs, self.whole.folds()):
            if len(repeats) > 1:
                return repeats
        return ()

    @cached_property
    def scores(self) -> SortedScores:
        """The defect scores, sorted."""
        return sorted_scores(self.selected)

    @cached_property
    def threshold_grid(self) -> np.ndarray:
        """Thresholds that show every step of the curves over this part and its repeats; ascending, in [0, 1]."""
        return threshold_grid([self.scores, *(repeat.scores for repeat in self.repeats)])

    @cached_property
    def repeat_tables(self) -> dict[str, RepeatTable]:
        """Accuracy, recall and F1 of each training of the split at the published thresholds, by metric."""
        runs = [run.scores for run in self.runs if run.selected.n] or [self.scores]
        return {table.metric: table for table in repeat_tables(runs)}

    @cached_property
    def histogram(self) -> ScoreHistogram:
        """How many good and defective parts have which score."""
        return score_histogram(self.scores)

    @cached_property
    def ranking(self) -> RankingCurves:
        """ROC, precision-recall and DET curves with their areas."""
        return ranking_curves(self.selected.is_defective, self.selected.p_defect)

    @cached_property
    def calibration(self) -> Calibration:
        """What probabilities are worth: of a defect, or of the named class for a recognition model."""
        return calibration(*self._outcomes)

    @cached_property
    def calibration_by_chance(self) -> ChanceError:
        """How far off a perfectly calibrated model would be with these photos."""
        return chance_error(self._outcomes[1], self.calibration.expected_error)

    @property
    def _outcomes(self) -> tuple[np.ndarray, np.ndarray]:
        """What came true, bool, and with which probability; each of shape (n,)."""
        selected = self.selected
        if not selected.inspection:
            return selected.predicted == selected.actual, selected.confidence
        known = selected.is_good | selected.is_defective
        return selected.is_defective[known], selected.p_defect[known]

    @cached_property
    def coverage(self) -> CoverageCurve:
        """A recognition model's accuracy against the share of photos that get a label."""
        return coverage_curve(self.selected)

    @cached_property
    def top_k(self) -> dict[int, Proportion]:
        """Share of photos whose class is among the first k, by k of `TOP_RANKS` up to the number of classes."""
        ranks = [k for k in TOP_RANKS if k <= len(self.selected.class_names)]
        return dict(zip(ranks, top_k_accuracy(self.selected, ranks), strict=True))

    @cached_property
    def label_issues(self) -> LabelIssues:
        """Pictures whose label is probably wrong."""
        return label_issues(self.selected)

    @cached_property
    def outliers(self) -> Outliers:
        """Pictures that look least like any class."""
        return outliers(self.selected)


class ThresholdResults:
    """What follows from a part of an evaluation at thresholds of the model's kind, each figure when first read.

    Parameters
    ----------
    part : SelectionResults
        The part.
    thresholds : InspectionThresholds or RecognitionThresholds
        Of the model's kind.
    """

    def __init__(self, part: SelectionResults, thresholds: Thresholds) -> None:
        self.part = part
        self.thresholds = thresholds

    @property
    def selected(self) -> SelectedPictures:
        """The part's pictures."""
        return self.part.selected

    @cached_property
    def answers(self) -> np.ndarray:
        """Index of the class that each picture counts as, `n_classes` for unsure; shape (n,), intp."""
        return answers_at(self.selected, self.thresholds)

    @cached_property
    def mistakes(self) -> np.ndarray:
        """Indices of the pictures answered wrongly, the most wrong first."""
        return mistakes(self.selected, self.answers)

    @cached_property
    def matrix(self) -> ConfusionMatrix:
        """Rows Actual, columns Predicted, every class."""
        return confusion_matrix(self.selected, self.answers)

    @cached_property
    def condensed_matrix(self) -> ConfusionMatrix:
        """The same with the least confused of many classes put together."""
        return condensed(self.matrix)

    @cached_property
    def verdict_matrix(self) -> ConfusionMatrix:
        """Rows Actual, columns PASS, REVIEW and REJECT; of an inspection model only."""
        assert isinstance(self.thresholds, InspectionThresholds), "only parts get verdicts"
        return verdict_matrix(self.selected, self.thresholds)

    @cached_property
    def class_report(self) -> ClassReport:
        """Precision, recall and F1 of every class."""
        return class_report(self.matrix)

    @cached_property
    def verdict_counts(self) -> VerdictCounts | None:
        """Escapes, false rejects and reviews; None for a recognition model."""
        if isinstance(self.thresholds, RecognitionThresholds):
            return None
        return verdict_counts(self.part.scores, self.thresholds)

    @cached_property
    def figures(self) -> ModelFigures:
        """The figures that models are compared by."""
        return model_figures(self.selected, self.thresholds)

    @cached_property
    def headline(self) -> str:
        """The result in a sentence or two."""
        return headline(self.selected, self.thresholds, self.verdict_counts)

    @cached_property
    def spread(self) -> str:
        """How accuracy spreads over the split's runs or folds, in a sentence; empty where there is one only."""
        by_fold = self.selected.selection.split == "cv"
        repeats = self.part.whole.folds() if by_fold else self.part.runs
        found = accuracy_over_repeats([r.selected for r in repeats], self.thresholds)
        return found.sentence("folds" if by_fold else "runs") if found else ""
