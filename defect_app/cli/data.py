"""``data``: which data sets there are, and whether they are whole on this machine."""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path

from defect_app.cli.terminal import print_table, progress_bar, say


def add_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its options."""
    group = commands.add_parser("data", help="list and verify the data sets")
    actions = group.add_subparsers(title="actions", metavar="ACTION", required=True)
    for name, run, said in (
        ("list", run_list, "list the data sets with licence and state"),
        ("verify", run_verify, "read every picture of a data set, and count splits and classes"),
    ):
        parser = actions.add_parser(name, help=said)
        if name == "verify":
            parser.add_argument("name", metavar="NAME", help="see data list")
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
    return 0
