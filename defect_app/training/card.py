"""The model card: ``README.md`` of a model folder, written from its spec, its evaluation and its training record."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.metrics import confusion_matrix, roc_auc_score

from defect_app.catalog import ModelSpec, read_spec
from defect_app.decision import p_defect_of
from defect_app.evaluation import read_evaluation, wilson_interval

CARD_FILE = "README.md"
RECORD_FILE = "training.json"
COPY_SUFFIX = "-int8"
"""A quantised copy's id is its model's id with this behind."""
WORST_SHOWN = 8


def write_card(folder: Path) -> Path:
    """Write the card of a complete model folder, from its own files.

    Parameters
    ----------
    folder : Path
        Holds ``model.toml``, ``evaluation.parquet`` and ``training.json``.

    Raises
    ------
    DefectLensError
        If the spec or the evaluation cannot be read.
    """
    spec, rows = read_spec(folder), read_evaluation(folder).rows
    record = json.loads((folder / RECORD_FILE).read_text(encoding="utf-8"))
    dataset = record["dataset"]
    figures = _inspection_figures(spec, rows) if spec.task == "inspection" else _recognition_figures(spec, rows)
    lines = [
        f"# {spec.title}",
        "",
        spec.summary,
        "",
        *_purpose(spec),
        "",
        "## Data and licence",
        "",
        f"- Trained on *{dataset['title']}* ({dataset['source']}).",
        f"- Licence of the pictures: {dataset['licence']}. {dataset['limits']}".rstrip(),
        *(f"- Mind: {trap}" for trap in dataset["traps"]),
        "",
        "## Figures",
        "",
        "Measured with the file that serves, on pictures it neither learnt from nor was chosen by; "
        "intervals are Wilson 95 %.",
        "",
        *figures,
        "",
        *_training(spec, record),
    ]
    path = folder / CARD_FILE
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def _purpose(spec: ModelSpec) -> list[str]:
    if spec.task == "inspection":
        return [
            "## What for",
            "",
            f"To sort photos like the training pictures into: {', '.join(c.title.lower() for c in spec.classes)}.",
            "A photo unlike them goes to review.",
            "",
            "## What not for",
            "",
            "Other parts, other views, other cameras than those it was measured on, and any decision on safety without",
            "a person. Measure it on photos of your own line before you trust it there.",
        ]
    return [
        "## What for",
        "",
        "To name the main thing on an everyday photo, and to show how such a model sees.",
        "",
        "## What not for",
        "",
        "Deciding about people, safety, or whether a part is good. It must choose among its classes, whatever",
        "the photo shows.",
    ]


def _inspection_figures(spec: ModelSpec, rows: pd.DataFrame) -> list[str]:
    point = spec.default_point
    assert point.reject_at is not None
    assert point.review_at is not None
    lines = [
        f"Operating point: reject at {point.reject_at:.4g}, review from {point.review_at:.4g}; {point.rule} "
        f"({point.n:,} {point.split} photos). Below, *defect* means rejected; what review catches comes on top.",
        "",
        "| photos | n | accuracy | recall of defects | good parts not rejected | area under ROC |",
        "|---|---|---|---|---|---|",
    ]
    test = rows[rows["split"] == "test"]
    parts = {
        "test": test,
        "test, without those that have a near-copy in training": test[~test["leaked"]],
        "validation (chosen on)": rows[rows["split"] == "validation"],
        "rendered scenes": rows[rows["split"] == "scenes"],
    }
    lines += [_inspection_line(name, part, spec) for name, part in parts.items() if len(part)]
    actual, score = _truth_and_score(test, spec)
    matrix = confusion_matrix(actual, score >= point.reject_at, labels=[False, True])
    between = (score >= point.review_at) & (score < point.reject_at)
    lines += [
        "",
        "Confusion matrix on test:",
        "",
        "| | Predicted good | Predicted defective |",
        "|---|---|---|",
        f"| Actual good | {matrix[0, 0]} | {matrix[0, 1]} |",
        f"| Actual defective | {matrix[1, 0]} | {matrix[1, 1]} |",
        "",
        f"Review takes {int((between & ~actual).sum())} good and {int((between & actual).sum())} defective of them.",
        "",
        "## Known failures",
        "",
    ]
    wrong = test[(score >= point.reject_at) != actual].assign(score=score[(score >= point.reject_at) != actual])
    for _, row in wrong.head(WORST_SHOWN).iterrows():
        lines.append(f"- `{row['image']}`: truly {row['actual']}, p_defect {row['score']:.3f}")
    return lines + ([] if len(wrong) else ["None on the test photos; that does not mean that there are none."])


def _inspection_line(name: str, part: pd.DataFrame, spec: ModelSpec) -> str:
    assert spec.default_point.reject_at is not None
    actual, score = _truth_and_score(part, spec)
    rejected = score >= spec.default_point.reject_at
    area = f"{roc_auc_score(actual, score):.5f}" if 0 < actual.sum() < len(actual) else "-"
    return (
        f"| {name} | {len(part):,} | {_share(int((rejected == actual).sum()), len(part))} "
        f"| {_share(int((rejected & actual).sum()), int(actual.sum()))} "
        f"| {_share(int((~rejected & ~actual).sum()), int((~actual).sum()))} | {area} |"
    )


def _truth_and_score(part: pd.DataFrame, spec: ModelSpec) -> tuple[np.ndarray, np.ndarray]:
    defects = [spec.class_names[i] for i in spec.indices_with_role("defect")]
    probabilities = part[[f"p_{name}" for name in spec.class_names]].to_numpy(np.float64)
    return np.isin(part["actual"].to_numpy(), defects), p_defect_of(probabilities, spec)


def _recognition_figures(spec: ModelSpec, rows: pd.DataFrame) -> list[str]:
    lines = [
        f"Labels are named from a probability of {spec.default_point.accept_at:.3g}; {spec.default_point.rule} "
        f"({spec.default_point.n:,} {spec.default_point.split} photos).",
        "",
        "| photos | n | top-1 | top-5 |",
        "|---|---|---|---|",
    ]
    names = np.array(spec.class_names)
    for split in ("test", "validation"):
        part = rows[rows["split"] == split]
        if not len(part):
            continue
        probabilities = part[[f"p_{name}" for name in names]].to_numpy()
        best = np.argsort(-probabilities, axis=1)[:, :5]
        hits = names[best] == part["actual"].to_numpy()[:, None]
        lines.append(
            f"| {split} | {len(part):,} | {_share(int(hits[:, 0].sum()), len(part))} "
            f"| {_share(int(hits.any(axis=1).sum()), len(part))} |"
        )
    return lines


def _training(spec: ModelSpec, record: dict[str, Any]) -> list[str]:
    # A quantised copy has no Keras file of its own.
    copy = "model.keras" not in spec.sha256
    command = f"quantize {spec.id.removesuffix(COPY_SUFFIX)}" if copy else f"train {record['recipe']}"
    compared = "This copy and the model that it was made of" if copy else "The file that serves and the Keras file"
    lines = [
        "## How it was made",
        "",
        f"- Recipe `{record['recipe']}`, seed {record['seed']}: {record['epochs']} epochs in {record['minutes']:.0f} "
        f"minutes, the best on validation was epoch {record['best_epoch']}. `python -m defect_app "
        f"{command}` makes it anew.",
        f"- Learnt from {record['n_training']:,} pictures, {record['n_scenes']:,} of them rendered scenes.",
        f"- Input: {spec.input.height} x {spec.input.width} pixels, {spec.input.fit}.",
        f"- {compared} differ by at most {record['parity']:.4f} in any probability ({record['parity_n']} photos).",
    ]
    robustness = record.get("robustness")
    if robustness:
        lines += [
            "",
            "## Against its teacher",
            "",
            "The teacher is the network with the start weights. Degraded means as phones and the app's intake deliver",
            "a picture: turned a little, blurred, relit, compressed and decoded at a reduced size; "
            f"{robustness['versions']} versions of each of {robustness['n']:,} test photos, the same for both.",
            "",
            "| top-1 | teacher | this model |",
            "|---|---|---|",
        ]
        n, versions = robustness["n"], robustness["versions"]
        for words, key, count in (("clean", "clean", n), ("degraded", "degraded", n * versions)):
            cells = [_share(round(robustness[f"{who}_{key}"] * count), count) for who in ("teacher", "student")]
            lines.append(f"| {words} | {cells[0]} | {cells[1]} |")
        lines += [
            "",
            "The intervals of the degraded row take versions of one photo for separate photos: a little too narrow.",
        ]
    return lines


def _share(count: int, n: int) -> str:
    if n == 0:
        return "-"
    low, high = wilson_interval(count, n)
    return f"{count / n:.4f} ({low:.4f} to {high:.4f}; {count:,} of {n:,})"
