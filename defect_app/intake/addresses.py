"""Photos in object stores, named by addresses such as ``s3://bucket/folder``: found and read like those in folders."""

from __future__ import annotations

import posixpath
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO, Final, cast
from urllib.parse import urlsplit

from defect_app.errors import DefectLensError
from defect_app.intake.names import is_system_file
from defect_app.intake.photo_file import PhotoFile

_NOT_LET_IN: Final = (
    "the store does not let this machine in (secrets come from the environment, of Amazon's kind as AWS_ACCESS_KEY_ID "
    "and AWS_SECRET_ACCESS_KEY)"
)
REASONS: Final = {
    "AWS Error NETWORK_CONNECTION": "the store cannot be reached",
    "AWS Error ACCESS_DENIED": _NOT_LET_IN,
    "AWS Error INVALID_ACCESS_KEY_ID": _NOT_LET_IN,
    "AWS Error SIGNATURE_DOES_NOT_MATCH": _NOT_LET_IN,
    "Path does not exist": "nothing is there",
    "AWS Error SLOW_DOWN": "the store is asked too often at once",
}
"""What Arrow says of a store, and what it means."""


def is_address(place: str) -> bool:
    """Return whether a place that a person named is an address, not a path."""
    scheme, separator, _ = place.partition("://")
    return bool(separator) and scheme.replace("+", "").replace("-", "").isalnum() and len(scheme) > 1


@dataclass(frozen=True)
class AddressedFile:
    """A file in a store.

    Attributes
    ----------
    name : str
        What it is called everywhere: its address, without what a person may have written into it to be let in.
    path : str
        Where it is in its store.
    address : str
        As it was given: names the store.
    """

    name: str
    path: str
    address: str

    def as_photo(self) -> PhotoFile:
        """Return the file, to be read."""
        return PhotoFile(self.name, self._open)

    def _open(self) -> BinaryIO:
        try:
            return cast("BinaryIO", _store(self.address)[0].open_input_file(self.path))
        except OSError as error:
            raise OSError(_in_words(error)) from error


Place = Path | AddressedFile
"""Where a photo is."""


def name_of(place: Place) -> str:
    """Return what the file at a place is called in its record."""
    return str(place) if isinstance(place, Path) else place.name


def photo_at(place: Place) -> PhotoFile:
    """Return the file at a place, to be read."""
    return PhotoFile.at(place) if isinstance(place, Path) else place.as_photo()


@dataclass(frozen=True)
class AddressListing:
    """What was found: files by name, each once, and how many were left out, as `list_photos` leaves them out."""

    files: tuple[AddressedFile, ...]
    skipped: int = 0


def list_addresses(addresses: Sequence[str]) -> AddressListing:
    """List the files at and below addresses, in sorted order, each once.

    Parameters
    ----------
    addresses : sequence of str
        Of files and folders, with the schemes of Arrow (``s3``, ``gs``, ``abfss``, ``hdfs``, ``file``), or of fsspec
        where that is installed.

    Raises
    ------
    DefectLensError
        Nothing is there, or the store refuses; names the address.
    """
    files: dict[str, AddressedFile] = {}
    skipped = 0
    for address in addresses:
        shown = _without_secrets(address)
        try:
            store, root = _store(address)
            paths, folder = _files_below(store, root)
        except (OSError, ValueError, ImportError) as error:
            raise DefectLensError(
                f"{shown} cannot be read: {_in_words(error)}.", "Check the address, and that this machine may read it."
            ) from error
        for path in paths:
            inner = posixpath.relpath(path, folder)
            if any(part.startswith(".") or part == "__MACOSX" for part in inner.split("/")) or is_system_file(inner):
                skipped += 1
            else:
                name = shown if path == root else f"{shown.rstrip('/')}/{inner}"
                files.setdefault(name, AddressedFile(name, path, address))
    return AddressListing(tuple(files[name] for name in sorted(files)), skipped)


@lru_cache(maxsize=16)
def _store(address: str) -> tuple[Any, str]:
    """Return the file system of an address, and the path in it."""
    import pyarrow
    from pyarrow import fs

    try:
        return cast("tuple[Any, str]", fs.FileSystem.from_uri(address))
    except (pyarrow.ArrowInvalid, pyarrow.ArrowNotImplementedError):
        import fsspec

        system, path = fsspec.core.url_to_fs(address)
        return fs.PyFileSystem(fs.FSSpecHandler(system)), path


def _files_below(store: Any, root: str) -> tuple[list[str], str]:
    """Return the paths of all files at or below a path, and the folder that they are named from."""
    from pyarrow import fs

    (found,) = store.get_file_info([root])
    if found.type == fs.FileType.File:
        return [root], posixpath.dirname(root)
    if found.type != fs.FileType.Directory:
        raise FileNotFoundError("nothing is there")
    below = store.get_file_info(fs.FileSelector(root, recursive=True))
    return [entry.path for entry in below if entry.type == fs.FileType.File], root


def _in_words(error: Exception) -> str:
    """Return why a store could not be read; what the libraries say where it is none of the usual reasons."""
    said = (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")
    return next((words for code, words in REASONS.items() if code in said), said)


def _without_secrets(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
