"""Labelled pictures as the commands take them: archives, or a plain folder."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from defect_app.errors import DataUnavailable

if TYPE_CHECKING:
    from defect_app.datasets import LoadedDataset


def add_data_folder(parser: argparse.ArgumentParser, beside: str = "") -> None:
    """Add the option that names the folder; `beside` says what a plain folder holds besides pictures."""
    parser.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        help=f"folder of archives, or a folder with one sub-folder a class{beside} (default: $DEFECT_APP_DATA)",
    )


def load_pictures(dataset: str, folder: Path | None) -> LoadedDataset:
    """Load a registered data set from archives, or a plain folder's pictures.

    Parameters
    ----------
    dataset : str
        Name in the registry, for archives.
    folder : Path or None
        As given on the command line.

    Raises
    ------
    DataUnavailable
        If the folder or the archive is not there.
    """
    from defect_app.datasets import load_dataset, load_folder

    if folder is not None and not folder.is_dir():
        raise DataUnavailable(f"The folder {folder} does not exist.", "Correct --data.")
    if folder is None or any(folder.glob("*.tar*")):
        return load_dataset(dataset, folder)
    return load_folder(folder)
