"""``scenes render``: sample photos with known defects, drawn by the project itself."""

from __future__ import annotations

import argparse
from pathlib import Path

from defect_app.cli.terminal import progress_bar, say, whole_number


def add_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its options."""
    group = commands.add_parser("scenes", help="render sample photos with known defects")
    actions = group.add_subparsers(title="actions", metavar="ACTION", required=True)
    parser = actions.add_parser("render", help="write photos, masks and labels.csv to a folder")
    parser.add_argument("product", metavar="PRODUCT", help="casting, box, metal or phone")
    parser.add_argument("--count", type=whole_number(0), required=True, metavar="N", help="how many")
    parser.add_argument("--seed", type=whole_number(0), default=0, metavar="S", help="of the first (default: 0)")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="made if missing")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Render the scenes; after Ctrl-C those done are whole and listed."""
    from defect_app.scenes.write import write_scenes

    with progress_bar("Rendering") as advance:
        written = write_scenes(arguments.product, arguments.count, arguments.seed, arguments.out, advance)
    say(f"{written} {arguments.product} scene{'s' * (written != 1)} in {arguments.out}.")
    return 0
