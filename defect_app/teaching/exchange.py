"""A taught model as one ZIP file: packed to be taken along, and unpacked where another Defect Lens takes it."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path, PurePosixPath

from defect_app.catalog import SPEC_FILE, read_spec, verify_files
from defect_app.errors import ModelUnavailable
from defect_app.teaching.archives import DAMAGED
from defect_app.teaching.request import CannotTeach, check_id
from defect_app.teaching.versions import placed, staging, taught_folder

MOST_BYTES = 200_000_000
_AT_ONCE = 1_000_000
_MOST_FILES = 30
_SUFFIXES = frozenset((".toml", ".xml", ".bin", ".npz", ".parquet", ".json", ".csv", ".md"))
"""What a taught folder holds. A Keras file is no part of one, and would be code that somebody else wrote."""


def packed(folder: Path) -> bytes:
    """Return a model folder as a ZIP file: one folder of the model's name with its files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for path in sorted(folder.iterdir()):
            if path.is_file() and not path.name.startswith("."):
                archive.write(path, f"{folder.name}/{path.name}")
    return buffer.getvalue()


def unpack(data: bytes, root: Path | None = None) -> Path:
    """Put a packed model in its place; a former one of its id is kept as a version.

    Parameters
    ----------
    data : bytes
        As `packed` returns them; from elsewhere, so nothing is believed.
    root : Path, optional
        Folder of model folders. Default: that of taught models.

    Returns
    -------
    Path
        The model folder.

    Raises
    ------
    CannotTeach
        If it is no model that was packed here or by another Defect Lens, or its files are not what they claim to be.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            model_id = _model_id(entries)
            target = root or taught_folder(model_id)
            with staging(target) as staged:
                folder = staged / model_id
                folder.mkdir()
                left = MOST_BYTES
                for entry in entries:
                    left = _unpacked(archive, entry, folder / PurePosixPath(entry.filename).name, left)
                _check(folder)
                return placed(folder, target)
    except DAMAGED as error:
        raise CannotTeach("The file is no packed model that can be read.", "Export the model again.") from error


def _unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, path: Path, left: int) -> int:
    """Write one file, and return how many bytes may still come: what an archive says of its sizes may be wrong."""
    with archive.open(entry) as stream, path.open("xb") as file:
        while content := stream.read(_AT_ONCE):
            left -= len(content)
            if left < 0:
                raise CannotTeach(f"The model is larger than {MOST_BYTES // 10**6} MB.", "That is no taught one.")
            file.write(content)
    return left


def _model_id(entries: list[zipfile.ZipInfo]) -> str:
    paths = [PurePosixPath(entry.filename) for entry in entries]
    folders = {path.parts[0] for path in paths if len(path.parts) == 2}
    if len(folders) != 1 or any(len(path.parts) != 2 for path in paths):
        raise CannotTeach("The archive is no packed model: it holds other than one folder of files.")
    if len(paths) > _MOST_FILES:
        raise CannotTeach(f"The archive holds {len(paths):,} files, which no taught model has.")
    if SPEC_FILE not in {path.name for path in paths}:
        raise CannotTeach(f"The archive is no packed model: it has no {SPEC_FILE}.")
    foreign = [path.name for path in paths if path.suffix not in _SUFFIXES or path.name.startswith(".")]
    if foreign:
        raise CannotTeach(f"The archive holds {foreign[0]}, which no taught model has.", "Export the model again.")
    (model_id,) = folders
    check_id(model_id)
    return model_id


def _check(folder: Path) -> None:
    from defect_app.inspection import Inspector

    try:
        spec = read_spec(folder)
        problem = verify_files(folder, spec)
        if not problem:
            Inspector(spec, folder)
    except ModelUnavailable as error:
        raise CannotTeach(f"The model cannot be used: {error}", "Export it again.") from error
    if problem:
        raise CannotTeach(f"The model cannot be used: {problem}", "Export it again.")
