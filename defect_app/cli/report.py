"""``report``: the inspections of a time as a report to sign: HTML, PDF or a spreadsheet."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from defect_app.cli.inspections import add_filter, filter_of, opened_store
from defect_app.cli.storing import person
from defect_app.cli.terminal import add_models_folder, say
from defect_app.errors import DefectLensError, OutputFailed


def add_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its options."""
    parser = commands.add_parser(
        "report",
        help="stored inspections as a report",
        description="Write a report of stored inspections: counts, rates with intervals, operating points in words, "
        "parts, corrections, doubtful and rejected photos, and a place to sign.",
    )
    parser.add_argument(
        "--out", type=Path, required=True, metavar="FILE", help=".html, .pdf or .xlsx; its ending says which"
    )
    parser.add_argument(
        "--map", default="", metavar="METHOD", dest="method",
        help="heat maps by this method, as explain-photo takes it (default: the map that comes with the verdict)",
    )  # fmt: skip
    add_filter(parser)
    add_models_folder(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Write the report."""
    from defect_app.explanation import method_called
    from defect_app.hosting.local_model_host import LocalModelHost
    from defect_app.inspections.photo_store import PhotoStore
    from defect_app.reports.inspections import FORMS, gather, report_bytes
    from defect_app.reports.inspections.pictures import picture_of

    ending = arguments.out.suffix.lower()
    if ending not in FORMS:
        raise DefectLensError(f"{arguments.out} names no form of a report.", f"End it in {', '.join(FORMS)}.")
    maps_by = method_called(arguments.method).title if arguments.method else ""
    wanted, host = filter_of(arguments), LocalModelHost(arguments.models_folder)
    with opened_store() as store:
        pictures = partial(picture_of, photos=PhotoStore(), inspector_of=host.inspector, method=arguments.method)
        report = gather(
            store, wanted, picture_of=pictures, made_at=datetime.now(UTC), made_by=person(None), maps_by=maps_by
        )
        content = report_bytes(report, ending, store.oldest_first(wanted))
    try:
        arguments.out.write_bytes(content)
    except OSError as error:
        raise OutputFailed(
            f"The report cannot be written to {arguments.out}: {error.strerror}.", "Make room, or choose another place."
        ) from error
    say(" ".join(report.sentences))
    return 0
