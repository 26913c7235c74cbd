"""``study``: train and measure the variants of a study, and keep what they came to."""

from __future__ import annotations

import argparse
from pathlib import Path

from defect_app.cli import spreading
from defect_app.cli.terminal import print_table, progress_bar, say


def add_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its options."""
    parser = commands.add_parser("study", help="compare variants of a recipe, trained and measured side by side")
    parser.add_argument(
        "study", metavar="NAME", nargs="?", help="a bundled study, or a TOML file of one's own; without it, the list"
    )
    parser.add_argument("--data", type=Path, metavar="DIR", help="folder of archives (default: $DEFECT_APP_DATA)")
    parser.add_argument("--out", type=Path, metavar="DIR", help="folder for result and card (default: models/studies)")
    spreading.add_engine(parser, "train in this process, or by Ray: a training a core, here or on many machines")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run what is not yet done of a study; Ctrl-C keeps finished trainings, and the same command goes on."""
    from defect_app.extras import needs_extra
    from defect_app.studies import STUDIES_FOLDER, load_study, outcome_of

    out = arguments.out or STUDIES_FOLDER
    if arguments.study is None:
        return _list(out)
    spread = spreading.tasks(arguments)
    study = load_study(arguments.study)
    with progress_bar(f"Study {study.name}") as advance:

        def report(what: str, done: int, wanted: int) -> None:
            advance(done, wanted, what)

        if study.kind == "stored":
            from defect_app.studies.stored_models import compare_stored

            result = compare_stored(study, out=out)
        else:
            from defect_app.studies.running import run_study

            with needs_extra("train"):
                result = run_study(study, arguments.data, out, progress=report, spread=spread)
    outcome = outcome_of(result)
    print_table(
        study.title,
        ["variant", "right (95 %)", "defective parts found (95 %)", "CPU s an epoch"],
        [
            [f.facts.name, f.accuracy.words, f.defects_found.words, f"{f.cpu_seconds_per_epoch:.2f}"]
            for f in outcome.figures
        ],
    )
    say(outcome.sentence)
    say(f"The page Studies shows it; the card is {out / f'{study.name}.md'}.")
    return 0


def _list(out: Path) -> int:
    from defect_app.studies import load_study, read_result, study_names

    rows = []
    for name in study_names():
        result = read_result(name, out)
        rows.append([name, load_study(name).title, result.origin.created if result else "not run"])
    print_table("Studies", ["name", "title", "run"], rows)
    return 0
