"""``models``: which models there are, and whether their files are what they claim to be."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from defect_app.cli.terminal import add_models_folder, print_table

if TYPE_CHECKING:
    from defect_app.catalog import CatalogEntry


def add_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its options."""
    parser = commands.add_parser("models", help="list the models, with the state of their files")
    parser.add_argument("--json", action="store_true", help="print a JSON array")
    add_models_folder(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the catalog; a disabled model is listed with its reason."""
    from defect_app.catalog import load_catalog

    entries = load_catalog(arguments.models_folder).entries
    if arguments.json:
        print(json.dumps([_described(e) for e in entries], indent=2))
        return 0
    headings = ("id", "title", "task", "classes", "input", "sha256", "trained")
    print_table("Models" if entries else "There are no models.", headings, [_row(e) for e in entries])
    return 0


def _described(entry: CatalogEntry) -> dict[str, Any]:
    described: dict[str, Any] = {"id": entry.id, "title": entry.title, "usable": entry.usable}
    described["sha256"] = "verified" if entry.usable else entry.problem
    if entry.spec is not None:
        spec = entry.spec
        described |= {
            "task": spec.task,
            "classes": [asdict(c) for c in spec.classes],
            "input": asdict(spec.input),
            "operating_point": asdict(spec.default_point),
            "dataset": spec.dataset,
            "recipe": spec.recipe,
            "trained": spec.trained,
            "licence": asdict(spec.licence),
        }
    return described


def _row(entry: CatalogEntry) -> tuple[str, ...]:
    state = "verified" if entry.usable else f"disabled: {entry.problem}"
    if entry.spec is None:
        return entry.id, entry.title, "", "", "", state, ""
    spec = entry.spec
    classes = ", ".join(spec.class_names) if len(spec.classes) <= 10 else f"{len(spec.classes):,} classes"
    trained = ", ".join(part for part in (spec.dataset, spec.trained) if part)
    return entry.id, spec.title, spec.task, classes, f"{spec.input.height} x {spec.input.width}", state, trained
