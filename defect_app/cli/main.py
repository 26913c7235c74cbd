"""Read the arguments, run one command, and turn every outcome into an exit status and a plain message."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Sequence

from defect_app import __version__
from defect_app.cli import bench, classify, data, evaluate, explain, models, points, quantize, scenes, train
from defect_app.cli.terminal import say
from defect_app.errors import DefectLensError

WRONG_USAGE = 2
INTERRUPTED = 128 + signal.SIGINT

_COMMANDS = (models, classify, train, quantize, evaluate, explain, points, data, scenes, bench)


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of all commands; each command sets `run`, a function from arguments to exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m defect_app", description="Defect Lens: photos in, verdicts with reasons and heat maps out."
    )
    parser.add_argument("--version", action="version", version=f"Defect Lens {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in _COMMANDS:
        command.add_command(commands)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    Parameters
    ----------
    argv : sequence of str, optional
        Default: the arguments of the process.

    Returns
    -------
    int
        0 when all went well; 2 for wrong usage or an unavailable model or data set; 3 when some files could not be
        used; 130 after Ctrl-C.
    """
    try:
        arguments = build_parser().parse_args(argv)
    except SystemExit as leaving:
        return int(leaving.code or 0)
    try:
        status: int = arguments.run(arguments)
        sys.stdout.flush()
        return status
    except DefectLensError as error:
        say(f"{error} {error.remedy}".strip())
        return WRONG_USAGE
    except KeyboardInterrupt:
        say("Stopped. What is done is kept.")
        return INTERRUPTED
    except BrokenPipeError:
        # The reader of our output, such as head, has enough. Python would complain once more while it shuts down.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
