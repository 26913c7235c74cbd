"""Examples of terms, computed from a model's own evaluation: nothing here is a figure that somebody wrote down."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from defect_app.evaluation.answers import accuracy_over_repeats, reported_accuracy
from defect_app.evaluation.intervals import percent
from defect_app.evaluation.ranking import Area
from defect_app.evaluation.thresholds import VerdictCounts
from defect_app.ui.parts.model_evaluation import EvaluatedModel


def example_of(name: str, model: EvaluatedModel) -> str:
    """Return the example called `name` for a model that judges parts; empty where its photos show none."""
    return _EXAMPLES[name](model)


def _counts(model: EvaluatedModel) -> VerdictCounts:
    counts = model.results.at(model.thresholds_in_use).verdict_counts
    assert counts is not None, "examples are of models that judge parts"
    return counts


def _accuracy(model: EvaluatedModel) -> str:
    found = reported_accuracy(model.selected, model.thresholds_in_use)
    return f"{found.count:,} of {found.n:,} photos are answered rightly: {found.words}."


def _recall(model: EvaluatedModel) -> str:
    rejected = _counts(model).share(1, 2)
    return f"Of {rejected.n:,} defective parts {rejected.count:,} are rejected: {rejected.words}."


def _precision(model: EvaluatedModel) -> str:
    false, true = (int(row[2]) for row in _counts(model).counts)
    if not false + true:
        return ""
    return f"{true + false:,} parts are rejected, {true:,} of them defective: {percent(true / (true + false))} %."


def _f1(model: EvaluatedModel) -> str:
    counts = _counts(model).counts
    false, true, missed = int(counts[0, 2]), int(counts[1, 2]), int(counts[1, :2].sum())
    return (
        f"2 × {true:,} ÷ (2 × {true:,} + {false:,} + {missed:,}) = {2 * true / max(2 * true + false + missed, 1):.3f}."
    )


def _escape(model: EvaluatedModel) -> str:
    found = _counts(model).escapes
    return f"Of {found.n:,} defective parts {found.count:,} pass: {found.words}."


def _false_reject(model: EvaluatedModel) -> str:
    found = _counts(model).false_rejects
    return f"Of {found.n:,} good parts {found.count:,} are rejected: {found.words}."


def _review(model: EvaluatedModel) -> str:
    found = _counts(model).review_load
    return f"{found.count:,} of {found.n:,} photos go to a person: {found.words}."


def _confusion_matrix(model: EvaluatedModel) -> str:
    good, bad = (", ".join(f"{int(n):,}" for n in row) for row in _counts(model).counts)
    return f"PASS, REVIEW, REJECT: of the good parts {good}; of the defective parts {bad}."


def _confidence_interval(model: EvaluatedModel) -> str:
    found = _counts(model).escapes
    return f"{found.count:,} escapes of {found.n:,}: {found.words}."


def _roc_area(model: EvaluatedModel) -> str:
    return _area(model.results.ranking.roc_area)


def _average_precision(model: EvaluatedModel) -> str:
    curves = model.results.ranking
    return f"{_area(curves.average_precision)} Guessing would get {curves.balance:.3f}."


def _area(area: Area) -> str:
    return f"{area.value:.3f} (95 % interval {area.low:.3f} to {area.high:.3f})."


def _brier_score(model: EvaluatedModel) -> str:
    found = model.results.calibration
    return f"{found.brier:.3f} ({found.brier_low:.3f} to {found.brier_high:.3f})."


def _calibration_error(model: EvaluatedModel) -> str:
    return model.results.calibration.sentence


def _threshold(model: EvaluatedModel) -> str:
    return model.in_use.sentence


def _cross_validation(model: EvaluatedModel) -> str:
    folds = accuracy_over_repeats([fold.selected for fold in model.results.whole.folds()], model.thresholds_in_use)
    return folds.sentence("folds") if folds else ""


def _leak_free(model: EvaluatedModel) -> str:
    test = model.part(replace(model.selected.selection, split="test", run=0, fold=None, leak_free=False)).selected
    leaked = int(test.pictures["leaked"].sum())
    if not leaked:
        return ""
    return f"{leaked:,} of {test.n:,} test photos are left out; {test.n - leaked:,} remain."


_EXAMPLES: dict[str, Callable[[EvaluatedModel], str]] = {
    "accuracy": _accuracy,
    "average_precision": _average_precision,
    "brier_score": _brier_score,
    "calibration_error": _calibration_error,
    "confidence_interval": _confidence_interval,
    "confusion_matrix": _confusion_matrix,
    "cross_validation": _cross_validation,
    "escape": _escape,
    "f1": _f1,
    "false_reject": _false_reject,
    "leak_free": _leak_free,
    "precision": _precision,
    "recall": _recall,
    "review": _review,
    "roc_area": _roc_area,
    "threshold": _threshold,
}
