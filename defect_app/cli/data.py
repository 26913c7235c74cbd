"""``data``: which data sets there are, whether they are whole on this machine, and how to get them there."""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from defect_app.cli.terminal import print_table, progress_bar, say
from defect_app.paths import VAR

if TYPE_CHECKING:
    from defect_app.datasets import LoadedDataset

REPORTS_FOLDER = VAR / "leakage"
PAIRS_SHOWN = 10


def add_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its options."""
    group = commands.add_parser("data", help="list and verify the data sets")
    actions = group.add_subparsers(title="actions", metavar="ACTION", required=True)
    for name, run, said in (
        ("list", run_list, "list the data sets with licence and state"),
        ("verify", run_verify, "read every picture of a data set, count splits and classes, and report leakage"),
        ("pull", run_pull, "fetch a data set from where its makers put it"),
    ):
        parser = actions.add_parser(name, help=said)
        if name != "list":
            parser.add_argument("name", metavar="NAME", help="see data list")
        if name == "verify":
            parser.add_argument(
                "--report", type=Path, metavar="CSV", help=f"default: {REPORTS_FOLDER.name}/NAME.csv in var/"
            )
        parser.add_argument("--data", type=Path, metavar="DIR", help="folder of archives (default: $DEFECT_APP_DATA)")
        parser.set_defaults(run=run)


def run_list(arguments: argparse.Namespace) -> int:
    """Print every data set that the project knows, and whether its archives are here."""
    from defect_app.datasets import all_datasets, data_folder
    from defect_app.errors import DataUnavailable

    try:
        folder = data_folder(arguments.data)
    except DataUnavailable:
        folder = None
    rows = []
    for dataset in all_datasets():
        absent = [a for a in dataset.archives if folder is None or not (folder / a).is_file()]
        state = f"missing: {', '.join(absent)}" if absent else "here"
        rows.append((dataset.name, dataset.title, dataset.licence, state, dataset.source))
    print_table("Data sets", ("name", "title", "licence", "archives", "source"), rows)
    return 0


def run_verify(arguments: argparse.Namespace) -> int:
    """Read a whole data set; a missing or damaged archive or picture is an error."""
    from defect_app.datasets import content_digest, load_dataset

    with progress_bar("Reading") as advance:
        loaded = load_dataset(arguments.name, arguments.data, progress=advance)
    counts = Counter[tuple[str, str]]((p.label, p.split) for p in loaded.pictures)
    splits = ("train", "validation", "test", "excluded")
    rows = [(name, *(str(counts[name, split]) for split in splits)) for name in loaded.class_names]
    if len(rows) > 20:
        rows = [(f"{len(rows):,} classes", *(str(sum(counts[n, s] for n in loaded.class_names)) for s in splits))]
    print_table(loaded.dataset.title, ("class", *splits), rows)
    leaked = sum(p.leaked for p in loaded.pictures)
    say(f"{leaked} test pictures have a twin in training. sha256 of the content: {content_digest(loaded)}")
    _report_leakage(loaded, arguments.report or REPORTS_FOLDER / f"{loaded.dataset.name}.csv")
    return 0


def run_pull(arguments: argparse.Namespace) -> int:
    """Fetch a data set; what is there already stays as it is."""
    from defect_app.datasets import pull_dataset

    with progress_bar("Packing") as advance:
        archive = pull_dataset(
            arguments.name, arguments.data, progress=lambda words, done, total: advance(done, total, words)
        )
    say(f"{arguments.name} is in {archive}.")
    return 0


def _report_leakage(loaded: LoadedDataset, path: Path) -> None:
    """Print how many pictures lie on both sides of a split and the first of them, and write them all."""
    from defect_app.datasets import fingerprints, leakage_report, write_leakage

    with progress_bar("Comparing") as advance:
        pictures, hashes, thumbnails = fingerprints(loaded.pictures, advance)
    mosaics = loaded.dataset.layout == "mosaics"
    report = leakage_report(pictures, hashes, None if mosaics else thumbnails, loaded.dataset.twin_correlation)
    rows = [
        (f"{first} and {second}", f"{exact:,}", "-" if mosaics else f"{near:,}")
        for (first, second), (exact, near) in report.counts().items()
    ]
    print_table(
        "Pairs of pictures across splits", ("splits", "equal pixels", "near-duplicates"), rows or [("none", "0", "0")]
    )
    shown = [
        ("equal" if pair.exact else "near", pair.first.image, pair.first.split, pair.second.image, pair.second.split)
        for pair in report.pairs[:PAIRS_SHOWN]
    ]
    if shown:
        print_table(f"The first {len(shown)} of {len(report.pairs):,}", ("kind", "picture", "in", "and", "in"), shown)
    excluded = sum(p.split == "excluded" for p in loaded.pictures)
    if excluded:
        say(f"{excluded} training pictures are equal to a test picture: nothing is learnt from them.")
    write_leakage(path, report)
    say(f"All pairs are in {path}.")
