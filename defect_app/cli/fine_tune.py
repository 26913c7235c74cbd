"""``fine-tune``: train upper blocks on a taught product's photos, compare, and let a person decide."""

from __future__ import annotations

import argparse
import json
import os
import sys
import threading
import time
from dataclasses import asdict
from typing import TYPE_CHECKING

from defect_app.cli.terminal import print_table, progress_bar, say, whole_number
from defect_app.errors import DefectLensError

if TYPE_CHECKING:
    from collections.abc import Callable

    from defect_app.tuning.course import TuningProgress
    from defect_app.tuning.kept_work import Candidate

_THOUSANDTHS = 1000
_LINES_APART_S = 0.5
_NICENESS = 10


def add_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its options."""
    parser = commands.add_parser(
        "fine-tune",
        help="train a taught product further, and compare",
        description="Train the upper blocks of a taught product's network on its own photos, and measure that on the "
        "folds that the taught head was measured on. Nothing is replaced before --accept. Ctrl-C keeps finished folds, "
        "and the next run goes on behind them.",
    )
    parser.add_argument("id", metavar="ID", help="of a model that was taught here, with defects or classes")
    decision = parser.add_mutually_exclusive_group()
    decision.add_argument("--accept", action="store_true", help="let the fine-tuned model take the taught one's place")
    decision.add_argument("--discard", action="store_true", help="remove the fine-tuned model and finished folds")
    decision.add_argument("--lines", action="store_true", help="for the page: JSON lines; stop when the input closes")
    parser.add_argument(
        "--epochs", type=whole_number(1), metavar="N", help="of each training (default: as many as fit)"
    )
    parser.add_argument("--json", action="store_true", help="print the comparison as JSON")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Fine-tune, or decide on what was fine-tuned."""
    from defect_app.teaching.request import check_id
    from defect_app.tuning.decision import accept, discard

    check_id(arguments.id)
    if arguments.accept:
        say(f"The fine-tuned model is in its place: {accept(arguments.id)}. The taught one is among its versions.")
    elif arguments.discard:
        discard(arguments.id)
        say(f"What was fine-tuned of {arguments.id} is removed; the taught model stays.")
    elif arguments.lines:
        return _in_lines(arguments.id, arguments.epochs)
    else:
        _print(_with_bar(arguments.id, arguments.epochs), as_json=arguments.json)
    return 0


def _with_bar(model_id: str, epochs: int | None) -> Candidate:
    from defect_app.tuning.run import fine_tune

    said = ""

    with progress_bar("Fine-tuning") as advance:

        def report(progress: TuningProgress) -> None:
            nonlocal said
            advance(round(_THOUSANDTHS * progress.share), _THOUSANDTHS, progress.what)
            if progress.said != said:
                said = progress.said
                say(said)

        return fine_tune(model_id, report, epochs=epochs)


def _in_lines(model_id: str, epochs: int | None) -> int:
    """Work for the page: its words on standard output, stopped when it closes standard input or ends itself."""
    from defect_app.tuning.run import fine_tune

    # Pages are to stay quick while it works.
    os.nice(_NICENESS)
    closed = threading.Event()
    threading.Thread(target=_wait_for_end, args=(closed,), daemon=True).start()
    try:
        fine_tune(model_id, _told(closed), epochs=epochs)
    except DefectLensError as error:
        _line({"problem": str(error), "remedy": error.remedy})
        return 2
    return 0


def _told(closed: threading.Event) -> Callable[[TuningProgress], None]:
    last = ("", 0.0)

    def report(progress: TuningProgress) -> None:
        nonlocal last
        if closed.is_set():
            raise KeyboardInterrupt
        now = time.monotonic()
        if progress.what != last[0] or now - last[1] > _LINES_APART_S:
            last = (progress.what, now)
            _line(asdict(progress))

    return report


def _line(told: dict[str, object]) -> None:
    try:
        print(json.dumps(told), flush=True)
    except BrokenPipeError as gone:
        raise KeyboardInterrupt from gone


def _wait_for_end(closed: threading.Event) -> None:
    while sys.stdin.read(1):
        pass
    closed.set()


def _print(candidate: Candidate, *, as_json: bool) -> None:
    comparison = candidate.comparison
    if as_json:
        print(json.dumps({"folder": str(candidate.folder), **asdict(comparison)}, indent=2))
        return
    rows = [[row.figure, row.former, row.tuned] for row in comparison.rows]
    print_table("Out of the same folds", ["figure", "taught", "fine-tuned"], rows)
    for sentence in comparison.sentences:
        say(sentence)
    say(f"Fine-tuned in {comparison.minutes:.1f} minutes. Decide with --accept or --discard.")
