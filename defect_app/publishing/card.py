"""The model card: ``README.md`` of a model folder, written from its spec, its evaluation and its training record."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from defect_app.catalog import ModelSpec, original_of, read_spec, weights_sha256
from defect_app.decision import InspectionThresholds
from defect_app.evaluation import read_evaluation
from defect_app.publishing.card_figures import inspection_figures, recognition_figures, share
from defect_app.publishing.card_robustness import robustness_lines
from defect_app.publishing.replicates import CV_SPLIT
from defect_app.publishing.training_record import GradientCheck, RobustnessFigures, TrainingRecord, read_record

if TYPE_CHECKING:
    import pandas as pd

    from defect_app.engine import HeatMapKind

CARD_FILE = "README.md"


def write_card(folder: Path) -> Path:
    """Write the card of a complete model folder, see `card_text`."""
    path = folder / CARD_FILE
    path.write_text(card_text(folder), encoding="utf-8")
    return path


def card_text(folder: Path) -> str:
    """Return the card of a complete model folder, as its own files tell it.

    Parameters
    ----------
    folder : Path
        Holds ``model.toml``, ``evaluation.parquet`` and ``training.json``.

    Raises
    ------
    DefectLensError
        If the spec, the evaluation or the training record cannot be read.
    """
    from defect_app.engine import heat_map_kind_of

    spec, rows = read_spec(folder), read_evaluation(folder).rows
    record = read_record(folder)
    dataset = record.dataset
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
        f"- Trained on *{dataset.title}* ({dataset.source}).",
        f"- Licence of the pictures: {dataset.licence}. {dataset.limits}".rstrip(),
        *(f"- Mind: {trap}" for trap in dataset.traps),
        "",
        "## Figures",
        "",
        _how_measured(rows),
        "",
        *figures,
        "",
        *robustness_lines(folder),
        *_where_it_looks(folder, spec),
        *_training(spec, record, heat_map_kind_of(folder, len(spec.classes))),
    ]
    return "\n".join(lines) + "\n"


def _how_measured(rows: pd.DataFrame) -> str:
    if (rows["split"] == CV_SPLIT).all():
        return (
            "Out of fold: every photo is judged by a model of the same making that has not seen it; the file that "
            "serves has seen them all. Intervals are Wilson 95 %."
        )
    return (
        "Measured with the file that serves, on pictures it neither learnt from nor was chosen by; "
        "intervals are Wilson 95 %."
    )


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
    from defect_app.explanation.cache import EXPLANATIONS_FILE, read_explanations
    from defect_app.explanation.summary import SOURCES, summarise

    thresholds = spec.default_point.thresholds
    if not (folder / EXPLANATIONS_FILE).is_file() or not isinstance(thresholds, InspectionThresholds):
        return []
    explanations = read_explanations(folder)
    figures = summarise(explanations, thresholds)
    if explanations.origin.model_sha256 != weights_sha256(folder) or not figures:
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


def _training(spec: ModelSpec, record: TrainingRecord, kind: HeatMapKind) -> list[str]:
    lines = [
        "## How it was made",
        "",
        _course(spec, record),
        f"- Learnt from {record.n_training:,} pictures, {record.n_scenes:,} of them rendered scenes.",
        f"- Input: {spec.input.height} x {spec.input.width} pixels, {spec.input.fit}.",
        f"- Heat map with each verdict: {kind.value}, at the layer `{spec.explain_layer}`.",
    ]
    if record.parity_n:
        copied, exported = "This copy and the model that it was made of", "The file that serves and the Keras file"
        compared = exported if original_of(spec) is None else copied
        lines.append(
            f"- {compared} differ by at most {record.parity:.4f} in any probability ({record.parity_n} photos)."
        )
    lines += _gradients(spec, record.gradients)
    return lines + (_against_teacher(record.robustness) if record.robustness else [])


def _gradients(spec: ModelSpec, check: GradientCheck | None) -> list[str]:
    """Tell how far the gradients behind the heat maps can be trusted; nothing where nothing was checked."""
    original = original_of(spec)
    if original is not None:
        return [f"- Gradient heat maps are those of `{original}`, of which this is a copy."]
    if check is None:
        return []
    if not check.usable:
        reason = check.problem or f"they differ from TensorFlow's by {100 * check.worst:.2g} %."
        return [f"- Gradient heat maps need TensorFlow and `model.keras`: {reason}"]
    return [
        f"- Gradients for heat maps follow from `model.xml`: on {check.pictures} pictures, by {check.layers} layers "
        f"and by the photo, they differ from TensorFlow's by at most {100 * check.worst:.2g} % of their length "
        f"(at {check.worst_layer}; {100 * check.bound:g} % is allowed)."
    ]


def _course(spec: ModelSpec, record: TrainingRecord) -> str:
    if not record.recipe:
        return f"- Seed {record.seed}, in {record.minutes:.1f} minutes, without a recipe."
    original = original_of(spec)
    command = f"train {record.recipe}" if original is None else f"quantize {original}"
    return (
        f"- Recipe `{record.recipe}`, seed {record.seed}: {record.epochs} epochs in {record.minutes:.0f} minutes, "
        f"the best on validation was epoch {record.best_epoch}. `python -m defect_app {command}` makes it anew."
    )


def _against_teacher(robustness: RobustnessFigures) -> list[str]:
    lines = [
        "",
        "## Against its teacher",
        "",
        "The teacher is the network with the start weights. Degraded means as phones and the app's intake deliver",
        "a picture: turned a little, blurred, relit, compressed and decoded at a reduced size; "
        f"{robustness.versions} versions of each of {robustness.n:,} test photos, the same for both.",
        "",
        "| top-1 | teacher | this model |",
        "|---|---|---|",
    ]
    n_degraded = robustness.n * robustness.versions
    for words, teacher, student, count in (
        ("clean", robustness.teacher_clean, robustness.student_clean, robustness.n),
        ("degraded", robustness.teacher_degraded, robustness.student_degraded, n_degraded),
    ):
        cells = [share(round(rate * count), count) for rate in (teacher, student)]
        lines.append(f"| {words} | {cells[0]} | {cells[1]} |")
    return [
        *lines,
        "",
        "The intervals of the degraded row take versions of one photo for separate photos: a little too narrow.",
    ]
