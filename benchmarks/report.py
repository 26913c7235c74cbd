"""The report as a table for people and as JSON for machines."""

from __future__ import annotations

import json
from dataclasses import asdict

from benchmarks.suite import BenchmarkReport
from defect_app.cli.terminal import print_table

_OUTCOME = {True: "met", False: "MISSED", None: "-"}


def print_report(report: BenchmarkReport) -> None:
    """Print the report as a table on standard output."""
    machine = report.machine
    rows = [(m.what, m.budget, m.measured, _OUTCOME[m.met]) for m in report.measurements]
    print_table(f"Benchmarks of {report.model}", ("what", "budget", "measured", ""), rows)
    print(f"{machine.cores} cores, {machine.processor}, load average {machine.load_average:.1f} at the start")
    print(", ".join(f"{name} {number}" for name, number in machine.versions.items()) + f", Python {machine.python}")


def report_as_json(report: BenchmarkReport) -> str:
    """Return the report as JSON."""
    return json.dumps(asdict(report), indent=2, ensure_ascii=False)
