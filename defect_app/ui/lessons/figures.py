"""Figures in lessons: each ``{placeholder}`` is computed from a stored evaluation or a published report.

``{MODEL SPLIT NAME}`` is a figure of a model at its point in use, ``{report PRODUCT NAME}`` one of a published report.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from defect_app.decision import InspectionThresholds
from defect_app.errors import DefectLensError
from defect_app.evaluation.answers import reported_accuracy
from defect_app.evaluation.intervals import Proportion, exact_upper_bound, percent, proportion
from defect_app.evaluation.published import PublishedReport, report_for
from defect_app.evaluation.results import ThresholdResults
from defect_app.evaluation.selection import Selection, available
from defect_app.evaluation.training_history import read_history
from defect_app.ui.parts.model_evaluation import EvaluatedModel, evaluated_model, evaluation_results
from defect_app.ui.resources import catalog

PLACEHOLDER = re.compile(r"\{([^{}]+)\}")
REPORT = "report"
RARE = 0.01
"""The share of defective parts on a good line."""
PARTS = 10_000


def checked_placeholders(text: str) -> None:
    """Check that each placeholder of a text names a figure that there is.

    Raises
    ------
    ValueError
        If one does not; says what there is.
    """
    for found in PLACEHOLDER.finditer(text):
        words = found[1].split()
        known = _OF_REPORTS if words[:1] == [REPORT] else _OF_MODELS
        form = "{report PRODUCT FIGURE}" if words[:1] == [REPORT] else "{MODEL SPLIT FIGURE}"
        if len(words) != 3:
            raise ValueError(f"the placeholder {found[0]} must have the form {form}")
        if words[2] not in known:
            raise ValueError(f"the placeholder {found[0]} names no figure; there are {', '.join(known)}")


def with_figures(text: str) -> str:
    """Return a text with its placeholders computed; one that cannot be computed here says so in its place."""
    return PLACEHOLDER.sub(lambda found: _computed(found[1].split()), text)


def lesson_model(model_id: str, split: str) -> EvaluatedModel:
    """Return a model with a part of its evaluation.

    Raises
    ------
    DefectLensError
        If either is not here.
    """
    entry = next((e for e in catalog().entries if e.id == model_id), None)
    if entry is None or entry.spec is None:
        raise DefectLensError(f"the model {model_id} is not here")
    results = evaluation_results(entry)
    if not results.evaluation.usable:
        raise DefectLensError(results.evaluation.problem, results.evaluation.remedy)
    if split not in {part.split for part in available(results.evaluation)}:
        raise DefectLensError(f"{model_id} was not evaluated on the split {split}")
    return evaluated_model(entry, results.part(Selection(split)))


def _computed(words: list[str]) -> str:
    source, part, name = words
    try:
        if source == REPORT:
            report = report_for(part)
            if report is None:
                raise DefectLensError(f"there is no report about {part}")
            return _OF_REPORTS[name](report)
        return _OF_MODELS[name](lesson_model(source, part))
    except DefectLensError as error:
        return f"(no figure: {error})"


def counted(share: Proportion) -> str:
    """Return a share with its count and interval: "5 of 8 (62.5 %, 95 % interval 30.6 to 86.3 %)"."""
    return f"{share.count:,} of {share.n:,} ({share.words})"


def _at(model: EvaluatedModel) -> ThresholdResults:
    return model.results.at(model.thresholds_in_use)


def _verdicts(model: EvaluatedModel) -> list[list[int]]:
    found = _at(model).verdict_counts
    if found is None:
        raise DefectLensError(f"{model.entry.id} judges no parts")
    return [[int(n) for n in row] for row in found.counts]


def _row(row: int, columns: tuple[int, ...]) -> Callable[[EvaluatedModel], str]:
    def of(model: EvaluatedModel) -> str:
        counts = _verdicts(model)[row]
        return counted(proportion(sum(counts[c] for c in columns), sum(counts)))

    return of


def _passing_all(model: EvaluatedModel) -> str:
    good, bad = (sum(row) for row in _verdicts(model))
    return counted(proportion(good, good + bad))


def _rejects_when_rare(model: EvaluatedModel) -> str:
    good, bad = _verdicts(model)
    true = PARTS * RARE * bad[2] / max(sum(bad), 1)
    false = PARTS * (1 - RARE) * good[2] / max(sum(good), 1)
    share = f": {percent(true / (true + false))} % of the rejected parts are defective" if true + false else ""
    return f"{true:,.0f} defective and {false:,.0f} good parts are rejected{share}"


def _to_review(model: EvaluatedModel) -> str:
    counts = _verdicts(model)
    return counted(proportion(sum(row[1] for row in counts), sum(map(sum, counts))))


def _at_most_escapes(model: EvaluatedModel) -> str:
    bad = _verdicts(model)[1]
    return f"{bad[0]:,} of {sum(bad):,} escaped: at most {percent(float(exact_upper_bound(bad[0], sum(bad))))} %"


def _classes(model: EvaluatedModel) -> str:
    report, titles = _at(model).class_report, model.titles
    return "; ".join(
        f"{titles[name]} {counted(proportion(round(float(recall) * int(n)), int(n)))}"
        for name, n, recall in zip(report.class_names, report.support, report.recall.value, strict=True)
        if n
    )


def _lines(model: EvaluatedModel) -> str:
    thresholds = model.thresholds_in_use
    if not isinstance(thresholds, InspectionThresholds):
        raise DefectLensError(f"{model.entry.id} judges no parts")
    return f"review from {thresholds.review_at:g}, reject from {thresholds.reject_at:g}"


def _training(model: EvaluatedModel) -> str:
    return read_history(model.entry.folder).sentence


def _gap(model: EvaluatedModel) -> str:
    history = read_history(model.entry.folder)
    return f"training loss {history.loss[-1]:.2f}, validation loss {history.validation_loss[-1]:.2f}"


def _report_row(row: int, column: int) -> Callable[[PublishedReport], str]:
    def of(report: PublishedReport) -> str:
        counts = _matrix(report)[row]
        return counted(proportion(counts[column], sum(counts)))

    return of


def _matrix(report: PublishedReport) -> list[list[int]]:
    matrix = next((r.confusion for r in report.results if r.confusion is not None), None)
    if matrix is None:
        raise DefectLensError(f"the report {report.title} gives no confusion matrix")
    return [[int(n) for n in row] for row in matrix.counts]


def _report_accuracy(report: PublishedReport) -> str:
    counts = _matrix(report)
    return counted(proportion(sum(row[i] for i, row in enumerate(counts)), sum(map(sum, counts))))


def _report_most_frequent(report: PublishedReport) -> str:
    sizes = [sum(row) for row in _matrix(report)]
    return counted(proportion(max(sizes), sum(sizes)))


def _report_recalls(report: PublishedReport) -> str:
    """Say of which class the printed recalls can be: which numbers of parts give them, to two decimals."""
    printed = sorted(
        {
            round(float(value), 2)
            for table in report.tables.values()
            for value in table.get("recall_percent", ())
            if value < 100
        }
    )
    if not printed:
        raise DefectLensError(f"the report {report.title} prints no recall below 100 %")
    sizes = {n: name for name, n in report.test_classes.items()}
    fits = {n: sum(_is_share_of(value, n) for value in printed) for n in (*sizes, *(n + 1 for n in sizes))}
    told = "; ".join(
        f"of {n} parts {fits[n]}" + (f" ({sizes[n]} has so many)" if n in sizes else "") for n in sorted(fits)
    )
    return f"{len(printed)} different recalls below 100 % are printed. A whole number {told}"


def _is_share_of(value: float, n: int) -> bool:
    return abs(round(100 * round(value / 100 * n) / n, 2) - value) < 0.006


_OF_MODELS: dict[str, Callable[[EvaluatedModel], str]] = {
    "photos": lambda model: model.selected.words,
    "accuracy": lambda model: counted(reported_accuracy(model.selected, model.thresholds_in_use)),
    "repeats": lambda model: _at(model).spread,
    "recall": _row(1, (2,)),
    "escapes": _row(1, (0,)),
    "good_not_rejected": _row(0, (0, 1)),
    "false_rejects": _row(0, (2,)),
    "to_review": lambda model: counted(
        proportion(sum(r[1] for r in _verdicts(model)), sum(map(sum, _verdicts(model))))
    ),
    "escapes_at_most": _at_most_escapes,
    "passing_all": _passing_all,
    "rejects_when_rare": _rejects_when_rare,
    "classes": _classes,
    "lines": _lines,
    "calibration": lambda model: model.results.calibration.sentence,
    "training": _training,
    "losses": _gap,
}
_OF_REPORTS: dict[str, Callable[[PublishedReport], str]] = {
    "accuracy": _report_accuracy,
    "right": lambda report: (
        f"{sum(r[i] for i, r in enumerate(_matrix(report))):,} of {sum(map(sum, _matrix(report))):,}"
    ),
    "found": lambda report: f"{_matrix(report)[0][0]:,} of {sum(_matrix(report)[0]):,}",
    "sizes": lambda report: ", ".join(f"{n:,} {name}" for name, n in report.test_classes.items()),
    "recall": _report_row(0, 0),
    "false_rejects": _report_row(1, 0),
    "most_frequent": _report_most_frequent,
    "recalls": _report_recalls,
}
