"""Read the arguments, run one command, and turn every outcome into an exit status and a plain message."""

from __future__ import annotations

import argparse
import errno
import io
import os
import signal
import sys
from collections.abc import Sequence

from defect_app import __version__
from defect_app.cli import (
    api,
    app,
    bench,
    classify,
    data,
    evaluate,
    explain,
    explain_photo,
    fine_tune,
    inspections,
    keys,
    models,
    people,
    points,
    quantize,
    records,
    report,
    reviews,
    scenes,
    selftest,
    study,
    teach,
    train,
)
from defect_app.cli.terminal import say
from defect_app.errors import DefectLensError, OutputFailed
from defect_app.hosting.process import WRONG_USAGE, begin_process
from defect_app.logs import logger

UNEXPECTED = 1
OUTPUT_FAILED = 4
INTERRUPTED = 128 + signal.SIGINT

_log = logger(__name__)

_COMMANDS = (
    app, api, models, classify, teach, fine_tune, train, study, quantize, evaluate, explain, explain_photo, points,
    inspections, report, records, reviews, people, keys, selftest, data, scenes, bench,
)  # fmt: skip


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of all commands; each command sets `run`, a function from arguments to exit status."""
    parser = argparse.ArgumentParser(
        prog="defect-lens", description="Defect Lens: photos in, verdicts with reasons and heat maps out."
    )
    parser.add_argument("--version", action="version", version=f"Defect Lens {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", dest="command", required=True)
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
        0 when all went well; 1 when something unexpected ended the command; 2 for wrong usage, a wrong setting or an
        unavailable model or data set; 3 when some files could not be used; 4 when results could not be written any
        further; 130 after Ctrl-C.
    """
    _take_any_character()
    try:
        arguments = build_parser().parse_args(argv)
    except SystemExit as leaving:
        return int(leaving.code or 0)
    try:
        begin_process("warning")
        status: int = arguments.run(arguments)
        sys.stdout.flush()
        return status
    except OutputFailed as error:
        say(f"{error} {error.remedy}")
        return OUTPUT_FAILED
    except DefectLensError as error:
        say(f"{error} {error.remedy}".strip())
        return WRONG_USAGE
    except KeyboardInterrupt:
        say("Stopped. What is done is kept.")
        return INTERRUPTED
    except BrokenPipeError:
        # The reader of our output, such as head, has enough. Python would complain once more while it shuts down.
        _give_output_up()
        return 0
    except Exception as error:
        _tell_of(error, arguments.command)
        return UNEXPECTED


def _tell_of(error: Exception, command: str) -> None:
    """Log and say what nobody expected."""
    _finish_output()
    if _is_memory_short(error):
        # Nothing is logged: that would take memory too.
        say("There is not enough memory for the command. End other programs, or give it more.")
        return
    _log.exception("command_failed", command=command)
    if isinstance(error, OSError) and error.strerror:
        say(f"The system refuses{f' {error.filename}' if error.filename else ''}: {error.strerror}.")
    else:
        said = " ".join(str(error).split())
        say(f"Something unexpected ended the command: {type(error).__name__}{said and f': {said}'}.")


def _is_memory_short(error: BaseException) -> bool:
    """Return whether a fault is one of memory, as Python, the system or the loader of libraries say it."""
    if isinstance(error, ImportError):
        return "cannot allocate memory" in str(error) or "failed to map segment" in str(error)
    return isinstance(error, MemoryError) or (isinstance(error, OSError) and error.errno == errno.ENOMEM)


def _take_any_character() -> None:
    """Let the output take what its encoding lacks, escaped: a name must never end a command."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _finish_output() -> None:
    try:
        sys.stdout.flush()
    except OSError:
        _give_output_up()  # it may be what failed, on a full disk say: Python would complain once more at the end


def _give_output_up() -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
