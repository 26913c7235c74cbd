"""``evaluate``: run a model over labelled pictures, and say what it got right, with intervals."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from defect_app.cli.pictures import add_data_folder, load_pictures
from defect_app.cli.terminal import add_models_folder, print_table, progress_bar, say, whole_number
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
    parser.add_argument(
        "--folder",
        type=Path,
        metavar="DIR",
        help="measure on photos of your own instead: a folder with a sub-folder a class, or a CSV file with the "
        "columns file and label; the pages Evaluate and Thresholds offer the result as another choice of photos",
    )
    parser.add_argument("--name", help="what those photos are called on the pages (default: the folder's name)")
    parser.add_argument(
        "--robustness",
        action="store_true",
        help="measure instead what light, blur, noise, compression and mounting do to the verdicts on test pictures, "
        "and keep it with the model",
    )
    parser.add_argument(
        "--pictures", type=whole_number(2), metavar="N", help="of --robustness: how many test pictures (default: 40)"
    )
    parser.add_argument("--seed", type=whole_number(0), default=0, metavar="S", help="of --robustness: draws them")
    add_models_folder(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Judge the validation and test pictures with the files that serve, and print the figures of each split."""
    from defect_app.datasets import picture_bytes
    from defect_app.hosting.local_model_host import LocalModelHost
    from defect_app.publishing.measuring import EvaluatedPicture, evaluate_pictures

    inspector = LocalModelHost(arguments.models_folder).inspector(arguments.model)
    if arguments.folder is not None:
        return _evaluate_own(inspector, arguments.folder, arguments.name)
    loaded = _load(inspector, arguments.data)
    if arguments.robustness:
        return _robustness(inspector, loaded, arguments.pictures, arguments.seed)
    chosen = [p for p in loaded.pictures if p.split in ("validation", "test")]
    if not chosen:
        raise DataUnavailable(
            f"{loaded.dataset.title} has no validation and no test pictures.", "Add pictures: the splits take a share."
        )
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


def _evaluate_own(inspector: Inspector, source: Path, name: str | None) -> int:
    """Judge photos of one's own, print the figures, and keep them beside the model's others."""
    from defect_app.datasets.own_folder import own_pictures
    from defect_app.evaluation.own_photos import SPLIT_PREFIX, lot_name, write_own_photos
    from defect_app.publishing.measuring_own import measure_own

    called = lot_name(name or source.resolve().stem)
    pictures = own_pictures(source, inspector.spec)
    with progress_bar("Evaluating") as advance:
        measured = measure_own(inspector, pictures, called, lambda done: advance(done, len(pictures)))
    table = _figures(measured.rows, inspector, (f"{SPLIT_PREFIX}{called}",))
    print_table(f"{inspector.spec.title} on {called}", *table)
    say(inspector.default_point.sentence)
    say(
        f"{measured.origin.familiar:,} of {len(measured.rows):,} photos look like those that the model knows; Inspect "
        "sends the others to review."
    )
    for file, reason in measured.origin.left_out.items():
        say(f"Left out: {file}: {reason}")
    try:
        path = write_own_photos(measured.rows, measured.origin)
    except OSError as error:
        raise DataUnavailable(f"The figures could not be stored: {error}.", "Free the disk or the folder.") from error
    say(f"The pages Evaluate and Thresholds offer them as Own photos: {called} ({path}).")
    return 0


def _robustness(inspector: Inspector, loaded: LoadedDataset, n: int | None, seed: int) -> int:
    """Judge disturbed test pictures, keep the figures in the model's folder and on its card, and print them."""
    from defect_app.catalog import read_spec, write_spec
    from defect_app.evaluation.robustness import disturbed_figures, robustness_sentence, write_robustness
    from defect_app.publishing import write_card
    from defect_app.publishing.measuring_robustness import PICTURES, measure_robustness
    from defect_app.publishing.training_record import RECORD_FILE

    with progress_bar("Disturbing") as advance:
        measured = measure_robustness(inspector, loaded.of_split("test"), n or PICTURES, seed, advance)
    write_robustness(inspector.folder, measured)
    # Read again: the spec may have been changed while the photos were judged.
    write_spec(inspector.folder, read_spec(inspector.folder))
    if (inspector.folder / RECORD_FILE).is_file():
        write_card(inspector.folder)
    figures = disturbed_figures(measured)
    rows = [
        [f.name, str(f.strength), *(f"{s.count} of {s.n}" for s in (f.right, f.false_pass, f.to_review))]
        for f in figures
    ]
    headings = ["disturbance", "strength", "right", "defective parts that pass", "to review"]
    print_table(f"{inspector.spec.title}, disturbed", headings, rows)
    say(robustness_sentence(figures))
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
    if cached.origin.model_sha256 != inspector.weights_sha256:
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


def _figures(
    rows: pd.DataFrame, inspector: Inspector, splits: tuple[str, ...] = ("validation", "test")
) -> tuple[list[str], list[list[str]]]:
    from defect_app.decision import INSPECTION_VERDICTS, Verdict, p_defect_of, verdict_codes

    spec = inspector.spec
    probabilities = rows[[f"p_{name}" for name in spec.class_names]].to_numpy()
    right = rows["actual"].to_numpy() == [spec.class_names[i] for i in probabilities.argmax(axis=1)]
    roles = {c.name: c.role for c in spec.classes}
    defective = rows["actual"].map(roles).to_numpy() == "defect"
    good = rows["actual"].map(roles).to_numpy() == "ok"
    if spec.task == "inspection":
        codes = verdict_codes(p_defect_of(probabilities, spec), inspector.default_point.thresholds)
        passed, rejected = (codes == INSPECTION_VERDICTS.index(v) for v in (Verdict.PASS, Verdict.REJECT))
    table: list[list[str]] = []
    for split in splits:
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
