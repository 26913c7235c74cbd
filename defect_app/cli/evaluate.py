"""``evaluate``: run a model over labelled pictures, and say what it got right, with intervals."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from defect_app.cli.pictures import add_data_folder, load_pictures
from defect_app.cli.terminal import add_models_folder, print_table, progress_bar, say
from defect_app.errors import DataUnavailable

if TYPE_CHECKING:
    import pandas as pd

    from defect_app.datasets import LoadedDataset
    from defect_app.inspection import Inspector


def add_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its options."""
    parser = commands.add_parser("evaluate", help="measure a model on labelled pictures")
    parser.add_argument("model", metavar="MODEL", help="see the command models")
    add_data_folder(parser)
    add_models_folder(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Judge the validation and test pictures with the files that serve, and print the figures of each split."""
    from defect_app.datasets import picture_bytes
    from defect_app.evaluation import EvaluatedPicture, evaluate_pictures
    from defect_app.inspection import Inspector

    inspector = Inspector(arguments.model, arguments.models_folder)
    loaded = _load(inspector, arguments.data)
    chosen = [p for p in loaded.pictures if p.split in ("validation", "test")]
    pictures = (EvaluatedPicture(p.image, picture_bytes(p), p.label, p.split, p.leaked) for p in chosen)
    with progress_bar("Evaluating") as advance:
        try:
            rows = evaluate_pictures(inspector, pictures, progress=lambda done: advance(done, len(chosen)))
        except ValueError as error:
            raise DataUnavailable(f"{error}.", "Take the file out of the folder.") from error
    print_table(f"{inspector.spec.title} on {loaded.dataset.title}", *_figures(rows, inspector))
    say(inspector.default_point.sentence)
    _compare_with_cached(rows, inspector, arguments.models_folder)
    return 0


def _load(inspector: Inspector, folder: Path | None) -> LoadedDataset:
    loaded = load_pictures(inspector.spec.dataset, folder)
    unknown = sorted({p.label for p in loaded.pictures} - set(inspector.spec.class_names))
    if unknown:
        raise DataUnavailable(
            f"{loaded.dataset.title}: {unknown[0]!r} is no class of {inspector.spec.id}.",
            f"Its classes: {', '.join(inspector.spec.class_names[:10])}.",
        )
    return loaded


def _compare_with_cached(rows: pd.DataFrame, inspector: Inspector, models_folder: Path | None) -> None:
    from defect_app.catalog import find_model
    from defect_app.errors import DefectLensError
    from defect_app.evaluation import read_evaluation

    try:
        cached = read_evaluation(find_model(inspector.spec.id, models_folder)[1])
    except DefectLensError as error:
        say(str(error))
        return
    if cached.origin.model_sha256 != inspector.model_sha256:
        say("The cached evaluation is of another version of this model.")
        return
    columns = cached.probability_columns
    bundled = cached.rows[(cached.rows["run"] == 0) & (cached.rows["fold"] == -1)].drop_duplicates("sha256")
    both = rows.drop_duplicates("sha256").merge(bundled, on="sha256", suffixes=("", "_cached"))
    if not len(both):
        say("The cached evaluation is of other pictures.")
        return
    before = both[[f"{name}_cached" for name in columns]].to_numpy()
    change = float(abs(both[columns].to_numpy() - before).max())
    say(f"Cached evaluation: {len(both):,} of the same pictures, greatest change of a probability {change:.2g}.")


def _figures(rows: pd.DataFrame, inspector: Inspector) -> tuple[list[str], list[list[str]]]:
    from defect_app.decision import Verdict, p_defect_of, verdict_at

    spec = inspector.spec
    probabilities = rows[[f"p_{name}" for name in spec.class_names]].to_numpy()
    right = rows["actual"].to_numpy() == [spec.class_names[i] for i in probabilities.argmax(axis=1)]
    roles = {c.name: c.role for c in spec.classes}
    defective = rows["actual"].map(roles).to_numpy() == "defect"
    good = rows["actual"].map(roles).to_numpy() == "ok"
    if spec.task == "inspection":
        verdicts = [verdict_at(float(p), inspector.default_point) for p in p_defect_of(probabilities, spec)]
        passed = [v is Verdict.PASS for v in verdicts]
        rejected = [v is Verdict.REJECT for v in verdicts]
    table: list[list[str]] = []
    for split in ("validation", "test"):
        chosen = (rows["split"] == split).to_numpy()
        if not chosen.any():
            continue
        cells = [split, str(int(chosen.sum())), _share(right, chosen)]
        if spec.task == "inspection":
            cells += [_share(passed, chosen & defective), _share(rejected, chosen & good)]
        table.append(cells)
    headings = ["split", "pictures", "right label (95 %)"]
    if spec.task == "inspection":
        headings += ["escapes (95 %)", "false rejects (95 %)"]
    return headings, table


def _share(counted: object, chosen: object) -> str:
    import numpy as np

    from defect_app.evaluation import wilson_interval

    inside = np.asarray(counted)[np.asarray(chosen)]
    if not len(inside):
        return "none"
    low, high = wilson_interval(int(inside.sum()), len(inside))
    return f"{inside.sum()} of {len(inside)}: {inside.mean():.4f} ({low:.4f} to {high:.4f})"
