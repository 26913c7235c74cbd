"""``classify``: judge files and folders; one JSON object a line, or CSV rows, as soon as each file is judged."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from defect_app.cli.terminal import add_models_folder, progress_bar, say, whole_number
from defect_app.errors import DefectLensError

if TYPE_CHECKING:
    from defect_app.inspection import Inspector
    from defect_app.inspection_record import InspectionRecord

SOME_FILES_UNUSABLE = 3

Write = Callable[["InspectionRecord"], None]


def add_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its options."""
    parser = commands.add_parser(
        "classify",
        help="judge photos",
        description="Judge photos: one JSON object a line. Exit status 0 when every file was judged, "
        "3 when some files could not be used (all others are judged), 2 for wrong usage.",
    )
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="photo, or folder of photos")
    parser.add_argument("--model", required=True, metavar="ID", help="see the command models")
    parser.add_argument(
        "--operating-point",
        metavar="NAME",
        help="a saved point, see the command points, or 'default' (without this option: the active point)",
    )
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="one JSON object a line on standard output (the default)")
    form.add_argument("--csv", type=Path, metavar="FILE", help="write a table that is safe in spreadsheets instead")
    parser.add_argument("--heatmaps", type=Path, metavar="DIR", help="write each photo with its heat map here, as JPEG")
    parser.add_argument("--limit", type=whole_number(1), metavar="N", help="judge only the first N files")
    add_models_folder(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Judge the files, in sorted order; what is judged is written at once."""
    from defect_app.cli.judging import judge_files
    from defect_app.inspection import Inspector
    from defect_app.inspection_record import REJECTED_FILE
    from defect_app.intake import list_photos
    from defect_app.records import point_in_use

    paths, skipped = list_photos(arguments.paths)
    paths = paths[: arguments.limit]
    inspector = Inspector(arguments.model, arguments.models_folder)
    used = point_in_use(inspector.default_point, arguments.operating_point)
    if used.warning:
        say(used.warning)
    counts: dict[str, int] = {}
    if skipped:
        say(f"{skipped} hidden or system file{'s' * (skipped != 1)} skipped.")
    with _writer(arguments.csv, inspector) as write, progress_bar("Judging") as advance:
        for done, record in enumerate(judge_files(inspector, paths, used.point, arguments.heatmaps), start=1):
            write(record)
            counts[record["verdict"]] = counts.get(record["verdict"], 0) + 1
            advance(done, len(paths))
    said = ", ".join(f"{n} {verdict}" for verdict, n in sorted(counts.items()))
    say(f"{len(paths)} file{'s' * (len(paths) != 1)}: {said}." if paths else "No files to judge.")
    say(used.sentence)
    return SOME_FILES_UNUSABLE if counts.get(REJECTED_FILE) else 0


@contextmanager
def _writer(csv_file: Path | None, inspector: Inspector) -> Iterator[Write]:
    if csv_file is None:
        # ASCII escapes: a name may hold bytes that no terminal or UTF-8 stream takes.
        yield lambda record: print(json.dumps(record), flush=True)
        return
    from defect_app.inspection_record import records_as_csv

    names = inspector.spec.class_names
    header = records_as_csv([], names)
    try:
        file = csv_file.open("w", encoding="utf-8", errors="backslashreplace", newline="")
    except OSError as error:
        raise DefectLensError(
            f"The table cannot be written to {csv_file}: {error.strerror}.", "Choose a place that you may write to."
        ) from error
    with file:
        file.write(header)

        def write(record: InspectionRecord) -> None:
            file.write(records_as_csv([record], names)[len(header) :])
            file.flush()

        yield write
