"""``reviews``: what persons say of judged parts: how far they agree, what the audit found, the agreement studies."""

from __future__ import annotations

import argparse
import json
import math
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from defect_app.cli.opened_database import opened_database
from defect_app.cli.terminal import print_table, say

if TYPE_CHECKING:
    from defect_app.evaluation.appraisers import PairAgreement
    from defect_app.evaluation.kappa import Kappa


def add_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its parts."""
    parser = commands.add_parser("reviews", help="what persons say of judged parts")
    parts = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, run, told in (
        ("agreement", run_agreement, "how far those who reviewed the same parts agree beyond chance"),
        ("audit", run_audit, "escapes and false rejects of the line, by the random sample that was drawn last"),
        ("study", run_study, "the agreement studies: each appraiser against themselves, the others and the reference"),
    ):
        part = parts.add_parser(name, help=told, description=f"Print {told}, with 95 %% intervals.")
        part.add_argument("--model", required=True, metavar="ID", help="whose verdicts were reviewed")
        part.add_argument("--json", action="store_true", help="as JSON")
        part.set_defaults(run=run)


def run_agreement(arguments: argparse.Namespace) -> int:
    """Print kappas of every two reviewers, and of all."""
    from defect_app.reviews import ReviewStore
    from defect_app.reviews.settled import reviewed_parts, reviewer_agreement

    with opened_database() as database:
        parts = reviewed_parts(ReviewStore(database).of_model(arguments.model))
    agreement = reviewer_agreement(parts)
    shared = sum(len(part.reviews) > 1 for part in parts)
    disputed = sum(part.disputed for part in parts)
    if arguments.json:
        found = {"parts": len(parts), "shared": shared, "disputed": disputed, "among_all": _kappa(agreement.among_all)}
        print(json.dumps(found | {"pairs": list(map(_pair, agreement.pairs))}))
        return 0
    say(f"{len(parts):,} parts reviewed, {shared:,} by two persons or more, {disputed:,} of them disputed.")
    say(f"Fleiss' kappa over all: {agreement.among_all.words}.")
    _print_pairs(agreement.pairs)
    return 0


def run_audit(arguments: argparse.Namespace) -> int:
    """Print what the last audit says of the line."""
    from defect_app.decision import INSPECTION_VERDICTS
    from defect_app.reviews import ReviewStore
    from defect_app.reviews.audits import latest_audit, line_audit

    with opened_database() as database:
        audit = latest_audit(database, arguments.model)
        line = None if audit is None else line_audit(ReviewStore(database), audit)
    if audit is None or line is None:
        say("No audit of this model was drawn: the Review page draws one.")
        return 0
    strata = list(zip(INSPECTION_VERDICTS, (line.passed, line.reviewed, line.rejected), strict=True))
    if arguments.json:
        found = {
            "drawn": audit.until.isoformat(), "by": audit.who, "escape_rate": _plain(asdict(line.escape_rate)),
            "false_reject_rate": _plain(asdict(line.false_reject_rate)),
            "strata": {verdict.value: asdict(stratum) for verdict, stratum in strata},
        }  # fmt: skip
        print(json.dumps(found))
        return 0
    rows = [
        (v.value, f"{s.population:,}", f"{s.looked_at:,}", f"{s.defective:,}", f"{s.undecided:,}")
        for v, s in strata
    ]  # fmt: skip
    print_table(
        f"Audit of {arguments.model}, drawn on {audit.until:%d %b %Y, %H:%M} UTC",
        ("verdict", "parts", "looked at", "defective", "undecided"),
        rows,
    )
    say(line.escapes_sentence)
    say(line.false_rejects_sentence)
    return 0


def run_study(arguments: argparse.Namespace) -> int:
    """Print the figures of each study of a model, the newest first."""
    from defect_app.evaluation.appraisers import agreement_analysis
    from defect_app.reviews import ReviewStore
    from defect_app.reviews.studies import studies_of, study_appraisers

    with opened_database() as database:
        store = ReviewStore(database)
        studies = studies_of(database, arguments.model)
        found = [(study, study_appraisers(study, store.of_study(study.id))) for study in studies]
    if not found:
        say("There is no agreement study of this model: the Review page begins one.")
    for study, people in found:
        analysis = agreement_analysis(study.reference, (*people, study.model_as_appraiser))
        if arguments.json:
            described = {"study": study.id, "title": study.title, "trials": study.trials}
            print(json.dumps(described | _plain(asdict(analysis))))
            continue
        rows = [
            (f.name, f.within.words if f.within else "one trial", f.effectiveness.words, f.miss.words,
             f.false_alarm.words, f.with_reference.words)
            for f in analysis.appraisers
        ]  # fmt: skip
        print_table(
            f"{study.title}: {analysis.n_parts} parts, {study.trials} trials",
            ("appraiser", "with themselves", "effectiveness", "misses", "false alarms", "kappa with reference"),
            rows,
        )
        say(f"Everybody right in every trial: {analysis.all_right.words}.")
        _print_pairs(analysis.pairs)
    return 0


def _print_pairs(pairs: tuple[PairAgreement, ...]) -> None:
    if pairs:
        print_table("Every two", ("first", "second", "kappa"), [(p.first, p.second, p.kappa.words) for p in pairs])


def _pair(pair: PairAgreement) -> dict[str, object]:
    return {"first": pair.first, "second": pair.second, "kappa": _kappa(pair.kappa)}


def _kappa(kappa: Kappa) -> object:
    return _plain(asdict(kappa))


def _plain(value: Any) -> Any:
    """Return a value as JSON takes it: a number that cannot be told is null."""
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return None if isinstance(value, float) and math.isnan(value) else value
