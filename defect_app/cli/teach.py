"""``teach``: make a model folder from a few photos of one's own product, and print what was measured."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from defect_app.cli.terminal import print_table, progress_bar, say
from defect_app.errors import DefectLensError

if TYPE_CHECKING:
    from defect_app.catalog import FrameSpec
    from defect_app.catalog.spec import Role
    from defect_app.teaching import TaughtClass, TaughtModel, TeachingFile, TeachingRequest

SOME_FILES_LEFT_OUT = 3
_SHOWN = 5


def add_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its options."""
    parser = commands.add_parser(
        "teach",
        help="make a model from a few photos",
        description="Make a model folder from photos of your own product, in seconds. With good photos alone the model "
        "finds what differs from them; from three defective ones on it learns the defects. Exit status 0 when every "
        "file was used, 3 when some were left out, 2 when no model can be made of what was given.",
    )
    parser.add_argument("id", metavar="ID", help="of the new model: small letters, digits, - and _")
    parser.add_argument(
        "--good", nargs="+", type=Path, default=[], metavar="PATH", help="photos of good parts, folders"
    )
    parser.add_argument("--defect", nargs="+", type=Path, default=[], metavar="PATH", help="photos of defective parts")
    parser.add_argument(
        "--class",
        nargs="+",
        dest="classes",
        default=[],
        action="extend",
        metavar="NAME=PATH",
        help="photos of a further class: a kind of defect beside --good, else one of the things to tell apart",
    )
    parser.add_argument(
        "--frame",
        metavar="X,Y,W,H",
        help="where the part is in every photo, in shares of its width and height: 0.2,0.1,0.6,0.8 leaves out a fifth "
        "at the left and right and a tenth above and below; taught and judged there (default: the whole photo)",
    )
    parser.add_argument("--title", metavar="T", help="on screen (default: the id)")
    parser.add_argument("--out", type=Path, metavar="DIR", help="for the model folder (default: with those taught)")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Teach; Ctrl-C leaves nothing half behind."""
    from defect_app.teaching import teach

    request = _request(arguments)
    with progress_bar("Teaching") as advance:
        taught = teach(request, out=arguments.out, progress=lambda what, done, total: advance(done, total, what))
    if arguments.json:
        print(json.dumps(_as_json(taught), indent=2))
    else:
        _print(taught)
    return SOME_FILES_LEFT_OUT if taught.summary.left_out else 0


def _request(arguments: argparse.Namespace) -> TeachingRequest:
    from defect_app.teaching import TaughtClass, TeachingRequest

    classes: list[TaughtClass] = []
    files: list[TeachingFile] = []
    if arguments.good:
        classes.append(TaughtClass("good", "Good", "ok"))
        files += _files(arguments.good, "good")
    if arguments.defect:
        classes.append(TaughtClass("defect", "Defect", "defect"))
        files += _files(arguments.defect, "defect")
    for name, paths in _named(arguments.classes).items():
        role: Role | None = "defect" if arguments.good or arguments.defect else None
        classes.append(_class(name, role))
        files += _files(paths, classes[-1].name)
    frame = _frame(arguments.frame) if arguments.frame else None
    return TeachingRequest(arguments.id, arguments.title or arguments.id, tuple(classes), files, frame)


def _frame(text: str) -> FrameSpec:
    from defect_app.catalog import FrameSpec

    try:
        x, y, width, height = map(float, text.split(","))
        return FrameSpec(x, y, width, height)
    except ValueError:
        raise DefectLensError(
            f"{text!r} is no frame within a photo.",
            "Write X,Y,W,H in shares of the photo's sides from 0 to 1: for example 0.2,0.1,0.6,0.8.",
        ) from None


def _named(given: list[str]) -> dict[str, list[Path]]:
    """Return the paths of each class; a path without a name belongs to the class before it."""
    found: dict[str, list[Path]] = {}
    last = ""
    for text in given:
        name, separator, path = text.partition("=")
        if separator:
            last = name
        elif not last:
            raise DefectLensError(f"{text} has no class.", "Write --class NAME=PATH.")
        found.setdefault(last, []).append(Path(path if separator else text))
    return found


def _class(title: str, role: Role | None) -> TaughtClass:
    from defect_app.teaching import TaughtClass
    from defect_app.teaching.request import class_name_from

    name = class_name_from(title)
    if not name:
        raise DefectLensError(f"{title!r} is no name for a class.", "Take letters and digits.")
    return TaughtClass(name, title, role)


def _files(paths: list[Path], label: str) -> list[TeachingFile]:
    from defect_app.intake import PhotoFile, list_photos
    from defect_app.teaching import TeachingFile

    listing = list_photos(paths)
    for folder in listing.unreadable:
        say(f"The folder {folder.path} cannot be read: {folder.reason}. Check that you may read it.")
    return [TeachingFile(PhotoFile(f"{label}/{path.name}", PhotoFile.at(path).open), label) for path in listing.files]


def _as_json(taught: TaughtModel) -> dict[str, object]:
    from dataclasses import asdict

    from defect_app.teaching.figures import taught_figures

    summary = asdict(taught.summary)
    return {"id": taught.spec.id, "folder": str(taught.folder), **asdict(taught_figures(taught)), **summary}


def _print(taught: TaughtModel) -> None:
    from defect_app.teaching.figures import taught_figures

    summary = taught.summary
    counts = [[taught.spec.title_of(name), str(count)] for name, count in summary.counts.items()]
    print_table(f"{taught.spec.title}: photos", ["class", "taught"], counts)
    figures = taught_figures(taught)
    print_table(
        "Out of fold: each photo judged without its like", ["figure", "value (95 %)"], [*map(list, figures.rows)]
    )
    for sentence in summary.curve.sentences if summary.curve else ():
        say(sentence)
    for suspicion in summary.suspicions[:_SHOWN]:
        say(f"{suspicion.name}: {suspicion.reason}")
    for left_out in summary.left_out[:_SHOWN]:
        say(f"{left_out.name} is left out: {left_out.reason}")
    if len(summary.left_out) > _SHOWN:
        say(f"{len(summary.left_out) - _SHOWN} more files are left out; teaching.json names them.")
    if summary.thinned:
        say(f"{summary.thinned:,} of the files were not read: more photos than are taught at once, evenly thinned.")
    if not summary.kept_apart:
        say("All photos of a class nearly equal each other: the figures flatter.")
    say(f"The model is in {taught.folder}, taught in {summary.seconds:.1f} s.")
