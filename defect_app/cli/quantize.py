"""``quantize``: make a fast INT8 copy of a bundled model."""

from __future__ import annotations

import argparse
from pathlib import Path

from defect_app.cli.terminal import progress_bar, say


def add_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its options."""
    parser = commands.add_parser("quantize", help="make a fast INT8 copy of a model")
    parser.add_argument("model", metavar="MODEL", help="id of an inspection model, for example casting-mobilenetv2")
    parser.add_argument("--data", type=Path, metavar="DIR", help="folder of archives (default: $DEFECT_APP_DATA)")
    parser.add_argument("--out", type=Path, metavar="DIR", help="folder for the new model folder (default: models/)")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Quantise, evaluate and bundle."""
    from defect_app.training.quantization import quantize

    with progress_bar("Quantising") as advance:
        folder = quantize(
            arguments.model,
            data_dir=arguments.data,
            out=arguments.out,
            progress=lambda what, done, wanted: advance(done, wanted, what),
        )
    say(f"The fast copy is in {folder}.")
    return 0
