"""``selftest``: whether every model still answers as at release, and the machine gives what it must."""

from __future__ import annotations

import argparse
import json

from defect_app.cli.terminal import add_models_folder, print_table, progress_bar, say

NOT_READY = 6


def add_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its options."""
    parser = commands.add_parser(
        "selftest",
        help="let every model answer its release photos, and look at records, disk and clock",
        description="Let every model answer the photos in its folder as it did at release, and look at records, disk "
        f"and clock. Exit status 0 when all is well, {NOT_READY} when anything is not.",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    add_models_folder(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run the self-test, and print what was found."""
    from defect_app.hosting.local_model_host import LocalModelHost
    from defect_app.readiness import SelfTest

    with progress_bar("Checking models") as advance:
        found = SelfTest(LocalModelHost(arguments.models_folder)).run(progress=advance)
    if arguments.json:
        print(json.dumps(found.as_dict(), indent=2))
    else:
        print_table("Models", ("model", "state", "problem"), [(m.id, m.state, m.problem) for m in found.models])
        print_table("Machine", ("what", "problem"), [(m.name, m.problem or "none") for m in found.machine])
    say(found.sentence)
    return 0 if found.ready else NOT_READY
