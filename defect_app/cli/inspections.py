"""``inspections``: what was judged and stored, listed, shown and exported."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, time
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from defect_app.cli.classify import DECIMALS, SEPARATORS
from defect_app.cli.opened_database import opened_database
from defect_app.cli.terminal import print_table, say, whole_number
from defect_app.errors import DefectLensError

if TYPE_CHECKING:
    from defect_app.inspections import InspectionFilter, InspectionStore, StoredInspection

MOST_LISTED = 50
CLASSES_FROM = 10_000
"""A table has a column for each class of so many inspections; JSON has all."""


def moment(text: str) -> datetime:
    """Return the moment that a day or a time of ISO 8601 means; without a zone it is this machine's time."""
    try:
        return datetime.fromisoformat(text).astimezone()
    except (ValueError, OverflowError):
        expected = "expected a day or a time such as 2026-11-26 or 2026-11-26T14:00"
        raise argparse.ArgumentTypeError(f"{expected}, got {text!r}") from None


def end_moment(text: str) -> datetime:
    """Return the moment before which inspections count: a day counts whole."""
    found = moment(text)
    return datetime.combine(found.date(), time.max).astimezone() if len(text) == len("2026-11-26") else found


def add_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its actions."""
    parser = commands.add_parser("inspections", help="what was judged and stored")
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    listing = actions.add_parser("list", help="the newest", description="List the newest stored inspections.")
    listing.add_argument(
        "--limit", type=whole_number(1), default=MOST_LISTED, metavar="N", help=f"how many (default: {MOST_LISTED})"
    )
    listing.set_defaults(run=run_list)
    show = actions.add_parser("show", help="one, with what became of it", description="Show one stored inspection.")
    show.add_argument("id", metavar="ID", help="an inspection's id, or the sha256 of a photo")
    show.add_argument("--json", action="store_true", help="print JSON")
    show.set_defaults(run=run_show)
    export = actions.add_parser("export", help="all, oldest first", description="Export stored inspections.")
    export.set_defaults(run=run_export)
    for one in (listing, export):
        add_filter(one)
        form = one.add_mutually_exclusive_group()
        form.add_argument("--json", action="store_true", help="one JSON object a line on standard output")
        form.add_argument("--csv", type=Path, metavar="FILE", help="write a table that is safe in spreadsheets")
        one.add_argument("--csv-separator", choices=SEPARATORS, default="comma", help="between columns")
        one.add_argument("--csv-decimal", choices=DECIMALS, default="point", help="the table's decimal sign")


def add_filter(parser: argparse.ArgumentParser) -> None:
    """Add the options that say which inspections are meant."""
    parser.add_argument("--model", default="", metavar="ID", help="judged by this model")
    parser.add_argument("--since", type=moment, metavar="T", help="judged at or after: 2026-11-26 or 2026-11-26T06:00")
    parser.add_argument("--until", type=end_moment, metavar="T", help="judged before; a day counts whole")
    parser.add_argument("--verdict", default="", metavar="V", help="PASS, REVIEW, REJECT, …")
    parser.add_argument("--source", default="", metavar="DOOR", help="page, api, watch or cli")
    parser.add_argument("--who", default="", metavar="PERSON", help="judged for this person")
    parser.add_argument("--part", default="", metavar="CODE", help="of this part")
    parser.add_argument("--batch", default="", metavar="NAME", help="of this batch")
    parser.add_argument(
        "--search", default="", metavar="TEXT", help="words in the file's name, part, person, batch or label"
    )


def filter_of(arguments: argparse.Namespace) -> InspectionFilter:
    """Return the filter that the options of `add_filter` mean."""
    from defect_app.inspections import InspectionFilter

    return InspectionFilter(
        since=arguments.since,
        until=arguments.until,
        model=arguments.model,
        verdict=arguments.verdict.upper(),
        source=arguments.source,
        who=arguments.who,
        part=arguments.part,
        batch=arguments.batch,
        text=arguments.search,
    )


@contextmanager
def opened_store() -> Iterator[InspectionStore]:
    """Open the stored inspections, and close them at the end."""
    from defect_app.inspections import InspectionStore

    with opened_database() as database:
        yield InspectionStore(database)


def run_list(arguments: argparse.Namespace) -> int:
    """Print the newest inspections."""
    with opened_store() as store:
        page = store.newest(filter_of(arguments), arguments.limit)
    if arguments.json or arguments.csv:
        _write(arguments, iter(page.inspections))
        return 0
    if not page.inspections:
        say("No stored inspection is like that.")
        return 0
    print_table(
        "Stored inspections, newest first",
        ("judged", "verdict", "score", "file", "part", "model", "by", "id"),
        [_cells(stored) for stored in page.inspections],
    )
    if page.before is not None:
        say(f"There are more than {len(page.inspections)}: see --limit, or export.")
    return 0


def run_show(arguments: argparse.Namespace) -> int:
    """Print one inspection with what it was made from; of a photo's digest, all its inspections."""
    from defect_app.inspection.writing import record_as_json
    from defect_app.inspections.photo_store import PhotoHistory

    with opened_store() as store:
        one = store.find(arguments.id)
        found = (one,) if one is not None else store.of_photo(arguments.id)
        history = PhotoHistory(store.database).of(found[0].record.sha256) if found else ()
    if not found:
        raise DefectLensError(f"There is no stored inspection {arguments.id!r}.", "See: defect-lens inspections list.")
    for stored in found:
        if arguments.json:
            print(record_as_json(stored.record, ascii_only=True))
            continue
        rows = [(name, "" if value is None else str(value)) for name, value in stored.record.as_dict().items()]
        evidence = [(name.replace("_", " "), str(value)) for name, value in vars(stored.evidence).items() if value]
        photo = [("photo", event.sentence) for event in history] or [("photo", f"kept: {stored.photo}")]
        print_table(stored.id, ("", ""), [*rows, *evidence, *photo])
    return 0


def run_export(arguments: argparse.Namespace) -> int:
    """Write every inspection that is meant, oldest first."""
    with opened_store() as store:
        count = _write(arguments, store.oldest_first(filter_of(arguments)))
    say(f"{count:,} inspection{'s' * (count != 1)} exported.")
    return 0


def _write(arguments: argparse.Namespace, found: Iterator[StoredInspection]) -> int:
    count = 0
    with _writer(arguments, found) as (write, remaining):
        for count, stored in enumerate(remaining, start=1):
            write(count, stored)
    return count


Write = Callable[[int, "StoredInspection"], None]


@contextmanager
def _writer(
    arguments: argparse.Namespace, found: Iterator[StoredInspection]
) -> Iterator[tuple[Write, Iterator[StoredInspection]]]:
    from defect_app.cli.whole_lines import WholeLines
    from defect_app.inspection.writing import CsvForm, CsvTable, record_as_json

    if arguments.csv is None:
        lines = WholeLines.on_standard_output()
        yield (lambda _, stored: lines.write(f"{record_as_json(stored.record, ascii_only=True)}\n".encode())), found
        return
    try:
        form = CsvForm(SEPARATORS[arguments.csv_separator], DECIMALS[arguments.csv_decimal])
        file = arguments.csv.open("wb", buffering=0)
    except (ValueError, OSError) as error:
        said = getattr(error, "strerror", None) or str(error)
        raise DefectLensError(f"The table cannot be written to {arguments.csv}: {said}.", "Choose another.") from error
    # Models differ in their classes, and a table is written as it goes: the first ones say which columns it has.
    first = list(islice(found, CLASSES_FROM))
    names = list(dict.fromkeys(name for stored in first for name in stored.record.p))
    table = CsvTable(names, form, stored=True)
    with file:
        rows = WholeLines(file, str(arguments.csv))
        rows.write(table.header())
        yield (lambda number, stored: rows.write(table.line(number, stored.record))), _chained(first, found)


def _chained(first: list[StoredInspection], rest: Iterator[StoredInspection]) -> Iterator[StoredInspection]:
    yield from first
    yield from rest


def _cells(stored: StoredInspection) -> tuple[str, ...]:
    from defect_app.intake import display_name

    record = stored.record
    score = "" if record.p_defect is None else f"{record.p_defect:.3f}"
    when = f"{stored.judged_at.astimezone():%Y-%m-%d %H:%M:%S}"
    file = display_name(record.file)
    return (when, record.verdict, score, file, record.part or "", record.model, record.who or "", stored.id)
