"""The model card: ``README.md`` of a model folder, written from its spec, its evaluation and its training record."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from defect_app.catalog import ModelSpec, model_digest, read_spec
from defect_app.engine import Engine, HeatMapKind
from defect_app.evaluation import read_evaluation
from defect_app.explanation.cache import EXPLANATIONS_FILE, read_explanations
from defect_app.explanation.summary import SOURCES, summarise
from defect_app.training.card_figures import inspection_figures, recognition_figures, share

CARD_FILE = "README.md"
RECORD_FILE = "training.json"
COPY_SUFFIX = "-int8"
"""A quantised copy's id is its model's id with this behind."""


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
    figures = inspection_figures(spec, rows) if spec.task == "inspection" else recognition_figures(spec, rows)
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
        *_where_it_looks(folder, spec),
        *_training(spec, record, Engine(spec, folder).heat_map_kind),
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


def _where_it_looks(folder: Path, spec: ModelSpec) -> list[str]:
    """Tell how often the heat maps find known defects; nothing where that was not measured on this very model."""
    if not (folder / EXPLANATIONS_FILE).is_file() or spec.default_point.reject_at is None:
        return []
    explanations = read_explanations(folder)
    figures = summarise(explanations, spec.default_point.reject_at)
    if explanations.origin.model_sha256 != model_digest(folder) or not figures:
        return []
    return [
        "## Where it looks",
        "",
        "Heat maps of defective parts that the model rejects and never learnt from, against their defects' masks.",
        "A map hits when its strongest place lies on the defect, widened by "
        f"{100 * explanations.origin.dilation:g} % of the photo's longer side.",
        f"`python -m defect_app explain {spec.id}` measures this.",
        "",
        "| pictures | method | hits | by chance | heat inside | best overlap |",
        "|---|---|---|---|---|---|",
        *(
            f"| {SOURCES[f.source]} | {f.title} | {share(f.hits.count, f.hits.n)} | {f.chance:.3f} "
            f"| {f.heat_inside.mean:.3f} | {f.best_iou.mean:.3f} |"
            for f in figures
        ),
        "",
    ]


def _training(spec: ModelSpec, record: dict[str, Any], kind: HeatMapKind) -> list[str]:
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
        f"- Heat map with each verdict: {kind.value}, at the layer `{spec.explain_layer}`.",
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
            cells = [share(round(robustness[f"{who}_{key}"] * count), count) for who in ("teacher", "student")]
            lines.append(f"| {words} | {cells[0]} | {cells[1]} |")
        lines += [
            "",
            "The intervals of the degraded row take versions of one photo for separate photos: a little too narrow.",
        ]
    return lines
