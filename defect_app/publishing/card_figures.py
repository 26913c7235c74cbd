"""The figures of a model card, as Markdown lines, from the rows of ``evaluation.parquet``."""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.metrics import average_precision_score, confusion_matrix, roc_auc_score

from defect_app.catalog import ModelSpec
from defect_app.decision import (
    INSPECTION_VERDICTS,
    InspectionThresholds,
    RecognitionThresholds,
    Verdict,
    is_rejected,
    p_defect_of,
    reaches,
    threshold_text,
    verdict_codes,
)
from defect_app.evaluation import wilson_interval
from defect_app.publishing.replicates import CV_SPLIT

WORST_SHOWN = 8
_ALONE = "test, without those that have a near-copy or the same part in training"
MOST_IN_A_MATRIX = 20
"""Classes; the matrix of more is on the page Evaluate."""
REPORTED_THRESHOLDS = (0.1, 0.2, 0.3, 0.4, 0.5)
"""The casting report's, at which its ten repeats are given."""


def inspection_figures(spec: ModelSpec, rows: pd.DataFrame) -> list[str]:
    """Return the section of an inspection model: figures with intervals, confusion matrices, known failures."""
    point, thresholds = spec.default_point, _inspection_thresholds(spec)
    chosen_on = "cross-validated" if point.split == CV_SPLIT else point.split
    own = _own(rows)
    test = own[own["split"] == "test"]
    lines = [
        f"Operating point: reject at {threshold_text(thresholds.reject_at)}, "
        f"review from {threshold_text(thresholds.review_at)}; {point.rule} "
        f"({point.n:,} {chosen_on} photos). Below, *defect* means rejected; what review catches comes on top.",
        "",
        "| photos | n | accuracy | recall of defects | good parts not rejected | area under ROC | average precision |",
        "|---|---|---|---|---|---|---|",
    ]
    alone = test[~test["leaked"].astype(bool)]
    parts = {
        "test": test,
        _ALONE: alone if len(alone) < len(test) else alone[:0],
        "validation": own[own["split"] == "validation"],
        "all, each judged by a fold model that has not seen it": _folds(rows),
        "rendered scenes": own[own["split"] == "scenes"],
    }
    lines += [_inspection_line(name, part, spec) for name, part in parts.items() if len(part)]
    most = _folds(rows) if len(_folds(rows)) else test
    where = "over the folds" if len(_folds(rows)) else "on test"
    actual, score = truth_and_score(most, spec)
    rejected = is_rejected(score, thresholds)
    matrix = confusion_matrix(actual, rejected, labels=[False, True])
    between = verdict_codes(score, thresholds) == INSPECTION_VERDICTS.index(Verdict.REVIEW)
    lines += [
        "",
        f"Confusion matrix {where}:",
        "",
        "| | Predicted good | Predicted defective |",
        "|---|---|---|",
        f"| Actual good | {matrix[0, 0]} | {matrix[0, 1]} |",
        f"| Actual defective | {matrix[1, 0]} | {matrix[1, 1]} |",
        "",
        f"Review takes {int((between & ~actual).sum())} good and {int((between & actual).sum())} defective of them.",
        *_by_class(spec, most, where),
        *_repeats(spec, rows),
        "",
        "## Known failures",
        "",
    ]
    wrong = most[rejected != actual].assign(score=score[rejected != actual])
    for _, row in wrong.head(WORST_SHOWN).iterrows():
        lines.append(f"- `{row['image']}`: truly {row['actual']}, p_defect {row['score']:.3f}")
    if len(wrong) > WORST_SHOWN:
        lines.append(f"- and {len(wrong) - WORST_SHOWN} more, on the page Evaluate")
    return lines + ([] if len(wrong) else ["None on these photos; that does not mean that there are none."])


def recognition_figures(spec: ModelSpec, rows: pd.DataFrame) -> list[str]:
    """Return the section of a recognition model: top-1 and top-5 with intervals, confusion matrix, known failures."""
    own = _own(rows)
    test = own[own["split"] == "test"]
    thresholds = spec.default_point.thresholds
    assert isinstance(thresholds, RecognitionThresholds), "a recognition model's"
    lines = [
        f"Labels are named from a probability of {threshold_text(thresholds.accept_at)}; {spec.default_point.rule} "
        f"({spec.default_point.n:,} {spec.default_point.split} photos).",
        "",
        "| photos | n | top-1 | top-5 |",
        "|---|---|---|---|",
    ]
    beside = [s for s in own["split"].unique() if s not in ("test", "validation")]
    for split in ("test", *beside, "validation"):
        part = own[own["split"] == split]
        if not len(part):
            continue
        lines.append(_recognition_line(split, part, spec))
    # A taught model has no test pictures: all of its photos are judged out of fold.
    most, where = (test, "on test") if len(test) else (_folds(rows), "over the folds")
    if not len(test) and len(most):
        lines.append(_recognition_line("all, each judged by a fold model that has not seen it", most, spec))
    return [
        *lines,
        *_by_class(spec, most, where),
        *_repeated_hits(spec, rows),
        "",
        "## Known failures",
        "",
        *_confusions(spec, most),
    ]


def _recognition_line(name: str, part: pd.DataFrame, spec: ModelSpec) -> str:
    first, among_five = (int(hits.sum()) for hits in _hits(part, spec))
    return f"| {name} | {len(part):,} | {share(first, len(part))} | {share(among_five, len(part))} |"


def truth_and_score(part: pd.DataFrame, spec: ModelSpec) -> tuple[np.ndarray, np.ndarray]:
    """Return which pictures are truly defective, and their probability of a defect."""
    defects = [spec.class_names[i] for i in spec.indices_with_role("defect")]
    return np.isin(part["actual"].to_numpy(), defects), p_defect_of(_probabilities(part, spec), spec)


def share(count: int, n: int) -> str:
    """Say a proportion with its Wilson 95 % interval and its counts."""
    if n == 0:
        return "-"
    low, high = wilson_interval(count, n)
    return f"{count / n:.4f} ({low:.4f} to {high:.4f}; {count:,} of {n:,})"


def _inspection_thresholds(spec: ModelSpec) -> InspectionThresholds:
    assert isinstance(spec.default_point.thresholds, InspectionThresholds), "an inspection model's"
    return spec.default_point.thresholds


def _own(rows: pd.DataFrame) -> pd.DataFrame:
    return rows[(rows["run"] == 0) & (rows["fold"] == -1)]


def _folds(rows: pd.DataFrame) -> pd.DataFrame:
    return rows[(rows["split"] == CV_SPLIT) & (rows["run"] == 0)]


def _probabilities(part: pd.DataFrame, spec: ModelSpec) -> np.ndarray:
    return part[[f"p_{name}" for name in spec.class_names]].to_numpy(np.float64)


def _inspection_line(name: str, part: pd.DataFrame, spec: ModelSpec) -> str:
    actual, score = truth_and_score(part, spec)
    rejected = is_rejected(score, _inspection_thresholds(spec))
    both = 0 < actual.sum() < len(actual)
    area = f"{roc_auc_score(actual, score):.4f}" if both else "-"
    precision = f"{average_precision_score(actual, score):.4f}" if both else "-"
    return (
        f"| {name} | {len(part):,} | {share(int((rejected == actual).sum()), len(part))} "
        f"| {share(int((rejected & actual).sum()), int(actual.sum()))} "
        f"| {share(int((~rejected & ~actual).sum()), int((~actual).sum()))} | {area} | {precision} |"
    )


def _by_class(spec: ModelSpec, part: pd.DataFrame, where: str) -> list[str]:
    if not 3 <= len(spec.classes) <= MOST_IN_A_MATRIX:
        return []
    names = list(spec.class_names)
    predicted = np.array(names)[_probabilities(part, spec).argmax(axis=1)]
    matrix = confusion_matrix(part["actual"], predicted, labels=names)
    titles = [c.title for c in spec.classes]
    return [
        "",
        f"By class {where} (the most probable class): {share(int(np.trace(matrix)), len(part))} right.",
        "",
        "| | " + " | ".join(f"Predicted {title.lower()}" for title in titles) + " |",
        "|---" * (len(names) + 1) + "|",
        *(
            f"| Actual {title.lower()} | " + " | ".join(str(count) for count in line) + " |"
            for title, line in zip(titles, matrix, strict=True)
        ),
    ]


def _hits(part: pd.DataFrame, spec: ModelSpec) -> tuple[np.ndarray, np.ndarray]:
    """Return of each picture whether its class is the most probable one, and whether it is among the first five."""
    best = np.argsort(-_probabilities(part, spec), axis=1)[:, :5]
    hits = np.array(spec.class_names)[best] == part["actual"].to_numpy()[:, None]
    return hits[:, 0], hits.any(axis=1)


def _repeated_hits(spec: ModelSpec, rows: pd.DataFrame) -> list[str]:
    """Mean and standard deviation of top-1 and top-5 over the bundled model and its repeats, on test."""
    runs = _runs_on_test(rows)
    if len(runs) < 2:
        return []
    shares = [[hits.mean() for hits in _hits(run, spec)] for run in runs]
    first, among_five = (
        f"{m:.4f} +- {d:.4f}" for m, d in zip(np.mean(shares, axis=0), np.std(shares, axis=0, ddof=1), strict=True)
    )
    return [
        "",
        f"Over {len(runs)} trainings with different seeds, on test (mean and standard deviation): top-1 {first}, "
        f"top-5 {among_five}.",
    ]


def _confusions(spec: ModelSpec, part: pd.DataFrame) -> list[str]:
    """Name the classes that are most often taken for another one."""
    predicted = np.array(spec.class_names)[_probabilities(part, spec).argmax(axis=1)]
    found = part.assign(predicted=predicted)
    wrong = found[found["predicted"] != found["actual"]]
    if not len(wrong):
        return ["None on these photos; that does not mean that there are none."]
    photos = part["actual"].value_counts()
    often = wrong.groupby(["actual", "predicted"]).size().sort_values(ascending=False, kind="stable")
    lines = []
    for (actual, named), count in zip(often.index[:WORST_SHOWN], often, strict=False):
        of = "its one photo" if photos[actual] == 1 else f"{count} of {photos[actual]} photos"
        lines.append(f"- truly {spec.title_of(actual)}, named {spec.title_of(named)}: {of}")
    left = int(often.iloc[WORST_SHOWN:].sum())
    return lines + ([f"- and {left} more photos, on the page Evaluate"] if left else [])


def _runs_on_test(rows: pd.DataFrame) -> list[pd.DataFrame]:
    test = rows[(rows["split"] == "test") & (rows["fold"] == -1)]
    return [test[test["run"] == run] for run in sorted(test["run"].unique())]


def _repeats(spec: ModelSpec, rows: pd.DataFrame) -> list[str]:
    """Mean and standard deviation over the bundled model and its repeats with other seeds, on test."""
    runs = _runs_on_test(rows)
    if len(runs) < 2:
        return []
    lines = [
        "",
        f"Over {len(runs)} trainings with different seeds, on test (mean and standard deviation):",
        "",
        "| reject at | accuracy | recall of defects | good parts not rejected |",
        "|---|---|---|---|",
    ]
    for threshold in (*REPORTED_THRESHOLDS, _inspection_thresholds(spec).reject_at):
        figures = []
        for run in runs:
            actual, score = truth_and_score(run, spec)
            rejected = reaches(score, threshold)
            figures.append([(rejected == actual).mean(), rejected[actual].mean(), (~rejected[~actual]).mean()])
        mean, deviation = np.mean(figures, axis=0), np.std(figures, axis=0, ddof=1)
        cells = " | ".join(f"{m:.4f} +- {d:.4f}" for m, d in zip(mean, deviation, strict=True))
        lines.append(f"| {threshold_text(threshold)} | {cells} |")
    return lines
