"""``bench``: measure speed, memory and start-up beside the peers, in one run."""

from __future__ import annotations

import argparse
import sys

from defect_app.cli.terminal import add_models_folder, whole_number
from defect_app.errors import DefectLensError
from defect_app.paths import ROOT

CHECKOUT = ROOT


def add_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its options."""
    parser = commands.add_parser("bench", help="measure speed and memory beside the peers")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument("--model", default="casting-mobilenetv2", metavar="ID", help="default: %(default)s")
    parser.add_argument(
        "--repetitions", type=whole_number(1), default=5, metavar="N", help="rounds of each measurement (default: 5)"
    )
    add_models_folder(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run every benchmark; budgets that are missed are reported, and do not fail the command."""
    if not (CHECKOUT / "benchmarks").is_dir():
        raise DefectLensError("The benchmarks are not here.", "Run the command in a checkout of the project.")
    sys.path.insert(0, str(CHECKOUT))
    from benchmarks.report import print_report, report_as_json
    from benchmarks.suite import run_suite

    report = run_suite(arguments.model, arguments.models_folder, arguments.repetitions)
    if arguments.json:
        print(report_as_json(report))
    else:
        print_report(report)
    return 0
