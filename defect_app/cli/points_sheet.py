"""``points sheet``: the decision sheet of a saved point as a file."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from defect_app.cli.terminal import say
from defect_app.errors import DefectLensError, InvalidOperatingPoint, ModelUnavailable

if TYPE_CHECKING:
    from defect_app.points import Records, SavedPoint


def run_sheet(arguments: argparse.Namespace) -> int:
    """Write who decided what, with which figures, and what was not taken."""
    from defect_app.catalog import find_model, weights_sha256
    from defect_app.evaluation.opening import open_evaluation
    from defect_app.evaluation.results import EvaluationResults
    from defect_app.points import open_records
    from defect_app.reports.decision.content import decision_sheet
    from defect_app.reports.decision.writing import FORMS, sheet_bytes

    out: Path = arguments.out
    ending = out.suffix.lower()
    if ending not in FORMS:
        raise DefectLensError(f"A decision sheet cannot be written as {out.name}.", "Name a .html or .pdf file.")
    spec, folder = find_model(arguments.model, arguments.models_folder)
    records = open_records()
    saved = named_point(records, arguments)
    try:
        weights = weights_sha256(folder)
    except ModelUnavailable:
        weights = ""
    results = EvaluationResults(open_evaluation(folder, spec, weights))
    history, others = records.history(arguments.model), records.points(arguments.model)
    sheet = decision_sheet(spec, results, saved, history, others, datetime.now(UTC))
    try:
        out.write_bytes(sheet_bytes(sheet, ending))
    except OSError as error:
        raise DefectLensError(
            f"The sheet cannot be written to {out}: {error.strerror}.", "Choose another place."
        ) from error
    say(f"{sheet.title}: written to {out}.")
    return 0


def named_point(records: Records, arguments: argparse.Namespace) -> SavedPoint:
    """Return the saved point that the options `model`, `name` and `version` name.

    Raises
    ------
    InvalidOperatingPoint
        If there is none; the message names those that there are.
    """
    saved = records.find_point(arguments.model, arguments.name, arguments.version)
    if saved is None:
        known = ", ".join(p.name for p in records.points(arguments.model)) or "none"
        raise InvalidOperatingPoint(
            f"The model {arguments.model} has no such operating point {arguments.name!r}.", f"Saved are: {known}."
        )
    return saved
