"""``models``: which models there are, whether their files are what they claim to be; seals and signs folders."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from defect_app.cli import signing
from defect_app.cli.terminal import add_models_folder, print_table, progress_bar, say, whole_number
from defect_app.errors import ModelUnavailable

if TYPE_CHECKING:
    from defect_app.catalog import CatalogEntry


def add_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its options."""
    parser = commands.add_parser("models", help="list the models, with the state of their files")
    parser.add_argument("--json", action="store_true", help="print a JSON array")
    add_models_folder(parser)
    parser.set_defaults(run=run)
    actions = parser.add_subparsers(title="actions", metavar="ACTION")
    seal = actions.add_parser(
        "seal",
        help="accept a model folder as it is now, after its files or its model.toml were changed on purpose",
        description="Write the hashes of a model folder's files and its identity anew, and say what is accepted.",
    )
    seal.add_argument("model", metavar="MODEL", help="a model's id")
    seal.add_argument("--yes", action="store_true", help="accept changes of a model that comes with the app, too")
    add_models_folder(seal, default=argparse.SUPPRESS)
    seal.set_defaults(run=run_seal)
    framing = actions.add_parser(
        "fit-framing",
        help="let a model find its part in unfamiliar photos",
        description="Fit the search for the part on a model's own data set, and seal the folder. A model whose found "
        "parts are not to be told from other things is left as it is.",
    )
    framing.add_argument("model", metavar="MODEL", help="a model's id")
    framing.add_argument("--data", type=Path, metavar="DIR", help="folder of archives (default: $DEFECT_APP_DATA)")
    framing.add_argument("--layer", default="", metavar="NAME", help="operation of model.xml (default: descriptor's)")
    framing.add_argument("--seed", type=whole_number(0), default=0, metavar="S", help="default: 0")
    add_models_folder(framing, default=argparse.SUPPRESS)
    framing.set_defaults(run=run_fit_framing)
    signing.add_actions(actions)


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


def run_seal(arguments: argparse.Namespace) -> int:
    """Accept a folder as it is, and say what that is."""
    from defect_app.catalog import MODELS_FOLDER, changes_since_sealed, load_catalog, read_unsealed, write_spec
    from defect_app.publishing.release import write_release_answers

    entry = load_catalog(arguments.models_folder).get(arguments.model)
    changes = changes_since_sealed(entry.folder)
    if not changes:
        say(f"{entry.id} is sealed as it is.")
        return 0
    if entry.folder.resolve().parent == MODELS_FOLDER.resolve() and not arguments.yes:
        raise ModelUnavailable(
            f"{entry.id} comes with the app, and is not as it came: {'; '.join(changes)}.",
            "Restore its folder, or give --yes to accept it.",
        )
    spec = read_unsealed(entry.folder)[0]
    # What it answers from now on is what it is held to.
    write_release_answers(entry.folder, spec)
    spec = write_spec(entry.folder, spec)
    say(f"{entry.id} is sealed as it is now. Accepted: {'; '.join(changes)}. Its identity is {spec.identity}.")
    say("Operating points that were saved for it before are not applied: look at them, and save them anew.")
    return 0


def run_fit_framing(arguments: argparse.Namespace) -> int:
    """Fit the search for the part, and say what its limits part."""
    from defect_app.catalog import find_model
    from defect_app.publishing.framing import add_framing

    spec, folder = find_model(arguments.model, arguments.models_folder)
    with progress_bar("Framing") as advance:

        def report(what: str, done: int, wanted: int) -> None:
            advance(done, wanted, what)

        fit = add_framing(folder, data_dir=arguments.data, layer=arguments.layer, seed=arguments.seed, progress=report)
    say(
        f"{spec.id} finds its part: distances to {fit.part_distance:.3f} (parts) and from {fit.stranger_distance:.3f} "
        f"(other things), limit {fit.model.most_distance:.3f}; scores from {fit.part_score:.2f} and to "
        f"{fit.stranger_score:.2f}, limit {fit.model.least_score:.2f}."
    )
    say("Operating points that were saved for it before are not applied: look at them, and save them anew.")
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
            "model_sha256": spec.identity,
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
