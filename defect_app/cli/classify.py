"""``classify``: judge files and folders; one JSON object a line, or CSV rows, as soon as each file is judged."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from defect_app.cli import spreading
from defect_app.cli.storing import StoredOutput, add_options, batch_name, person
from defect_app.cli.terminal import add_models_folder, progress_bar, say, whole_number
from defect_app.errors import DefectLensError

if TYPE_CHECKING:
    from defect_app.decision import OperatingPoint
    from defect_app.hosting.keeping import Keeping
    from defect_app.inspection import Inspector
    from defect_app.inspection.record import InspectionRecord
    from defect_app.intake import PhotoListing
    from defect_app.intake.addresses import Place
    from defect_app.points import Records

SOME_FILES_UNUSABLE = 3
POINT_NOT_SURE = 5
NOT_STORED = 7
SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t"}
DECIMALS = {"point": ".", "comma": ","}

Write = Callable[[int, "InspectionRecord"], None]


def add_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its options."""
    parser = commands.add_parser(
        "classify",
        help="judge photos",
        description="Judge photos: one JSON object a line. Exit status 0 when every file was judged, "
        "3 when some files could not be used or folders not be listed (all others are judged), 2 for wrong usage, "
        "4 when the results could not be written any further (those before are whole), 5 when the operating point in "
        "force could not be made sure of (photos are judged at the one last known, or go to review), 7 when verdicts "
        "could not be stored.",
    )
    parser.add_argument(
        "paths", nargs="+", metavar="PATH", help="photo, or folder of photos; or an address such as s3://bucket/folder"
    )
    parser.add_argument("--model", required=True, metavar="ID", help="see the command models")
    parser.add_argument(
        "--operating-point",
        metavar="NAME",
        help="a saved point, see the command points, or 'default' (without this option: the active point)",
    )
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="one JSON object a line on standard output (the default)")
    form.add_argument("--csv", type=Path, metavar="FILE", help="write a table that is safe in spreadsheets instead")
    parser.add_argument(
        "--csv-separator", choices=SEPARATORS, default="comma", help="between the table's columns (default: comma)"
    )
    parser.add_argument(
        "--csv-decimal", choices=DECIMALS, default="point", help="the table's decimal sign (default: point)"
    )
    parser.add_argument("--parquet", type=Path, metavar="FILE", help="write the records as Parquet too")
    parser.add_argument("--heatmaps", type=Path, metavar="DIR", help="write each photo with its heat map here, as JPEG")
    parser.add_argument("--limit", type=whole_number(1), metavar="N", help="judge only the first N files")
    spreading.add_options(parser)
    add_options(parser)
    add_models_folder(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Judge the files, in sorted order; what is judged is written at once."""
    from defect_app.cli.heat_maps import HeatMapFolder
    from defect_app.hosting.local_model_host import LocalModelHost
    from defect_app.inspection.record import REJECTED_FILE
    from defect_app.inspections.fixed_frames import framed_product
    from defect_app.inspections.frames_in_use import frames_in_use
    from defect_app.points import point_in_use

    listing, places = _listed(arguments)
    host = LocalModelHost(arguments.models_folder)
    inspector = host.inspector(arguments.model)
    opened = _opened_once()
    used = point_in_use(inspector.default_point, arguments.operating_point, opened)
    frames = frames_in_use(framed_product(inspector.spec), lambda: opened().database)
    inspector, point = inspector.in_frames(frames.frames), frames.at(used.point)
    for warning in filter(None, (used.warning, frames.warning)):
        say(warning)
    _say_what_is_left_out(listing)
    heat_maps = HeatMapFolder(arguments.heatmaps).write if arguments.heatmaps else None
    verdicts: Counter[str] = Counter()
    all_stored = True
    with (
        _writer(arguments, inspector) as write,
        _keeping(arguments, point) as keeping,
        spreading.judging(arguments, host, inspector, point, places, keeping) as judge,
        progress_bar("Judging") as advance,
    ):
        stored = None if keeping is None else StoredOutput(keeping, write)
        extractor = heat_maps if keeping is None else keeping.extractor(heat_maps)
        try:
            with closing(judge(extractor)) as judged:
                for file in judged:
                    if stored is None:
                        write(file.number, file.record)
                    else:
                        stored.add(file)
                    verdicts[file.record.verdict] += 1
                    advance(file.number, len(places))
        finally:
            if stored is not None:
                stored.finish()
                all_stored = stored.say_how_it_went()
    counts = ", ".join(f"{n} {verdict}" for verdict, n in sorted(verdicts.items()))
    say(f"{len(places)} file{'s' * (len(places) != 1)}: {counts}." if places else "No files to judge.")
    say(used.sentence)
    if frames.frames:
        several = f"{len(frames.frames)} fixed frames, a record each" if len(frames.frames) > 1 else "the fixed frame"
        say(f"Judged in {several} of this product, as saved on Inspect.")
    if not all_stored:
        return NOT_STORED
    if point.caveat or frames.warning:
        return POINT_NOT_SURE
    return SOME_FILES_UNUSABLE if verdicts[REJECTED_FILE] or listing.unreadable else 0


def _listed(arguments: argparse.Namespace) -> tuple[PhotoListing, Sequence[Place]]:
    """Return what was found in folders, and all files to judge: those of folders, then those in object stores."""
    from defect_app.intake import list_photos
    from defect_app.intake.addresses import is_address, list_addresses

    listing = list_photos([Path(path) for path in arguments.paths if not is_address(path)])
    stores = list_addresses([path for path in arguments.paths if is_address(path)])
    places: list[Place] = [*listing.files, *stores.files]
    return replace(listing, skipped=listing.skipped + stores.skipped), places[: arguments.limit]


def _opened_once() -> Callable[[], Records]:
    """Return what gives the records; where they cannot be opened, that is found out once."""
    from defect_app.errors import RecordsUnavailable
    from defect_app.points import open_records

    try:
        records = open_records()
    except RecordsUnavailable as error:
        failure = error

        def fail() -> Records:
            raise failure

        return fail
    return lambda: records


@contextmanager
def _keeping(arguments: argparse.Namespace, point: OperatingPoint) -> Iterator[Keeping | None]:
    if not arguments.store:
        yield None
        return
    from defect_app.hosting.keeping import Keeping, Origin
    from defect_app.inspections import InspectionStore, Source
    from defect_app.inspections.part_pattern import PartPattern
    from defect_app.inspections.recorder import Recorder
    from defect_app.storage.database import Database

    pattern = PartPattern(arguments.part_pattern) if arguments.part_pattern else None
    # Opened before the first photo is judged: what cannot be kept is said at once.
    store = InspectionStore(Database())
    with Recorder(lambda: store) as recorder:
        origin = Origin(
            Source.CLI,
            batch=arguments.batch or batch_name(arguments.paths, point),
            who=person(arguments.who),
            part=arguments.part,
            part_of=pattern.part_of if pattern else None,
            reads_codes=arguments.part_codes,
        )
        yield Keeping(recorder, origin)
    store.database.close()


def _say_what_is_left_out(listing: PhotoListing) -> None:
    for folder in listing.unreadable:
        say(f"The folder {folder.path} cannot be read: {folder.reason}. Check that you may read it.")
    if listing.unreadable:
        count = len(listing.unreadable)
        say(f"{count} folder{'s' * (count != 1)} left out that cannot be read.")
    if listing.skipped:
        say(f"{listing.skipped} hidden or system file{'s' * (listing.skipped != 1)} skipped.")


@contextmanager
def _writer(arguments: argparse.Namespace, inspector: Inspector) -> Iterator[Write]:
    from defect_app.inspection.parquet import ParquetTable

    with _text_writer(arguments, inspector) as write:
        if arguments.parquet is None:
            yield write
            return
        with ParquetTable(arguments.parquet, inspector.spec.class_names, stored=arguments.store) as table:

            def both(number: int, record: InspectionRecord) -> None:
                write(number, record)
                table.add(number, record)

            yield both


@contextmanager
def _text_writer(arguments: argparse.Namespace, inspector: Inspector) -> Iterator[Write]:
    from defect_app.cli.whole_lines import WholeLines
    from defect_app.inspection.writing import CsvForm, CsvTable, record_as_json

    if arguments.csv is None:
        lines = WholeLines.on_standard_output()
        yield lambda _, record: lines.write(f"{record_as_json(record, ascii_only=True)}\n".encode())
        return
    try:
        form = CsvForm(SEPARATORS[arguments.csv_separator], DECIMALS[arguments.csv_decimal])
    except ValueError as error:
        raise DefectLensError(f"The table cannot be written so: {error}.", "Choose another --csv-separator.") from error
    table = CsvTable(inspector.spec.class_names, form, stored=arguments.store)
    try:
        file = arguments.csv.open("wb", buffering=0)
    except OSError as error:
        raise DefectLensError(
            f"The table cannot be written to {arguments.csv}: {error.strerror}.",
            "Choose a place that you may write to.",
        ) from error
    with file:
        rows = WholeLines(file, str(arguments.csv))
        rows.write(table.header())
        yield lambda number, record: rows.write(table.line(number, record))
