"""``records``: the database of what is kept."""

from __future__ import annotations

import argparse
import json
from datetime import UTC, datetime

from defect_app.cli.opened_database import opened_database
from defect_app.cli.storing import person
from defect_app.cli.terminal import add_models_folder, say
from defect_app.settings import settings

TRAIL_BROKEN = SECOND_PERSON = 3


def add_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its parts."""
    parser = commands.add_parser("records", help="the database of what is kept")
    parts = parser.add_subparsers(required=True, metavar="COMMAND")
    adopt = parts.add_parser(
        "adopt",
        help="take the database as it is now, or start a new one",
        description="A database that was in use and is gone, emptied or set back is not taken for new: photos are "
        "judged at the operating points last known. This says that the present one counts from now on; a point last "
        "known stays in force where what the database holds would let more pass. Exit status 3 where a second person "
        "has to say it too.",
    )
    adopt.add_argument("--who", metavar="PERSON", help="who does it (default: the user of this machine)")
    add_models_folder(adopt)
    adopt.set_defaults(run=run_adopt)
    verify = parts.add_parser(
        "verify",
        help="follow the audit trail, and say whether anything was changed behind the app's back",
        description="Follow the audit trail from its first entry to its last, and compare the rows of points, "
        "inspections, photos and reviews with the seals over them. Exit status 0 when all is whole, 3 when an entry or "
        "a sealed row was changed, inserted or removed.",
    )
    verify.set_defaults(run=run_verify)
    seal = parts.add_parser(
        "seal",
        help="seal the rows that were added, so that a later change of them shows",
        description="Add a digest of the rows that were added since the last seals to the audit trail. Rows of the "
        "last ten minutes wait. The app does the same each hour.",
    )
    seal.set_defaults(run=run_seal)
    tidy = parts.add_parser(
        "tidy",
        help="delete photos whose time is over",
        description="Delete photos that were last judged longer ago than DEFECT_APP_KEEP_PHOTOS_DAYS; their "
        "inspections stay, and say so. The app does the same when it starts.",
    )
    tidy.set_defaults(run=run_tidy)
    audit = parts.add_parser(
        "audit", help="the audit trail: who did what, when", description="Print the audit trail, oldest first, as JSON."
    )
    audit.set_defaults(run=run_audit)


def run_adopt(arguments: argparse.Namespace) -> int:
    """Let the database count as it is."""
    from defect_app.catalog import load_catalog
    from defect_app.decision import default_point
    from defect_app.points import adopt_records

    entries = load_catalog(arguments.models_folder).entries
    defaults = [default_point(entry.usable_spec) for entry in entries if entry.usable]
    adoption = adopt_records(who=person(arguments.who), defaults=defaults)
    if not adoption.is_done:
        say(
            "Which operating point was in force is not known, so that a second person has to adopt "
            f"{adoption.title} too."
        )
        return SECOND_PERSON
    say(f"From now on {adoption.title} counts as it is.")
    if adoption.kept:
        say(f"The operating points last known stay in force for: {', '.join(adoption.kept)}.")
    return 0


def run_verify(_: argparse.Namespace) -> int:
    """Say whether the audit trail, and the rows that it seals, are as they were written."""
    from defect_app.storage.audit import AuditTrail
    from defect_app.storage.seals import verify_seals

    with opened_database() as database:
        check = AuditTrail(database).verify()
        if check.problem:
            whole = f"Entries before it: {check.entries:,}."
            say(f"The audit trail in {database.title} is not whole: {check.problem} {whole}")
            return TRAIL_BROKEN
        say(f"The audit trail in {database.title} is whole: {check.entries:,} entries.")
        if check.clock_set_back:
            say(f"The clock was set back {check.clock_set_back:,} times: these entries are later than their time says.")
        seals = verify_seals(database)
    if seals.problem:
        say(f"The rows are not those that were sealed: {seals.problem}")
        return TRAIL_BROKEN
    say(f"{seals.sealed:,} rows are as they were sealed; {seals.not_sealed:,} are newer than the last seal.")
    return 0


def run_seal(_: argparse.Namespace) -> int:
    """Seal what was added."""
    from defect_app.storage.seals import seal_rows

    with opened_database() as database:
        count = seal_rows(database, datetime.now(UTC))
    say(f"{count:,} rows sealed.")
    return 0


def run_tidy(_: argparse.Namespace) -> int:
    """Delete photos whose time is over."""
    from defect_app.inspections.photo_store import PhotoStore
    from defect_app.inspections.retention import delete_old_photos

    days = settings().keep_photos_days
    with opened_database() as database:
        count = delete_old_photos(database, PhotoStore(), days=days, now=datetime.now(UTC), who=person(None))
    say(f"{count:,} photo{'s' * (count != 1)} deleted, last judged more than {days} days ago.")
    return 0


def run_audit(_: argparse.Namespace) -> int:
    """Print every entry of the audit trail, one JSON object a line."""
    from defect_app.storage.audit import AuditTrail

    with opened_database() as database:
        for entry in AuditTrail(database).entries():
            print(
                json.dumps(vars(entry) | {"created": entry.created.isoformat(), "details": json.loads(entry.details)})
            )
    return 0
