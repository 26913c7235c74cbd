"""``points``: operating points saved, shown, made active, taken along and brought back."""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from defect_app.cli.points_sheet import named_point, run_sheet
from defect_app.cli.storing import person
from defect_app.cli.terminal import add_models_folder, print_table, say, whole_number
from defect_app.errors import DefectLensError, InvalidOperatingPoint

if TYPE_CHECKING:
    from defect_app.decision import OperatingPoint
    from defect_app.points import Records, SavedPoint

PROPOSED = (
    "It is proposed, and not active: it lets more pass than the point in use, so that a second person makes it active."
)
_TIME = "%Y-%m-%d %H:%M UTC"


def add_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command, its actions and their options."""
    group = commands.add_parser("points", help="save operating points, and choose the active one")
    actions = group.add_subparsers(title="actions", metavar="ACTION", required=True)
    for name, run, purpose in (
        ("list", run_list, "list the saved points of a model, or of all models"),
        ("show", run_show, "show one point, and the history of its model"),
        ("save", run_save, "save thresholds under a name"),
        ("activate", run_activate, "make a point the one that is applied everywhere"),
        ("sheet", run_sheet, "write a point's decision sheet: figures, costs, and what was not taken (.html or .pdf)"),
        ("export", run_export, "write a model's points as JSON"),
        ("import", run_import, "save the points of an export"),
    ):
        parser = actions.add_parser(name, help=purpose, description=purpose[0].upper() + purpose[1:] + ".")
        if name == "import":
            parser.add_argument("file", type=Path, metavar="FILE", help="what export wrote")
        else:
            parser.add_argument("model", nargs="?" if name == "list" else None, metavar="MODEL", help="a model's id")
        if name in ("show", "save", "activate", "sheet"):
            default = " ('default': the one that the model is delivered with)" * (name == "activate")
            parser.add_argument("name", metavar="NAME", help=f"the point's name{default}")
        if name in ("show", "activate", "sheet"):
            parser.add_argument("--version", type=whole_number(1), metavar="N", help="default: the latest")
        if name == "save":
            _add_thresholds(parser)
        if name == "sheet":
            parser.add_argument("--out", type=Path, metavar="FILE", required=True, help="its ending says the form")
        if name == "export":
            parser.add_argument("--out", type=Path, metavar="FILE", help="default: standard output")
            parser.add_argument("--every-version", action="store_true", help="the whole history of the points")
        if name in ("save", "activate", "import"):
            parser.add_argument("--who", metavar="PERSON", help="who does it (default: the user of this machine)")
        if name in ("list", "show"):
            parser.add_argument("--json", action="store_true", help="print JSON")
        add_models_folder(parser)
        parser.set_defaults(run=run)


def _add_thresholds(parser: argparse.ArgumentParser) -> None:
    purpose = "threshold on the defect score, 0 to 1 (inspection models)"
    parser.add_argument("--review-at", type=float, metavar="X", help=purpose)
    parser.add_argument("--reject-at", type=float, metavar="Y", help=purpose)
    parser.add_argument("--accept-at", type=float, metavar="Z", help="least probability of the label (recognition)")
    parser.add_argument("--note", default="", metavar="TEXT", help="why")
    parser.add_argument("--activate", action="store_true", help="make it the active point at once")


def run_list(arguments: argparse.Namespace) -> int:
    """Print the latest version of each point; those that the present model cannot use are marked."""
    from defect_app.catalog import load_catalog
    from defect_app.points import open_records

    catalog = load_catalog(arguments.models_folder)
    models = [arguments.model] if arguments.model else [entry.id for entry in catalog.entries]
    records = open_records()
    points = [point for model in models for point in records.points(model)]
    if arguments.json:
        print(json.dumps([_described(p, records, arguments.models_folder) for p in points], indent=2))
        return 0
    if not points:
        say("No operating points are saved; every model is used with its default point.")
        return 0
    headings = ("model", "name", "version", "thresholds", "saved", "by", "state")
    rows = []
    for saved in points:
        state = _state(saved, records, arguments.models_folder)
        when = f"{saved.created:{_TIME}}"
        words = saved.point.thresholds.in_words
        rows.append((saved.point.model_id, saved.name, str(saved.version), words, when, saved.who, state))
    print_table("Operating points", headings, rows)
    return 0


def run_show(arguments: argparse.Namespace) -> int:
    """Print one point in words, and what was done with the points of its model, newest first."""
    from defect_app.points import open_records

    records = open_records()
    saved = named_point(records, arguments)
    if arguments.json:
        print(json.dumps(_described(saved, records, arguments.models_folder), indent=2))
        return 0
    rows = [("point", saved.origin), ("thresholds", saved.point.sentence), ("note", saved.note)]
    if saved.costs is not None:
        rows += [(name.replace("_", " "), f"costs {amount:,.2f}") for name, amount in vars(saved.costs).items()]
    if saved.defect_rate is not None:
        rows.append(("defect rate of the line", f"{saved.defect_rate:.4g}"))
    state = _state(saved, records, arguments.models_folder)
    rows += [("model", arguments.model), ("model's sha256", saved.point.model_sha256), ("state", state)]
    print_table(saved.name, ("", ""), rows)
    events = []
    for change in records.history(arguments.model):
        of = (change.saved.name, str(change.saved.version)) if change.saved else ("", "")
        events.append((f"{change.created:{_TIME}}", change.who, change.action.value, *of))
    print_table(f"History of {arguments.model}", ("when", "who", "did", "point", "version"), events)
    return 0


def run_save(arguments: argparse.Namespace) -> int:
    """Save thresholds for the model as it is now."""
    from defect_app.decision import THRESHOLD_NAMES, thresholds_from
    from defect_app.points import open_records

    thresholds = thresholds_from(**{name: getattr(arguments, name) for name in THRESHOLD_NAMES})
    default = _default_point(arguments.model, arguments.models_folder)
    if type(thresholds) is not type(default.thresholds):
        wanted = " and ".join(f"--{name.replace('_', '-')}" for name in vars(default.thresholds))
        raise InvalidOperatingPoint(f"The thresholds do not fit the model {arguments.model}.", f"Give {wanted}.")
    point = default.moved(thresholds, arguments.name)
    saved = open_records().save_point(
        point, note=arguments.note, who=person(arguments.who), activate=arguments.activate, default=default
    )
    say(f"{saved.origin}. {saved.point.sentence}")
    if saved.active:
        say("It is active: the app, the command line and the API apply it.")
    else:
        say(PROPOSED if arguments.activate else "It is not active.")
    return 0


def run_activate(arguments: argparse.Namespace) -> int:
    """Make a point active; one that the present model cannot use is refused."""
    from defect_app.decision import DEFAULT_NAME
    from defect_app.points import open_records, point_in_use

    records, default = open_records(), _default_point(arguments.model, arguments.models_folder)
    who = person(arguments.who)
    if arguments.name == DEFAULT_NAME:
        done = records.deactivate(arguments.model, who=who, default=default)
    else:
        point_in_use(default, arguments.name, lambda: records, version=arguments.version)
        done = records.activate(
            arguments.model, arguments.name, who=who, version=arguments.version, default=default
        ).active
    if not done:
        say(PROPOSED)
    say(point_in_use(default, None, lambda: records).sentence)
    return 0


def run_export(arguments: argparse.Namespace) -> int:
    """Write the latest version of each point, and the active one, or every version."""
    from defect_app.points import open_records

    records = open_records()
    if not records.points(arguments.model):
        raise InvalidOperatingPoint(
            f"No operating points of the model {arguments.model!r} are saved.", "Save one first."
        )
    text = records.export_points(arguments.model, every_version=arguments.every_version) + "\n"
    if arguments.out is None:
        # Escaped, since the terminal or file may lack a character, and what it puts in its place is not JSON.
        print(json.dumps(json.loads(text), indent=2))
        return 0
    try:
        arguments.out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise DefectLensError(
            f"The points cannot be written to {arguments.out}: {error.strerror}.", "Choose another place."
        ) from error
    return 0


def run_import(arguments: argparse.Namespace) -> int:
    """Save every point of an export, all or none; none becomes active."""
    from defect_app.points import open_records
    from defect_app.points.exchange import MOST_CHARACTERS

    try:
        with arguments.file.open(encoding="utf-8-sig") as file:
            # One more than an import takes: a file without an end is not read to its end.
            text = file.read(MOST_CHARACTERS + 1)
    except (OSError, UnicodeDecodeError) as error:
        said = getattr(error, "strerror", None) or "it is no text"
        raise DefectLensError(f"The file {arguments.file} cannot be read: {said}.", "Choose an export.") from error
    imported = open_records().import_points(text, person(arguments.who))
    for saved in imported:
        say(f"{saved.point.model_id}: {saved.origin}.")
    say("None of them is active by that: see points activate." if imported else "All of these points are here already.")
    return 0


def _default_point(model_id: str, models_folder: Path | None) -> OperatingPoint:
    from defect_app.catalog import find_model
    from defect_app.decision import default_point

    spec, _ = find_model(model_id, models_folder)
    return replace(default_point(spec), evaluation_sha256=spec.sha256.get("evaluation.parquet", ""))


def _state(saved: SavedPoint, records: Records, models_folder: Path | None) -> str:
    from defect_app.points import applicable

    active = records.active_point(saved.point.model_id)
    said = ["active"] if saved.active else []
    if active is not None and active.name == saved.name and not saved.active:
        said.append(f"version {active.version} is active")
    try:
        present = _default_point(saved.point.model_id, models_folder).model_sha256
    except DefectLensError:
        return ", ".join([*said, "its model is not here"])
    if not applicable(saved, present):
        said.append("of another version of the model, not applied")
    return ", ".join(said)


def _described(saved: SavedPoint, records: Records, models_folder: Path | None) -> dict[str, object]:
    from defect_app.points.exchange import described_point

    return described_point(saved) | {"state": _state(saved, records, models_folder)}
