"""``evaluate``: run a model over labelled pictures, and say what it got right, with intervals."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

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
    parser.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        help="folder of archives, or a folder with one sub-folder a class (default: $DEFECT_APP_DATA)",
    )
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
        rows = evaluate_pictures(inspector, pictures, progress=lambda done: advance(done, len(chosen)))
    print_table(f"{inspector.spec.title} on {loaded.dataset.title}", *_figures(rows, inspector))
    say(inspector.default_point.sentence)
    return 0


def _load(inspector: Inspector, folder: Path | None) -> LoadedDataset:
    from defect_app.datasets import get_dataset, load_dataset, load_folder

    if folder is not None and any(f.is_dir() for f in _entries(folder)):
        archives = () if not inspector.spec.dataset else get_dataset(inspector.spec.dataset).archives
        if not archives or not all((folder / a).is_file() for a in archives):
            return load_folder(folder)
    return load_dataset(inspector.spec.dataset, folder)


def _entries(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise DataUnavailable(f"The folder {folder} does not exist.", "Correct --data.")
    return list(folder.iterdir())


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
