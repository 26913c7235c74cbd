"""``train``: make a model folder by a recipe."""

from __future__ import annotations

import argparse
from pathlib import Path

from defect_app.cli import spreading
from defect_app.cli.terminal import progress_bar, say, whole_number


def add_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its options."""
    parser = commands.add_parser("train", help="train a model by a recipe")
    parser.add_argument("recipe", metavar="RECIPE", help="name of a recipe, for example casting-mobilenetv2")
    parser.add_argument("--data", type=Path, metavar="DIR", help="folder of archives (default: $DEFECT_APP_DATA)")
    parser.add_argument("--epochs", type=whole_number(1), metavar="N", help="default: the recipe's")
    parser.add_argument("--seed", type=whole_number(0), metavar="S", help="default: the recipe's")
    parser.add_argument("--out", type=Path, metavar="DIR", help="folder for the model folder (default: models/)")
    parts = parser.add_mutually_exclusive_group()
    parts.add_argument("--model-only", action="store_true", help="leave out the recipe's folds and repeats")
    parts.add_argument("--measure-only", action="store_true", help="folds and repeats alone, for a model that is there")
    spreading.add_engine(parser, "do folds and repeats in this process, or by Ray: one a core, on one machine or many")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Train, export, evaluate and bundle; Ctrl-C stops after the best epoch so far is kept."""
    from defect_app.training import RunLimits, measure, train

    limits = RunLimits(epochs=arguments.epochs)
    spread = spreading.tasks(arguments)
    with progress_bar("Training") as advance:

        def report(what: str, done: int, wanted: int) -> None:
            advance(done, wanted, what)

        if arguments.measure_only:
            folder = measure(
                arguments.recipe,
                data_dir=arguments.data,
                limits=limits,
                out=arguments.out,
                progress=report,
                spread=spread,
            )
        else:
            folder = train(
                arguments.recipe,
                data_dir=arguments.data,
                limits=limits,
                seed=arguments.seed,
                out=arguments.out,
                progress=report,
                measure=None if arguments.model_only else spread,
            )
    say(f"The model is in {folder}.")
    return 0
