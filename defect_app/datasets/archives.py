"""Archives of the data folder, unpacked once into a cache outside version control."""

from __future__ import annotations

import shutil
import tarfile
import tempfile
from pathlib import Path

from defect_app.errors import DataUnavailable
from defect_app.paths import VAR
from defect_app.settings import DATA_VARIABLE, settings

CACHE_FOLDER = VAR / "data"


def data_folder(data_dir: Path | None = None) -> Path:
    """Return the folder that holds the archives.

    Parameters
    ----------
    data_dir : Path, optional
        Default: what the environment variable ``DEFECT_APP_DATA`` names.

    Raises
    ------
    DataUnavailable
        If neither names an existing folder.
    """
    folder = data_dir if data_dir is not None else settings().data
    if folder is None:
        raise DataUnavailable(
            "The data sets are not on this machine: no folder is named.",
            f"Set {DATA_VARIABLE} to the folder that holds the archives.",
        )
    if not folder.is_dir():
        raise DataUnavailable(
            f"The data folder {folder} does not exist.", f"Correct {DATA_VARIABLE}, or what a command was given for it."
        )
    return folder


def unpacked(archive: str, data_dir: Path | None = None, cache: Path | None = None) -> Path:
    """Unpack an archive once, and return the folder of its content.

    Parameters
    ----------
    archive : str
        File name of a tar archive in the data folder.
    data_dir : Path, optional
        See `data_folder`.
    cache : Path, optional
        Where unpacked archives are kept; default ``var/data`` of the project.

    Raises
    ------
    DataUnavailable
        If the archive is missing or damaged.
    """
    source = data_folder(data_dir) / archive
    if not source.is_file():
        raise DataUnavailable(
            f"The archive {archive} is not in {source.parent}.",
            f"Put it there, or point {DATA_VARIABLE} to the folder that has it.",
        )
    stat = source.stat()
    root = cache or CACHE_FOLDER
    # Size and time in the name: a replaced archive is unpacked anew.
    target = root / f"{archive.split('.', maxsplit=1)[0]}-{stat.st_size}-{int(stat.st_mtime)}"
    if target.is_dir():
        return target
    root.mkdir(parents=True, exist_ok=True)
    partial = Path(tempfile.mkdtemp(prefix="unpacking-", dir=root))
    try:
        with tarfile.open(source) as tar:
            tar.extractall(partial, filter="data")
        try:
            partial.rename(target)
        except OSError:
            # Another process was faster; its content is the same.
            if not target.is_dir():
                raise
    except (tarfile.TarError, EOFError, OSError) as error:
        raise DataUnavailable(f"The archive {archive} cannot be unpacked: {error}.", "Fetch it again.") from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return target
