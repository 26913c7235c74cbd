"""What the commands tell a person, all of it on standard error: messages and progress."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol


class Advance(Protocol):
    """Moves a progress bar."""

    def __call__(self, done: int, wanted: int, /, what: str = "") -> None:
        """Show that `done` of `wanted` are done; `what` renames the work."""


def say(message: str) -> None:
    """Print one message on standard error."""
    print(message, file=sys.stderr, flush=True)


@contextmanager
def progress_bar(what: str) -> Iterator[Advance]:
    """Show a bar on standard error while the block runs; nothing where standard error is no terminal.

    Parameters
    ----------
    what : str
        What is being done: "Judging".

    Yields
    ------
    callable
        To be called with (done, wanted) as the work goes on.
    """

    def silent(done: int, wanted: int, /, what: str = "") -> None:
        pass

    if not sys.stderr.isatty():
        yield silent
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)

        def advance(done: int, wanted: int, /, what: str = "") -> None:
            bar.update(task, completed=done, total=wanted, description=what or None)

        yield advance


def print_table(title: str, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table on standard output, as wide as it needs where that is no terminal."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(title=title, title_justify="left")
    for heading in headings:
        table.add_column(heading, overflow="fold")
    for row in rows:
        # Text, not markup: a name may hold square brackets.
        table.add_row(*(Text(cell) for cell in row))
    console = Console()
    if not console.is_terminal:
        console.width = 160
    console.print(table)


def whole_number(least: int) -> Callable[[str], int]:
    """Return an argparse type: a whole number that is not below `least`."""

    def parse(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            value = least - 1
        if value < least:
            raise argparse.ArgumentTypeError(f"expected a whole number of at least {least}, got {text!r}")
        return value

    return parse


def add_models_folder(parser: argparse.ArgumentParser, *, default: str | None = None) -> None:
    """Add the option that names another folder of models.

    A parser below one that has the option too takes ``argparse.SUPPRESS`` for the default, or it would overwrite
    what was given before its name.
    """
    said = "folder of model folders (default: the project's models/)"
    parser.add_argument("--models-folder", type=Path, metavar="DIR", default=default, help=said)
